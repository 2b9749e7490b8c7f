// SPDX-License-Identifier: Apache-2.0
// A registry that forgets everything when the process ends, and fails when it is told to: for tests only. It keeps
// every promise of the registry's ports but durability, which is why its name says so.

import { compareBytes, equalBytes, toHex } from "../kernel/index.ts";
import {
  type AuthorityKind,
  type AuthorityRow,
  type BirthClaim,
  type BirthClaimField,
  type CheckpointMirror,
  type CommitBatch,
  type CrlShard,
  type DeviceQuery,
  type DeviceRow,
  isSameHead,
  type OperatorCredentials,
  type OperatorRow,
  pageLimit,
  type RegistryHead,
  type RegistryStores,
  type RevocationChange,
  type RevokedRow,
  registryError,
  type StoredCheckpoint,
  type StoredCrl,
  type StoredEntry,
} from "../registry/index.ts";
import { testingError } from "./errors.ts";
import { type AdmissionTables, emptyAdmissionTables, VolatileInsecureAdmission } from "./memory-admission.ts";
import type { TileId } from "../formats/index.ts";

/** All rows, open to tampering: an audit must notice whatever a test does to them. */
export interface MemoryTables {
  head: RegistryHead | undefined;
  readonly entries: StoredEntry[];
  /** By ordinal. */
  readonly devices: DeviceRow[];
  /** Ordinals by what a birth takes for ever. */
  readonly claims: Map<string, number>;
  readonly logTiles: Map<string, Uint8Array>;
  readonly stateTiles: Map<string, Uint8Array>;
  readonly checkpoints: StoredCheckpoint[];
  readonly authorities: AuthorityRow[];
  readonly revocations: Map<string, RevokedRow>;
  readonly shardChanges: Map<string, number>;
  readonly crls: Map<string, StoredCrl>;
  readonly operators: Map<string, OperatorRow>;
  readonly admission: AdmissionTables;
  readonly settings: Map<string, string>;
}

/** Where an injected failure strikes: before anything is kept, or after everything is. */
export type InjectedFailure = "before" | "after";

export class VolatileInsecureRegistry {
  readonly tables: MemoryTables;
  readonly #admission: VolatileInsecureAdmission;
  #failures: (InjectedFailure | undefined)[] = [];

  constructor(tables: MemoryTables = emptyTables()) {
    this.tables = tables;
    this.#admission = new VolatileInsecureAdmission(tables.admission, tables.devices);
  }

  /** As a backup would keep it. */
  copy(): VolatileInsecureRegistry {
    return new VolatileInsecureRegistry(structuredClone(this.tables));
  }

  /** What the next commits do, in order; undefined lets one pass. */
  failCommits(...failures: (InjectedFailure | undefined)[]): void {
    this.#failures = failures;
  }

  get stores(): RegistryStores {
    return {
      commits: this,
      log: this,
      events: this,
      states: this,
      checkpoints: this,
      devices: this,
      births: this,
      authorities: this,
      revocations: this,
      crls: this,
      operators: this,
      products: this.#admission,
      expectations: this.#admission,
      incidents: this.#admission,
      keptEvidence: this.#admission,
      settings: { settings: () => new Map(this.tables.settings), initialise: (settings) => this.initialise(settings) },
    };
  }

  head(): RegistryHead | undefined {
    return this.tables.head;
  }

  commit(batch: CommitBatch): void {
    const failure = this.#failures.shift();
    if (failure === "before") throw testingError("NAT_TESTING_INJECTED", "before the commit");
    this.requireCommittable(batch);
    this.#apply(batch);
    if (failure === "after") throw testingError("NAT_TESTING_INJECTED", "after the commit");
  }

  readLogTile(id: TileId): Uint8Array | undefined {
    return this.tables.logTiles.get(tileKey(id));
  }

  readStateTile(id: TileId): Uint8Array | undefined {
    return this.tables.stateTiles.get(tileKey(id));
  }

  readEntries(from: number, count: number): Uint8Array[] {
    return this.readEvents(from, count).map(({ entry }) => entry);
  }

  readEvents(from: number, count: number): StoredEntry[] {
    requirePage(count, from);
    return this.tables.entries.slice(from, from + count);
  }

  timeline(deviceId: Uint8Array, after: number, limit: number): StoredEntry[] {
    requirePage(limit);
    const isNext = (entry: StoredEntry) =>
      entry.index > after && entry.deviceId !== null && equalBytes(entry.deviceId, deviceId);
    return this.tables.entries.filter(isNext).slice(0, limit);
  }

  checkpointAt(size: number): string | undefined {
    return this.tables.checkpoints.find((checkpoint) => checkpoint.size === size)?.note;
  }

  listCheckpoints(after: number, limit: number): StoredCheckpoint[] {
    requirePage(limit);
    return this.tables.checkpoints.filter(({ size }) => size > after).slice(0, limit);
  }

  device(id: Uint8Array): DeviceRow | undefined {
    return this.#claimed(`device ${toHex(id)}`);
  }

