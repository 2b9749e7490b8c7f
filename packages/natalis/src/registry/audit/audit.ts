// SPDX-License-Identifier: Apache-2.0
// Recomputes the whole registry from its entries and compares (DESIGN 3.4): every leaf, tile and root, every checkpoint
// ever served, every device's life, and the rows that answers are made from. Entries are read in pages; memory grows
// with the number of devices (about 500 bytes each) and of revocations, not with entries.

import { leafHash, type LogPolicy, TiledTree } from "../../formats/index.ts";
import { equalBytes, type Hash, type MessageAuthenticator, type SignatureVerifier } from "../../kernel/index.ts";
import { registryError } from "../errors.ts";
import {
  type CheckpointMirror,
  logTiles,
  pageLimit,
  type RegistryHead,
  type RegistryStores,
  stateTiles,
} from "../ports.ts";
import { isSameHead } from "../stable-head.ts";
import { CheckpointWalk } from "./compare-checkpoints.ts";
import {
  compareAuthorities,
  compareDevices,
  compareOperators,
  compareProducts,
  compareRevocations,
} from "./compare-rows.ts";
import { compareTiles } from "./compare-tiles.ts";
import type { ReadFacts, ReadKeptEvidence } from "./facts.ts";
import { IncidentWalk } from "./incident-walk.ts";
import { Replay } from "./replay.ts";
import { type AuditProgress, type AuditReport, Findings } from "./report.ts";

export interface AuditInput {
  /** Must show one snapshot: of a registry at rest, or through a read transaction. */
  readonly stores: RegistryStores;
  readonly mirror?: Pick<CheckpointMirror, "read">;
  readonly origin: string;
  readonly policy: LogPolicy;
  readonly readFacts: ReadFacts;
  /** With it, the statements of evidence that are kept are held against those that records name. */
  readonly readKeptEvidence?: ReadKeptEvidence;
  /** With it, unit tags are recomputed too. */
  readonly authenticator?: MessageAuthenticator;
  readonly verifier: SignatureVerifier;
  readonly hash: Hash;
  readonly onProgress?: (progress: AuditProgress) => void;
}

/** Audits all of it; problems are in the report. @throws NAT_REGISTRY_AUDIT_MOVED and what the stores throw */
export async function auditLog(input: AuditInput): Promise<AuditReport> {
  const audit = new Audit(input);
  const head = await input.stores.commits.head();
  await audit.replayEntries(head?.size ?? 0);
  await audit.compareHead(head);
  await audit.compareTrees(head);
  await audit.compareRows();
  await audit.compareMirror();
  if (!isSameHead(head, await input.stores.commits.head()))
    throw registryError("NAT_REGISTRY_AUDIT_MOVED", `from size ${head?.size ?? 0}`);
  return audit.report();
}

class Audit {
  readonly #input: AuditInput;
  readonly #findings = new Findings();
  readonly #log: TiledTree;
  readonly #replay: Replay;
  readonly #checkpoints: CheckpointWalk;
  readonly #incidents: IncidentWalk;

