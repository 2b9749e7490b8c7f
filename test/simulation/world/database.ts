// SPDX-License-Identifier: Apache-2.0
// The store that all registrars of a simulation share: the memory registry of natalis/testing on a disk that survives
// crashes. A commit takes a while, and a crash meanwhile tears it: of its records a few reach the disk, and without the
// last of them it never was, as the port's contract asks, unless a planted bug has it otherwise.

import { nodeHash } from "@natalis/node";
import type { CommitBatch } from "natalis/registry";
import { VolatileInsecureRegistry } from "natalis/testing";
import { ConnectionLost } from "./connection-lost.ts";
import type { Defect } from "./defect.ts";
import { mockSigner } from "./mock-keys.ts";
import type { Order } from "./orders.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Trace } from "./trace.ts";

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
  readonly #crashHandlers: (() => void)[] = [];
  #run = 0;
  registry = new VolatileInsecureRegistry();
  isDown = false;

  constructor(scheduler: Scheduler, trace: Trace, defect: Defect | undefined) {
    this.#scheduler = scheduler;
    this.#trace = trace;
    this.#defect = defect;
  }

  onCrash(handler: () => void): void {
    this.#crashHandlers.push(handler);
  }

  /** Refuses what a commit would refuse. */
  requireCommittable(batch: CommitBatch): void {
    this.registry.requireCommittable(this.#written(batch, this.registry));
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

  /** Memory is lost; the disk stays. */
  crash(): void {
    for (const batch of this.#underWay) this.#tear(batch);
    this.#underWay.clear();
    this.#unwritten.length = 0;
    for (const handle of this.#crashHandlers) handle();
    this.#run += 1;
    // But for the planted bug, memory had what is on the disk.
    if (this.#defect === "early-answer") this.registry = this.backup(this.writes);
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

  /** The reply to a commit gets lost: where it stands, it stands, and whoever believes otherwise is wrong. */
  loseReply({ head, devices, entries }: CommitBatch): void {
    if (this.registry.checkpointAt(head.size) !== head.checkpoint) return;
    if (this.#defect === "doubled-leaf") this.#keep(({ tables }) => tables.entries.push(...entries));
    if (this.#defect !== "reply-is-outcome") return;
    const born = new Set(devices.map(({ ordinal }) => ordinal));
    this.#keep(({ tables: { claims } }) => {
      for (const [key, ordinal] of claims) if (born.has(ordinal) && !key.startsWith("device")) claims.delete(key);
    });
  }

  #write(batch: CommitBatch): void {
    const write: Write = (registry) => registry.commit(this.#written(batch, registry));
    if (this.#defect === "early-answer") this.#keepLater(write);
    else this.#keep(write);
    this.#note("has size", batch.head.size);
  }

  #written(batch: CommitBatch, registry: VolatileInsecureRegistry): CommitBatch {
    return this.#defect === "blind-head" ? { ...batch, expected: registry.head() } : batch;
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

  /** Its entries and then the record that makes them a commit. */
  #tear(batch: CommitBatch): void {
    const { length } = batch.entries;
    const reached = this.#scheduler.random.between(0, length + 1);
    this.#note(`tears a commit after ${reached} of ${length + 1} records, of size`, batch.head.size);
    if (reached <= length && this.#defect !== "torn-write") return;
    const torn = batch.entries.slice(0, reached);
    if (reached <= length) this.#keep(({ tables }) => tables.entries.push(...torn));
    else this.#writeUnlessRefused(batch);
  }

  #writeUnlessRefused(batch: CommitBatch): void {
    try {
      this.#keep((registry) => registry.commit(this.#written(batch, registry)));
    } catch {
      // As it would have been without the crash.
    }
  }

  #note(what: string, size: number | undefined): void {
    this.#trace.note(this.#scheduler.now, "store", what, size);
  }
}