  listDevices({ after = -1, limit, filter = {} }: DeviceQuery): DeviceRow[] {
    requirePage(limit);
    const wanted = Object.entries(filter);
    const isWanted = (row: DeviceRow) =>
      row.ordinal > after && wanted.every(([field, value]) => row[field as keyof typeof filter] === value);
    return this.tables.devices.filter(isWanted).slice(0, limit);
  }

  birthByKey(keyHash: Uint8Array): DeviceRow | undefined {
    return this.#claimed(`key ${toHex(keyHash)}`);
  }

  birthByUnit(unitTag: Uint8Array): DeviceRow | undefined {
    return this.#claimed(`unit ${toHex(unitTag)}`);
  }

  birthByEvidence(digests: readonly Uint8Array[]): DeviceRow | undefined {
    return this.#admission.birthByEvidence(digests);
  }

  takenBy(claims: readonly BirthClaim[]): (BirthClaimField | undefined)[] {
    return claims.map((claim) => {
      const taken = claimKeys(claim).find(([, key]) => this.tables.claims.has(key))?.[0];
      return taken ?? (this.birthByEvidence(claim.evidence ?? []) && "evidence");
    });
  }

  latestAuthority(kind: AuthorityKind): AuthorityRow | undefined {
    return this.tables.authorities.findLast((row) => row.kind === kind);
  }

  authorityByKeyId(keyId: string): AuthorityRow | undefined {
    return this.tables.authorities.findLast((row) => row.keyId === keyId);
  }

  listAuthorities(after: number, limit: number): AuthorityRow[] {
    requirePage(limit);
    return this.tables.authorities.filter(({ entry }) => entry > after).slice(0, limit);
  }

  revokedIn(issuer: string, shard: number, after: Uint8Array | undefined, limit: number): RevokedRow[] {
    requirePage(limit);
    return [...this.tables.revocations.values()]
      .filter((row) => row.issuer === issuer && row.shard === shard)
      .filter((row) => after === undefined || compareBytes(row.serial, after) > 0)
      .sort((a, b) => compareBytes(a.serial, b.serial))
      .slice(0, limit);
  }

  shardChangedBy(issuer: string, shard: number): number | undefined {
    return this.tables.shardChanges.get(shardKey({ issuer, shard }));
  }

  crl(issuer: string, shard: number): StoredCrl | undefined {
    return this.tables.crls.get(shardKey({ issuer, shard }));
  }

  saveCrl(crl: StoredCrl): void {
    const stored = this.crl(crl.issuer, crl.shard);
    if (stored !== undefined && (stored.number >= crl.number || stored.logSize > crl.logSize))
      throw registryError("NAT_REGISTRY_CRL_NUMBER", `${crl.number} after ${stored.number}`);
    this.tables.crls.set(shardKey(crl), crl);
  }

  staleCrls(dueBefore: number, limit: number): CrlShard[] {
    requirePage(limit);
    const shards = new Set([...this.tables.shardChanges.keys(), ...this.tables.crls.keys()]);
    return [...shards]
      .filter((key) => this.#isStale(key, dueBefore))
      .slice(0, limit)
      .map(shardOfKey);
  }

  operator(id: string): OperatorRow | undefined {
    return this.tables.operators.get(id);
  }

  operatorByToken(tokenHash: Uint8Array): OperatorRow | undefined {
    return this.#operatorHolding("tokenHash", tokenHash);
  }

  operatorByCertificate(certificateHash: Uint8Array): OperatorRow | undefined {
    return this.#operatorHolding("certificateHash", certificateHash);
  }

  listOperators(after: string | undefined, limit: number): OperatorRow[] {
    requirePage(limit);
    return [...this.tables.operators.values()]
      .filter(({ id }) => after === undefined || id > after)
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .slice(0, limit);
  }

  initialise(settings: ReadonlyMap<string, string>): void {
    if (this.tables.settings.size > 0) throw registryError("NAT_REGISTRY_INITIALISED", "settings are there");
    for (const [name, value] of settings) this.tables.settings.set(name, value);
  }

  /** Refuses what `commit` would refuse, and changes nothing. @throws as `commit` */
  requireCommittable(batch: CommitBatch): void {
    if (!isSameHead(batch.expected, this.tables.head)) throw registryError("NAT_REGISTRY_HEAD_MOVED", "another head");
    const claims = batch.devices.flatMap((row) => claimKeys({ ...row, deviceId: row.id }).map(([, key]) => key));
    const taken = claims.find((key) => this.tables.claims.has(key));
    requireDistinct(taken === undefined ? claims : [taken, taken]);
    const operators = [...this.tables.operators.values(), ...batch.operators];
    if (batch.operators.length > 0) requireDistinct(operators.flatMap(operatorKeys));
    const authorities = batch.authorities.length > 0 ? [...this.tables.authorities, ...batch.authorities] : [];
    requireDistinct(authorities.map((row) => `authority ${toHex(row.certificateHash)}`));
    for (const { operator, births } of batch.births) {
      const row = operators.find(({ id }) => id === operator);
      if (row?.quota !== undefined && row.born + births > row.quota)
        throw registryError("NAT_REGISTRY_QUOTA", operator);
    }
    this.#admission.requireCommittable(batch);
  }

  #operatorHolding(name: keyof OperatorCredentials, hash: Uint8Array): OperatorRow | undefined {
    const holds = ({ [name]: held }: OperatorRow) => held !== undefined && equalBytes(held, hash);
    return [...this.tables.operators.values()].find(holds);
  }

