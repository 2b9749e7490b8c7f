// SPDX-License-Identifier: Apache-2.0
// One registrar: it starts as the real one does (its head must extend the checkpoint that it kept), serves, stops in an
// orderly way or dies at any moment with all that it had in memory, and starts again.

import { nodeHash } from "@natalis/node";
import type { QueueLimits } from "@natalis/registrar/parts";
import { type ErrorCode, isNatalisError } from "natalis/kernel";
import { openRegistry } from "natalis/registry";
import { InsecureSeededEntropy } from "natalis/testing";
import { JumpingClock } from "./clock.ts";
import { connect, type ConnectionContext } from "./connection.ts";
import { ConnectionLost } from "./connection-lost.ts";
import type { Defect } from "./defect.ts";
import type { History } from "./history.ts";
import { origin } from "./maker.ts";
import { DiskFailed, MirrorFile, mirrorOn } from "./mirror.ts";
import { Incarnation } from "./scheduler.ts";
import { type Service, serve } from "./service.ts";
import { startAgain } from "./times.ts";
import type { Link } from "./wire.ts";

export interface RegistrarContext extends ConnectionContext {
  readonly history: History;
  readonly seed: number;
  readonly limits: QueueLimits;
  readonly defect: Defect | undefined;
}

export class SimulatedRegistrar {
  readonly name: string;
  readonly link: Link = { isCut: false };
  readonly mirrorFile: MirrorFile;
  readonly clock: JumpingClock;
  readonly #context: RegistrarContext;
  #owner = new Incarnation("nobody");
  #starts = 0;
  /** Undefined while it takes no requests. */
  service: Service | undefined;

  constructor(name: string, firstCheckpoint: string, context: RegistrarContext) {
    this.name = name;
    this.mirrorFile = new MirrorFile(firstCheckpoint);
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
        await scheduler.pause(owner, startAgain);
      }
    }
  }

  /** Dies here and now, perhaps with the power of its machine. */
  kill(): void {
    const { random } = this.#context.scheduler;
    this.#note("dies");
    this.service = undefined;
    this.#owner.die();
    if (random.chance(0.5)) this.cutPower();
  }

  /** Takes nothing more, answers what it took, and ends. */
  async stop(): Promise<void> {
    const { service } = this;
    this.#note("stops");
    this.service = undefined;
    await service?.queue.close();
    this.#note("has stopped");
    this.#owner.die();
  }

  cutPower(): void {
    this.mirrorFile.cutPower(this.#context.scheduler.random);
  }

  async #open(owner: Incarnation): Promise<Service> {
    const { seed } = this.#context;
    const stores = connect(this.#context, this.link, owner);
    const mirror = mirrorOn(this.mirrorFile, this.#context, owner);
    await openRegistry({ stores, mirror, origin, hash: nodeHash });
    this.#note("is up");
    const entropy = new InsecureSeededEntropy(`${seed} ${this.name} ${this.#starts}`);
    return serve({ ...this.#context, clock: this.clock, entropy, owner, stores, mirror });
  }

  #note(what: string): void {
    this.#context.trace.note(this.#context.scheduler.now, this.name, what, this.#starts);
  }
}

/** After these asking again may help: nothing was told of what was asked for. */
const temporary: readonly ErrorCode[] = [
  "NAT_REGISTRY_BUSY",
  "NAT_POSTGRES_UNREACHABLE",
  "NAT_PIPELINE_FULL",
  "NAT_PIPELINE_CLOSED",
  "NAT_PIPELINE_WORKER",
];

export function isTemporary(error: unknown): boolean {
  if (error instanceof ConnectionLost || error instanceof DiskFailed) return true;
  return isNatalisError(error) && temporary.includes(error.code);
}
