// SPDX-License-Identifier: Apache-2.0
// One leaf of the state tree (DESIGN 3.4): a device's key and its state now, in 141 bytes of fixed layout, so that a
// contract or a small device can take it apart without a decoder. All numbers are big-endian.

import { equalBytes } from "../kernel/index.ts";
import { registryError } from "./errors.ts";
import { deviceStateNumbers } from "./lifecycle.ts";
import type { DeviceRow, DeviceState } from "./ports.ts";

/** What a leaf tells of a device. */
export type StateLeaf = Pick<
  DeviceRow,
  "ordinal" | "id" | "keyHash" | "certificateHash" | "state" | "since" | "owner" | "lastEntry"
>;

/** Bytes of a leaf before hashing. */
export const stateLeafLength = 141;

/** The owner field of a device that has no registered owner. */
export const noOwner: Uint8Array = new Uint8Array(32);

const magic = new Uint8Array([0x4e, 0x53, 0x4c, 0x31]); // "NSL1"
const offsets = {
  ordinal: 4,
  id: 12,
  keyHash: 28,
  certificateHash: 60,
  state: 92,
  since: 93,
  owner: 101,
  lastEntry: 133,
};

/** The bytes that the leaf hash covers (RFC 9162 puts 0x00 before them). */
export function encodeStateLeaf(leaf: StateLeaf): Uint8Array {
  const bytes = new Uint8Array(stateLeafLength);
  const view = new DataView(bytes.buffer);
  bytes.set(magic);
  setUint64(view, offsets.ordinal, leaf.ordinal);
  bytes.set(leaf.id, offsets.id);
  bytes.set(leaf.keyHash, offsets.keyHash);
  bytes.set(leaf.certificateHash, offsets.certificateHash);
  bytes[offsets.state] = deviceStateNumbers[leaf.state];
  setUint64(view, offsets.since, leaf.since);
  bytes.set(leaf.owner, offsets.owner);
  setUint64(view, offsets.lastEntry, leaf.lastEntry);
  return bytes;
}

/** @throws NAT_REGISTRY_LEAF */
export function parseStateLeaf(bytes: Uint8Array): StateLeaf {
  if (bytes.length !== stateLeafLength) throw registryError("NAT_REGISTRY_LEAF", `${bytes.length} bytes`);
  if (!equalBytes(bytes.subarray(0, 4), magic)) throw registryError("NAT_REGISTRY_LEAF", "it does not start with NSL1");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    ordinal: getUint64(view, offsets.ordinal),
    id: bytes.slice(offsets.id, offsets.keyHash),
    keyHash: bytes.slice(offsets.keyHash, offsets.certificateHash),
    certificateHash: bytes.slice(offsets.certificateHash, offsets.state),
    state: stateOfNumber(bytes[offsets.state] as number),
    since: timeAt(view, offsets.since),
    owner: bytes.slice(offsets.owner, offsets.lastEntry),
    lastEntry: getUint64(view, offsets.lastEntry),
  };
}

function stateOfNumber(number: number): DeviceState {
  for (const [state, known] of Object.entries(deviceStateNumbers)) if (known === number) return state as DeviceState;
  throw registryError("NAT_REGISTRY_LEAF", `state ${number}`);
}

function setUint64(view: DataView, offset: number, value: number): void {
  view.setUint32(offset, Math.floor(value / 2 ** 32));
  view.setUint32(offset + 4, value % 2 ** 32);
}

/** No later than a Date can hold (ECMA-262, section 21.4.1.1). */
function timeAt(view: DataView, offset: number): number {
  const time = getUint64(view, offset);
  if (time > 8.64e15) throw registryError("NAT_REGISTRY_LEAF", `the time ${time}`);
  return time;
}

function getUint64(view: DataView, offset: number): number {
  const value = view.getUint32(offset) * 2 ** 32 + view.getUint32(offset + 4);
  if (!Number.isSafeInteger(value)) throw registryError("NAT_REGISTRY_LEAF", `a number at ${offset} is above 2^53`);
  return value;
}
