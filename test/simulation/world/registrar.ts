// SPDX-License-Identifier: Apache-2.0
// One registrar: it starts as the real one does (its head must extend the checkpoint that it kept), serves, dies at any
// moment with all that it had in memory, and starts again.

import { nodeHash } from "@natalis/node";
import { isNatalisError } from "natalis/kernel";
import { openRegistry, type RegistryStores, Sequencer } from "natalis/registry";
import { InsecureSeededEntropy } from "natalis/testing";
import { Births } from "./births.ts";
import { JumpingClock } from "./clock.ts";
import { CommitQueue } from "./commit-queue.ts";
import { connect } from "./connection.ts";
import { ConnectionLost } from "./connection-lost.ts";
import type { Defect } from "./defect.ts";
import type { History } from "./history.ts";
import { noteSigners, origin } from "./maker.ts";
import { DiskFailed, type MirrorDisk, mirrorOn } from "./mirror.ts";
import { Incarnation } from "./scheduler.ts";
import type { Link, WireContext } from "./wire.ts";

export interface RegistrarContext extends WireContext {
  readonly history: History;
  readonly seed: number;
  readonly defect: Defect | undefined;
}

/** What a registrar that is up offers. */
export interface Service {
  readonly owner: Incarnation;
  readonly stores: RegistryStores;
  readonly queue: CommitQueue;
  readonly births: Births;
}

export class SimulatedRegistrar {
  readonly name: string;
  readonly link: Link = { isCut: false };
  readonly mirrorDisk: MirrorDisk;
  readonly clock: JumpingClock;
  readonly #context: RegistrarContext;
  #owner = new Incarnation("nobody");
  #starts = 0;
  /** Undefined while it is down or not up yet. */
  service: Service | undefined;

  constructor(name: string, firstCheckpoint: string, context: RegistrarContext) {
    this.name = name;
    this.mirrorDisk = { checkpoint: firstCheckpoint };
    this.clock = new JumpingClock(context.scheduler);
    this.#context = context;
  }

  /** Starts, again and again where the store does not answer. A start that is refused is a violation. */
  async start(): Promise<void> {
    const { scheduler, history } = this.#context;
    this.#starts += 1;
    const owner = new Incarnation(this.name);
    this.#owner = owner;
    while (owner.isAlive) {
      try {
        this.service = await this.#open(owner);
        return;
      } catch (error) {
        if (!isTemporary(error)) {
          history.violations.push(`${this.name} cannot start: ${String(error)}`);
          return;
        }
        await scheduler.pause(owner, 50);
      }
    }
  }

  /** Dies here and now. */
  kill(): void {
    this.#note("dies");
    this.#owner.isAlive = false;
    this.service = undefined;
  }

  async #open(owner: Incarnation): Promise<Service> {
    const { scheduler, seed, defect } = this.#context;
    const stores = connect(this.#context, this.link, owner);
    const mirror = mirrorOn(this.mirrorDisk, this.#context, owner);
    await openRegistry({ stores, mirror, origin, hash: nodeHash });
    this.#note("is up");
    const entropy = new InsecureSeededEntropy(`${seed} ${this.name} ${this.#starts}`);
    const sequencer = new Sequencer({ stores, mirror, origin, signers: noteSigners, entropy, hash: nodeHash });
    const queue = new CommitQueue(sequencer, this.clock, scheduler, owner);
    const births = new Births({ stores, queue, clock: this.clock, entropy, scheduler, owner, defect });
    return { owner, stores, queue, births };
  }

  #note(what: string): void {
    this.#context.trace.note(this.#context.scheduler.now, this.name, what, this.#starts);
  }
}

/** Whether asking again may help: nothing was told of what was asked for. */
export function isTemporary(error: unknown): boolean {
  return error instanceof ConnectionLost || error instanceof DiskFailed || isNatalisError(error, "NAT_REGISTRY_BUSY");
}