  #claimed(key: string): DeviceRow | undefined {
    const ordinal = this.tables.claims.get(key);
    return ordinal === undefined ? undefined : this.tables.devices[ordinal];
  }

  #isStale(key: string, dueBefore: number): boolean {
    const stored = this.tables.crls.get(key);
    const changedBy = this.tables.shardChanges.get(key);
    if (stored === undefined) return true;
    return stored.nextUpdate <= dueBefore || (changedBy !== undefined && changedBy >= stored.logSize);
  }

  #apply(batch: CommitBatch): void {
    const { tables } = this;
    tables.head = batch.head;
    tables.entries.push(...batch.entries);
    tables.checkpoints.push({ size: batch.head.size, note: batch.head.checkpoint });
    for (const row of batch.devices) {
      tables.devices.push(row);
      for (const [, key] of claimKeys({ ...row, deviceId: row.id })) tables.claims.set(key, row.ordinal);
    }
    for (const change of batch.changes) {
      const row = this.device(change.id);
      if (row !== undefined) tables.devices[row.ordinal] = { ...row, ...change };
    }
    for (const { id, bytes } of batch.logTiles) tables.logTiles.set(tileKey(id), bytes);
    for (const { id, bytes } of batch.stateTiles) tables.stateTiles.set(tileKey(id), bytes);
    for (const change of batch.revocations) this.#applyRevocation(change);
    tables.authorities.push(...batch.authorities);
    this.#admission.apply(batch);
    this.#applyOperators(batch);
  }

  #applyRevocation(change: RevocationChange): void {
    const { issuer, shard, serial, entry } = change.kind === "revoked" ? change.row : change;
    const key = `${shardKey({ issuer, shard })} ${toHex(serial)}`;
    if (change.kind === "revoked") this.tables.revocations.set(key, change.row);
    else this.tables.revocations.delete(key);
    this.tables.shardChanges.set(shardKey({ issuer, shard }), entry);
  }

  #applyOperators(batch: CommitBatch): void {
    const { operators } = this.tables;
    for (const row of batch.operators) operators.set(row.id, row);
    for (const change of batch.operatorChanges) {
      const row = operators.get(change.id);
      if (row !== undefined) operators.set(row.id, { ...row, ...change });
    }
    for (const { operator, births } of batch.births) {
      const row = operators.get(operator);
      if (row !== undefined) operators.set(operator, { ...row, born: row.born + births });
    }
  }
}

/** A mirror that forgets everything when the process ends, for tests only. */
export class VolatileInsecureMirror implements CheckpointMirror {
  #checkpoint: string | undefined;

  read(): string | undefined {
    return this.#checkpoint;
  }

  write(checkpoint: string): void {
    this.#checkpoint = checkpoint;
  }
}

function emptyTables(): MemoryTables {
  return {
    head: undefined,
    entries: [],
    devices: [],
    claims: new Map(),
    logTiles: new Map(),
    stateTiles: new Map(),
    checkpoints: [],
    authorities: [],
    revocations: new Map(),
    shardChanges: new Map(),
    crls: new Map(),
    operators: new Map(),
    admission: emptyAdmissionTables(),
    settings: new Map(),
  };
}

function requirePage(limit: number, from = 0): void {
  const isPage = Number.isSafeInteger(limit) && limit >= 1 && limit <= pageLimit;
  if (!isPage || !Number.isSafeInteger(from) || from < 0)
    throw registryError("NAT_REGISTRY_PAGE", `${limit} from ${from}`);
}

function requireDistinct(keys: readonly string[]): void {
  const seen = new Set<string>();
  for (const key of keys) {
    if (seen.has(key)) throw registryError("NAT_REGISTRY_DUPLICATE", key.slice(0, key.indexOf(" ")));
    seen.add(key);
  }
}

function claimKeys(claim: BirthClaim): readonly (readonly [BirthClaimField, string])[] {
  return [
    ["key", `key ${toHex(claim.keyHash)}`],
    ["unit", `unit ${toHex(claim.unitTag)}`],
    ["device", `device ${toHex(claim.deviceId)}`],
    ["serial", `serial ${claim.issuer} ${toHex(claim.certificateSerial)}`],
  ];
}

function operatorKeys({ id, tokenHash, certificateHash }: OperatorRow): string[] {
  return [
    `operator ${id}`,
    ...(tokenHash === undefined ? [] : [`token ${toHex(tokenHash)}`]),
    ...(certificateHash === undefined ? [] : [`certificate ${toHex(certificateHash)}`]),
  ];
}

function tileKey({ level, index }: TileId): string {
  return `${level}/${index}`;
}

function shardKey({ issuer, shard }: CrlShard): string {
  return `${issuer} ${shard}`;
}

function shardOfKey(key: string): CrlShard {
  const [issuer, shard] = key.split(" ");
  return { issuer: issuer as string, shard: Number(shard) };
}
