// SPDX-License-Identifier: Apache-2.0
// Rows and batches for the contract suites of the registry's ports: of the right shapes, and true to nothing. Adapters
// keep rows; they do not check signatures or hashes.

import type { Awaitable } from "../../kernel/index.ts";
import type {
  CommitBatch,
  DeviceRow,
  OperatorRow,
  RegistryHead,
  RegistryStores,
  StoredEntry,
} from "../../registry/index.ts";

/** Opens the registry over the same storage each time; the storage is empty when a case begins. */
export interface RegistryUnderTest {
  open(): Awaitable<RegistryStores>;
}

/** What a batch is to hold; entries and head are made to fit. */
export type BatchParts = Partial<Omit<CommitBatch, "expected" | "head" | "entries">> & {
  /** Device ids of the entries before the state entry; null for entries of none. */
  readonly of?: readonly (Uint8Array | null)[];
};

/** Key identifier of the issuer that rows name. */
export const someIssuer = "a1".repeat(20);
/** A time that no 32-bit number holds. */
export const someTime = 1_790_000_000_123;

/** `length` bytes that differ between any two pairs of label and number. */
export function someBytes(length: number, label: string, number: number): Uint8Array {
  const bytes = new Uint8Array(length).fill(label.charCodeAt(0));
  new DataView(bytes.buffer).setUint32(length - 4, number);
  return bytes;
}

/** The device of an ordinal, born in an entry. */
export function someDevice(ordinal: number, bornEntry: number, changes: Partial<DeviceRow> = {}): DeviceRow {
  return {
    id: someBytes(16, "d", ordinal),
    product: "meter",
    maker: "Zähler & Söhne",
    model: "M-1",
    serial: `S ${ordinal}`,
    facility: "Würzburg",
    station: "station-1",
    custody: 0,
    keyHash: someBytes(32, "k", ordinal),
    unitTag: someBytes(32, "u", ordinal),
    factsHash: someBytes(32, "f", ordinal),
    certificateSerial: someBytes(16, "@", ordinal),
    certificateHash: someBytes(32, "c", ordinal),
    issuer: someIssuer,
    bornAt: Math.floor(someTime / 1000),
    ordinal,
    bornEntry,
    state: "active",
    since: someTime,
    lastEntry: bornEntry,
    owner: new Uint8Array(32),
    ...changes,
  };
}

export function someOperator(number: number, changes: Partial<OperatorRow> = {}): OperatorRow {
  return {
    id: `station-${number}`,
    name: `Line ${number}`,
    role: "station",
    tokenHash: someBytes(32, "t", number),
    products: ["meter", "valve"],
    born: 0,
    state: "active",
    enrolledEntry: 0,
    lastEntry: 0,
    ...changes,
  };
}

/** A batch on top of `expected`: an entry for each of `of`, a state entry, and the given rows. */
export function someBatch(expected: RegistryHead | undefined, parts: BatchParts = {}): CommitBatch {
  const { of = [], ...rows } = parts;
  const first = expected?.size ?? 0;
  const entries = [...of, null].map((deviceId, i) => someEntry(first + i, deviceId, i < of.length));
  const devices = (expected?.devices ?? 0) + (rows.devices?.length ?? 0);
  return { ...noRows, ...rows, expected, entries, head: someHead(first + entries.length, devices) };
}

/** Commits a batch on top of what is there and answers the new head. */
export async function commitSome(stores: RegistryStores, parts: BatchParts = {}): Promise<RegistryHead> {
  const batch = someBatch(await stores.commits.head(), parts);
  await stores.commits.commit(batch);
  return batch.head;
}

const noRows = {
  devices: [],
  changes: [],
  logTiles: [],
  stateTiles: [],
  revocations: [],
  authorities: [],
  operators: [],
  operatorChanges: [],
  births: [],
  products: [],
  listed: [],
  evidence: [],
  keptEvidence: [],
  incidents: [],
};

function someHead(size: number, devices: number): RegistryHead {
  const checkpoint = `log.example/contract\n${size}\nAAAA\n\n— log.example/contract BBBB\n`;
  return {
    size,
    root: someBytes(32, "r", size),
    time: someTime + size,
    devices,
    stateRoot: someBytes(32, "s", size),
    checkpoint,
  };
}

function someEntry(index: number, deviceId: Uint8Array | null, isEvent: boolean): StoredEntry {
  return {
    index,
    type: isEvent ? 1 : 0,
    time: someTime + index,
    deviceId,
    entry: someBytes(100, "e", index),
    body: isEvent ? someBytes(1000, "b", index) : new Uint8Array(0),
    salt: isEvent ? someBytes(16, "x", index) : new Uint8Array(0),
  };
}