  constructor(input: AuditInput) {
    this.#input = input;
    const findings = this.#findings;
    this.#log = new TiledTree(0, { readTile: () => undefined }, input.hash);
    const { devices, births, keptEvidence, incidents } = input.stores;
    this.#incidents = new IncidentWalk(findings, incidents);
    const walks = { findings, incidents: this.#incidents };
    this.#replay = new Replay({ ...input, ...walks, devices, births, keptEvidence });
    this.#checkpoints = new CheckpointWalk({ ...input, findings, checkpoints: input.stores.checkpoints });
  }

  async replayEntries(size: number): Promise<void> {
    while (this.#log.size < size) {
      const done = this.#log.size;
      await this.#replayPage(done, Math.min(pageLimit, size - done), size);
      if (this.#log.size === done) break;
      this.#progress({ stage: "entries", done: this.#log.size, total: size });
    }
    await this.#checkpoints.end();
    await this.#incidents.end();
    const isClosed = this.#replay.isClosed;
    this.#findings.require(isClosed, "entry", this.#log.size, "The last entry is no state entry.");
  }

  async compareHead(head: RegistryHead | undefined): Promise<void> {
    const findings = this.#findings;
    const [beyond] = await this.#input.stores.events.readEvents(head?.size ?? 0, 1);
    findings.require(beyond === undefined, "head", head?.size ?? 0, "Entries follow the head.");
    if (head === undefined) return;
    findings.require(head.size === this.#log.size, "head", head.size, `The log has ${this.#log.size} entries.`);
    const isRoot = equalBytes(head.root, await this.#log.root());
    findings.require(isRoot, "head", head.size, "The entries have another root.");
    const isState = equalBytes(head.stateRoot, await this.#replay.states.root());
    findings.require(
      isState && head.devices === this.#replay.devices.count,
      "head",
      head.size,
      "It tells other states.",
    );
    findings.require(head.time === this.#replay.time, "head", head.size, "It tells another time.");
    const isServed = this.#checkpoints.newest?.note === head.checkpoint;
    findings.require(isServed, "head", head.size, "Its checkpoint is not the newest that is stored.");
  }

  async compareTrees(head: RegistryHead | undefined): Promise<void> {
    const { stores } = this.#input;
    const { states } = this.#replay;
    await this.#compareLogTiles(head?.size ?? 0);
    const tiles = states.changedTiles();
    await compareTiles("state-tile", tiles, states.size, stateTiles(stores.states), this.#findings);
    this.#progress({ stage: "tiles", done: tiles.length, total: tiles.length });
  }

  async compareRows(): Promise<void> {
    const findings = this.#findings;
    const { stores, hash } = this.#input;
    const input = { findings, stores, hash, onProgress: (progress: AuditProgress) => this.#progress(progress) };
    await compareDevices(this.#replay.devices, input);
    await compareOperators(this.#replay.rows, input);
    await compareProducts(this.#replay.rows, input);
    await compareAuthorities(this.#replay.rows, input);
    await compareRevocations(this.#replay.rows, input);
  }

  async compareMirror(): Promise<void> {
    const kept = await this.#input.mirror?.read();
    if (kept === undefined) return;
    const size = Number(kept.split("\n", 2)[1]);
    const stored = Number.isSafeInteger(size) ? await this.#input.stores.checkpoints.checkpointAt(size) : undefined;
    this.#findings.require(
      stored === kept,
      "mirror",
      String(size),
      "The checkpoint kept outside was never committed here.",
    );
  }

  report(): AuditReport {
    return {
      entries: this.#log.size,
      devices: this.#replay.devices.count,
      checkpoints: this.#checkpoints.count,
      problemCount: this.#findings.count,
      problems: this.#findings.problems,
    };
  }

  async #replayPage(from: number, count: number, size: number): Promise<void> {
    const { stores, hash } = this.#input;
    const events = await stores.events.readEvents(from, count);
    const published = await stores.log.readEntries(from, count);
    this.#findings.require(events.length === count, "entry", from + events.length, "Entries are missing.");
    for (const [i, stored] of events.entries()) {
      const entry = published[i];
      const isSame = stored.index === from + i && entry !== undefined && equalBytes(entry, stored.entry);
      this.#findings.require(isSame, "entry", from + i, "The log publishes another entry than is kept.");
      await this.#log.append(leafHash(stored.entry, hash));
      if (await this.#replay.apply(stored)) await this.#checkpoints.closeCommit(from + i + 1, await this.#log.root());
    }
    // Tiles are compared as they come, so that those of the past need not be kept.
    await this.#compareLogTiles(size);
    this.#log.settle();
  }

  #compareLogTiles(size: number): Promise<void> {
    const { log } = this.#input.stores;
    return compareTiles("log-tile", this.#log.changedTiles(), size, logTiles(log), this.#findings);
  }

  #progress(progress: AuditProgress): void {
    this.#input.onProgress?.(progress);
  }
}
