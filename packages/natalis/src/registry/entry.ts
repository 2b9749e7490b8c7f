// SPDX-License-Identifier: Apache-2.0
// Entries of the log (DESIGN 3.4) as deterministic CBOR (RFC 8949 section 4.2.1). Public entries tell that something
// happened to a device without telling which maker's, model's or site's; state entries close every commit.

import {
  asArray,
  asBytes,
  asUnsigned,
  type CborValue,
  CborWriter,
  decodeCbor,
  encodeCbor,
  majorTypes,
} from "../formats/index.ts";
import type { Hash } from "../kernel/index.ts";
import { registryError } from "./errors.ts";
import { refusingAs } from "./refusal.ts";

/** Permanent numbers (DESIGN 3). */
export const entryTypes = {
  state: 0,
  born: 1,
  suspended: 2,
  resumed: 3,
  revoked: 4,
  retired: 5,
  transferred: 6,
  repaired: 7,
  renewed: 8,
  authority: 9,
  station: 10,
  refusedBirth: 11,
} as const;

export type EntryType = (typeof entryTypes)[keyof typeof entryTypes];

/** The most that C2SP tlog-tiles can put in an entry bundle. */
const maximumEntryLength = 65_535;
const entryVersion = 1;

/** What anyone may know of one event. */
export interface PublicEntry {
  readonly type: EntryType;
  /** Unix milliseconds. */
  readonly time: number;
  readonly deviceId: Uint8Array | null;
  readonly ordinal: number | null;
  /** Index of the device's entry before this one. */
  readonly previous: number | null;
  /** SHA-256 of the SPKI that the event brings in. */
  readonly keyHash: Uint8Array | null;
  readonly unitTag: Uint8Array | null;
  /** SHA-256(salt || body). */
  readonly bodyHash: Uint8Array;
}

/** The end of a commit: how many devices were ever born, and the root over their states. */
export interface StateEntry {
  readonly time: number;
  readonly devices: number;
  readonly stateRoot: Uint8Array;
}

const optionalFields = ["deviceId", "ordinal", "previous", "keyHash", "unitTag"] as const;
type OptionalField = (typeof optionalFields)[number];

const laterFields: readonly OptionalField[] = ["deviceId", "ordinal", "previous"];

/** Which fields an entry of each type carries; the others are null. Types without a row are not entered so far. */
const forms: ReadonlyMap<number, readonly OptionalField[]> = new Map<number, readonly OptionalField[]>([
  [entryTypes.born, ["deviceId", "ordinal", "keyHash", "unitTag"]],
  [entryTypes.suspended, laterFields],
  [entryTypes.resumed, laterFields],
  [entryTypes.revoked, laterFields],
  [entryTypes.retired, laterFields],
  [entryTypes.authority, ["keyHash"]],
  [entryTypes.station, []],
  [entryTypes.refusedBirth, ["keyHash", "unitTag"]],
]);

const writer = new CborWriter();
const nullItem = Uint8Array.of(0xf6);

/** @throws NAT_REGISTRY_ENTRY where fields do not fit the type */
export function encodePublicEntry(entry: PublicEntry): Uint8Array {
  requireForm(entry);
  writer.reset();
  writer.head(majorTypes.array, 9);
  writer.head(majorTypes.unsigned, entryVersion);
  writeNumber(entry.type);
  writeNumber(entry.time);
  writeBytes(entry.deviceId);
  writeNumber(entry.ordinal);
  writeNumber(entry.previous);
  writeBytes(entry.keyHash);
  writeBytes(entry.unitTag);
  writeBytes(entry.bodyHash);
  return writer.written().slice();
}

function writeNumber(value: number | null): void {
  if (value !== null && !(Number.isSafeInteger(value) && value >= 0))
    throw registryError("NAT_REGISTRY_ENTRY", `the number ${value}`);
  if (value === null) writer.encoded(nullItem);
  else writer.head(majorTypes.unsigned, value);
}

function writeBytes(value: Uint8Array | null): void {
  if (value === null) writer.encoded(nullItem);
  else writer.bytes(value);
}

/** @throws NAT_REGISTRY_ENTRY */
export function parsePublicEntry(bytes: Uint8Array): PublicEntry {
  return parseItems(bytes, 9, (items) => {
    const entry: PublicEntry = {
      type: asUnsigned(items[1]) as EntryType,
      time: timeOf(items[2]),
      deviceId: orNull(items[3], (value) => asBytes(value, 16)),
      ordinal: orNull(items[4], asUnsigned),
      previous: orNull(items[5], asUnsigned),
      keyHash: orNull(items[6], (value) => asBytes(value, 32)),
      unitTag: orNull(items[7], (value) => asBytes(value, 32)),
      bodyHash: asBytes(items[8], 32),
    };
    requireForm(entry);
    return entry;
  });
}

export function encodeStateEntry(entry: StateEntry): Uint8Array {
  return encodeCbor([entryVersion, entryTypes.state, entry.time, entry.devices, entry.stateRoot]);
}

/** @throws NAT_REGISTRY_ENTRY */
export function parseStateEntry(bytes: Uint8Array): StateEntry {
  return parseItems(bytes, 5, (items) => {
    if (items[1] !== entryTypes.state) throw registryError("NAT_REGISTRY_ENTRY", "it is no state entry");
    return {
      time: timeOf(items[2]),
      devices: asUnsigned(items[3]),
      stateRoot: asBytes(items[4], 32),
    };
  });
}

/** What a public entry says of its body. The salt keeps anyone from guessing bodies until their hash fits. */
export function bodyHash(salt: Uint8Array, body: Uint8Array, hash: Hash): Uint8Array {
  const salted = new Uint8Array(salt.length + body.length);
  salted.set(salt);
  salted.set(body, salt.length);
  return hash.sha256(salted);
}

function requireForm(entry: PublicEntry): void {
  const carried = forms.get(entry.type);
  if (carried === undefined) throw registryError("NAT_REGISTRY_ENTRY", `type ${entry.type}`);
  for (const field of optionalFields) {
    const value = entry[field];
    if ((value !== null) !== carried.includes(field))
      throw registryError("NAT_REGISTRY_ENTRY", `type ${entry.type} ${value === null ? "lacks" : "carries"} ${field}`);
    if (value instanceof Uint8Array && value.length !== (field === "deviceId" ? 16 : 32))
      throw registryError("NAT_REGISTRY_ENTRY", `${field} of ${value.length} bytes`);
  }
}

/** Beyond this an instant is none that a Date can hold (ECMA-262, section 21.4.1.1). */
export const latestTime = 8.64e15;

/** Unix milliseconds. */
function timeOf(value: CborValue | undefined): number {
  const time = asUnsigned(value);
  if (time > latestTime) throw registryError("NAT_REGISTRY_ENTRY", `the time ${time}`);
  return time;
}

function orNull<T>(value: CborValue | undefined, read: (value: CborValue | undefined) => T): T | null {
  return value === null ? null : read(value);
}

function parseItems<T>(bytes: Uint8Array, count: number, read: (items: readonly CborValue[]) => T): T {
  if (bytes.length > maximumEntryLength) throw registryError("NAT_REGISTRY_ENTRY", `${bytes.length} bytes`);
  return refusingAs("NAT_REGISTRY_ENTRY", () => {
    const items = asArray(decodeCbor(bytes), count);
    if (items[0] !== entryVersion) throw registryError("NAT_REGISTRY_ENTRY", "another version");
    return read(items);
  });
}
