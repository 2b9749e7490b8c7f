// SPDX-License-Identifier: Apache-2.0
// One commit while it is being planned: the entries so far, and rows as they will be once it is made. Later events of
// a batch see what earlier ones did. Nothing here touches storage but to read rows.

import { type Entropy, equalBytes, type Hash } from "../kernel/index.ts";
import { type AdmissionStores, DraftAdmission } from "./draft-admission.ts";
import { bodyHash, encodePublicEntry, entryTypes, type PublicEntry } from "./entry.ts";
import type {
  AuthorityRow,
  AuthorityStore,
  BirthClaim,
  BirthClaimField,
  BirthCount,
  BirthIndex,
  CommitBatch,
  DeviceRow,
  DeviceStore,
  OperatorChange,
  OperatorCredentials,
  OperatorRow,
  OperatorStore,
  RegistryHead,
  RevocationChange,
  StoredEntry,
} from "./ports.ts";

/** The rows that planning reads. */
export interface DraftStores extends AdmissionStores {
  readonly devices: Pick<DeviceStore, "device">;
  readonly operators: Pick<OperatorStore, "operator" | "operatorByToken" | "operatorByCertificate">;
  readonly authorities: Pick<AuthorityStore, "authorityByKeyId">;
  readonly births: Pick<BirthIndex, "takenBy">;
}

export interface DraftInput {
  readonly head: RegistryHead | undefined;
  readonly at: Date;
  readonly stores: DraftStores;
  readonly entropy: Entropy;
  readonly hash: Hash;
}

/** The public part of an entry that an event itself decides. */
export type EntryFields = Partial<Pick<PublicEntry, "deviceId" | "ordinal" | "previous" | "keyHash" | "unitTag">>;

/** The rows of a commit, apart from entries, trees and head. */
export type DraftRows = Pick<
  CommitBatch,
  | "devices"
  | "changes"
  | "revocations"
  | "authorities"
  | "operators"
  | "operatorChanges"
  | "births"
  | "products"
  | "listed"
  | "evidence"
  | "keptEvidence"
  | "incidents"
>;

const saltLength = 16;

export class CommitDraft {
  /** Never before the newest entry's. */
  readonly time: number;
  readonly entries: StoredEntry[] = [];
  readonly admission: DraftAdmission;
  readonly #input: DraftInput;
  readonly #born = new Map<string, DeviceRow>();
  readonly #changed = new Map<string, DeviceRow>();
  readonly #claims = new Set<string>();
  readonly #revocations = new Map<string, RevocationChange>();
  readonly #authorities: AuthorityRow[] = [];
  readonly #operators = new Map<string, OperatorRow>();
  readonly #enrolled: OperatorRow[] = [];
  readonly #operatorChanges: OperatorChange[] = [];
  readonly #births = new Map<string, number>();

  constructor(input: DraftInput) {
    this.#input = input;
    this.admission = new DraftAdmission(input.stores);
    this.time = Math.max(input.at.getTime(), input.head?.time ?? 0);
  }

