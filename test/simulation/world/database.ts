// SPDX-License-Identifier: Apache-2.0
// The store that all registrars of a simulation share: the memory registry of natalis/testing on a disk that survives
// crashes. A commit takes a while; a crash meanwhile leaves all of it or none, as its contract asks, unless a planted
// bug has it otherwise.

import { nodeHash } from "@natalis/node";
import type { CommitBatch } from "natalis/registry";
import { VolatileInsecureRegistry } from "natalis/testing";
import { ConnectionLost } from "./connection-lost.ts";
import type { Defect } from "./defect.ts";
import { mockSigner } from "./mock-keys.ts";
import type { Order } from "./orders.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Trace } from "./trace.ts";
import { Turns } from "./turns.ts";

export interface DatabaseOptions {
  readonly defect: Defect | undefined;
  /** Whether whoever plans a commit may ask the others to wait. */
  readonly offersTurns: boolean;
}

type Write = (registry: VolatileInsecureRegistry) => void;

export class Database {
  readonly #scheduler: Scheduler;
  readonly #trace: Trace;
  readonly #defect: Defect | undefined;
  /** What is on the disk, in order. */
  readonly #disk: Write[] = [];
  /** Answered, and not yet on the disk: of the planted bug alone. */
  readonly #unwritten: Write[] = [];
  readonly #underWay = new Set<CommitBatch>();
  #run = 0;
  registry = new VolatileInsecureRegistry();
  isDown = false;
  readonly turns: Turns | undefined;

  constructor(scheduler: Scheduler, trace: Trace, { defect, offersTurns }: DatabaseOptions) {
    this.#scheduler = scheduler;
    this.#trace = trace;
    this.#defect = defect;
    this.turns = offersTurns ? new Turns() : undefined;
  }

  async commit(batch: CommitBatch): Promise<void> {
    const run = this.#run;
    this.#underWay.add(batch);
    await this.#scheduler.pause();
    if (run !== this.#run) throw new ConnectionLost("the store crashed");
    this.#underWay.delete(batch);
    this.#write(batch);
  }

  /** Writes at once: what a simulation begins with. */
  lay(batch: CommitBatch): void {
    this.#keep((registry) => registry.commit(batch));
  }

  /** Memory is lost; the disk stays. Commits that were under way happened or did not. */
  crash(): void {
    for (const batch of this.#underWay) this.#cut(batch);
    this.#underWay.clear();
    this.#unwritten.length = 0;
    this.turns?.forget();
    this.#run += 1;
    this.registry = this.backup(this.writes);
    this.#note("restarted at size", this.registry.head()?.size);
  }

  /** As a backup after so many writes has it. */
  backup(writes: number): VolatileInsecureRegistry {
    const registry = new VolatileInsecureRegistry();
    for (const write of this.#disk.slice(0, writes)) write(registry);
    return registry;
  }

  /** Writes on the disk. */
  get writes(): number {
    return this.#disk.length;
  }

  /** Whether the device with the key of this order was revoked or retired, from which there is no way back. */
  isOver({ key }: Order): boolean {
    const device = this.registry.birthByKey(nodeHash.sha256(mockSigner(key).publicKey));
    return device?.state === "revoked" || device?.state === "retired";
  }

  /** A commit whose reply got lost: it stands, and whoever believes otherwise is wrong. */
  loseReply({ devices }: CommitBatch): void {
    if (this.#defect !== "reply-is-outcome") return;
    const born = new Set(devices.map(({ ordinal }) => ordinal));
    this.#keep(({ tables: { claims } }) => {
      for (const [key, ordinal] of claims) if (born.has(ordinal) && !key.startsWith("device")) claims.delete(key);
    });
  }

  #write(batch: CommitBatch): void {
    const write = this.#writeOf(batch);
    if (this.#defect === "early-answer") this.#keepLater(write);
    else this.#keep(write);
    this.#note("has size", batch.head.size);
  }

  #writeOf(batch: CommitBatch): Write {
    if (this.#defect !== "blind-head") return (registry) => registry.commit(batch);
    return (registry) => registry.commit({ ...batch, expected: registry.head() });
  }

  #keep(write: Write): void {
    write(this.registry);
    this.#disk.push(write);
  }

  #keepLater(write: Write): void {
    write(this.registry);
    this.#unwritten.push(write);
    this.#scheduler.after(this.#scheduler.random.between(5, 50), () => {
      this.#disk.push(...this.#unwritten.splice(0, 1));
    });
  }

  #cut(batch: CommitBatch): void {
    const { random } = this.#scheduler;
    this.#note("decides a commit of size", batch.head.size);
    if (this.#defect === "torn-write") {
      const torn = batch.entries.slice(0, random.between(1, batch.entries.length));
      this.#disk.push((registry) => registry.tables.entries.push(...torn));
    } else if (random.chance(0.5)) {
      try {
        this.#keep(this.#writeOf(batch));
      } catch {
        // Refused, as it would have been without the crash.
      }
    }
  }

  #note(what: string, size: number | undefined): void {
    this.#trace.note(this.#scheduler.now, "store", what, size);
  }
}