  get nextIndex(): number {
    return (this.#input.head?.size ?? 0) + this.entries.length;
  }

  get nextOrdinal(): number {
    return (this.#input.head?.devices ?? 0) + this.#born.size;
  }

  /** Adds an entry with a fresh salt. @throws NAT_REGISTRY_ENTRY */
  append(type: PublicEntry["type"], fields: EntryFields, body: Uint8Array): StoredEntry {
    const { entropy, hash } = this.#input;
    const salt = entropy.bytes(saltLength);
    const entry = { ...noFields, ...fields, type, time: this.time, bodyHash: bodyHash(salt, body, hash) };
    const { deviceId, time } = entry;
    const stored = { index: this.nextIndex, type, time, deviceId, entry: encodePublicEntry(entry), body, salt };
    this.entries.push(stored);
    return stored;
  }

  /** Closes the entries; it has neither body nor salt. */
  appendStateEntry(entry: Uint8Array): void {
    const none = new Uint8Array(0);
    const index = this.nextIndex;
    this.entries.push({
      index,
      type: entryTypes.state,
      time: this.time,
      deviceId: null,
      entry,
      body: none,
      salt: none,
    });
  }

  async device(id: Uint8Array): Promise<DeviceRow | undefined> {
    const key = keyOf(id);
    return this.#born.get(key) ?? this.#changed.get(key) ?? (await this.#input.stores.devices.device(id));
  }

  async operator(id: string): Promise<OperatorRow | undefined> {
    const known = this.#operators.get(id) ?? (await this.#input.stores.operators.operator(id));
    if (known !== undefined) this.#operators.set(id, known);
    return known;
  }

  /** The first field of the claim that a birth committed before has taken. */
  async takenBefore(claim: BirthClaim): Promise<BirthClaimField | undefined> {
    const [field] = await this.#input.stores.births.takenBy([claim]);
    return field;
  }

  /** The first of these credentials that is some operator's already. */
  async takenCredential({
    tokenHash,
    certificateHash,
  }: OperatorCredentials): Promise<"token" | "certificate" | undefined> {
    const { operators } = this.#input.stores;
    const isHeld = (name: keyof OperatorCredentials, hash: Uint8Array) =>
      this.#enrolled.some(({ [name]: held }) => held !== undefined && equalBytes(held, hash));
    if (tokenHash !== undefined && (isHeld("tokenHash", tokenHash) || (await operators.operatorByToken(tokenHash))))
      return "token";
    if (certificateHash === undefined) return undefined;
    const isTaken =
      isHeld("certificateHash", certificateHash) || (await operators.operatorByCertificate(certificateHash));
    return isTaken ? "certificate" : undefined;
  }

  /** The newest authority certificate of that key. */
  async authority(keyId: string): Promise<AuthorityRow | undefined> {
    const here = this.#authorities.findLast((row) => row.keyId === keyId);
    return here ?? (await this.#input.stores.authorities.authorityByKeyId(keyId));
  }

  /** The first field of a claim (`claimKeys`) that an earlier birth of this batch has taken. */
  takenInBatch(keys: readonly string[]): BirthClaimField | undefined {
    const taken = keys.findIndex((key) => this.#claims.has(key));
    return taken < 0 ? undefined : (claimFields[taken] ?? "evidence");
  }

  addBirth(row: DeviceRow, keys: readonly string[]): void {
    this.#born.set(keyOf(row.id), row);
    for (const key of keys) this.#claims.add(key);
    const station = this.#operators.get(row.station);
    if (station !== undefined) this.#operators.set(row.station, { ...station, born: station.born + 1 });
    this.#births.set(row.station, (this.#births.get(row.station) ?? 0) + 1);
  }

  changeDevice(row: DeviceRow): void {
    const key = keyOf(row.id);
    (this.#born.has(key) ? this.#born : this.#changed).set(key, row);
  }

  /** The last change of a certificate in a batch is the one that counts, and comes after earlier ones of its shard. */
  changeRevocation(change: RevocationChange): void {
    const { issuer, serial } = change.kind === "revoked" ? change.row : change;
    const key = `${issuer} ${keyOf(serial)}`;
    this.#revocations.delete(key);
    this.#revocations.set(key, change);
  }

  addAuthority(row: AuthorityRow): void {
    this.#authorities.push(row);
  }

  addOperator(row: OperatorRow): void {
    this.#enrolled.push(row);
    this.#operators.set(row.id, row);
  }

  changeOperator(row: OperatorRow, change: OperatorChange): void {
    this.#operators.set(row.id, { ...row, ...change });
    this.#operatorChanges.push(change);
  }

  /** Devices with a new leaf, those born here in the order of their ordinals. */
  touchedDevices(): { readonly born: Iterable<DeviceRow>; readonly changed: Iterable<DeviceRow> } {
    return { born: this.#born.values(), changed: this.#changed.values() };
  }

  rows(): DraftRows {
    return {
      devices: [...this.#born.values()],
      changes: Array.from(this.#changed.values(), ({ id, state, since, lastEntry }) => ({
        id,
        state,
        since,
        lastEntry,
      })),
      revocations: [...this.#revocations.values()],
      authorities: this.#authorities,
      operators: this.#enrolled,
      operatorChanges: this.#operatorChanges,
      births: Array.from(this.#births, ([operator, births]): BirthCount => ({ operator, births })),
      ...this.admission.rows(),
    };
  }
}

const noFields = { deviceId: null, ordinal: null, previous: null, keyHash: null, unitTag: null };

const claimFields = ["key", "unit", "device", "serial"] as const satisfies readonly BirthClaimField[];

/** What a birth takes, as keys of a set, in the order of `claimFields`, and then its evidence. */
export function claimKeys(claim: BirthClaim): readonly string[] {
  const { keyHash, unitTag, deviceId, issuer, certificateSerial, evidence } = claim;
  const serial = `s${issuer} ${keyOf(certificateSerial)}`;
  const keys = [`k${keyOf(keyHash)}`, `u${keyOf(unitTag)}`, `d${keyOf(deviceId)}`, serial];
  for (const digest of evidence ?? []) keys.push(`e${keyOf(digest)}`);
  return keys;
}

/** One character a byte: made in a fifth of the time that hexadecimal takes. */
function keyOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
