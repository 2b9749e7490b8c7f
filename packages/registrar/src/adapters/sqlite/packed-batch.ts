// SPDX-License-Identifier: Apache-2.0
// A commit on its way to another thread: a birth brings a dozen short byte strings, and what each of them costs to clone
// is more than what it costs to write. Laid into one buffer that is handed over, they are views of it on either side.

import type { CommitBatch, DeviceRow, StoredEntry } from "natalis/registry";

export interface PackedBatch {
  readonly packed: CommitBatch;
  /** To be handed over with it. */
  readonly buffer: ArrayBuffer;
}

type Move = (bytes: Uint8Array) => Uint8Array;

/** The same batch over copies; the given one stays as it is. */
export function packBatch(batch: CommitBatch): PackedBatch {
  const bytes = new Uint8Array(lengthOf(batch));
  let used = 0;
  const move: Move = (part) => {
    bytes.set(part, used);
    used += part.length;
    return bytes.subarray(used - part.length, used);
  };
  const packed = {
    ...batch,
    entries: batch.entries.map((entry) => moveEntry(entry, move)),
    devices: batch.devices.map((device) => moveDevice(device, move)),
  };
  return { packed, buffer: bytes.buffer };
}

/** Short ones and those that births bring; the others are few. */
function lengthOf({ entries, devices }: CommitBatch): number {
  let length = 0;
  for (const { deviceId, entry, body, salt } of entries)
    length += (deviceId?.length ?? 0) + entry.length + body.length + salt.length;
  for (const device of devices) for (const name of deviceBytes) length += device[name].length;
  return length;
}

function moveEntry(stored: StoredEntry, move: Move): StoredEntry {
  const { deviceId, entry, body, salt } = stored;
  return {
    ...stored,
    deviceId: deviceId && move(deviceId),
    entry: move(entry),
    body: move(body),
    salt: move(salt),
  };
}

function moveDevice(device: DeviceRow, move: Move): DeviceRow {
  const moved = { ...device };
  for (const name of deviceBytes) moved[name] = move(device[name]);
  return moved;
}

const deviceBytes = [
  "id",
  "keyHash",
  "unitTag",
  "factsHash",
  "certificateSerial",
  "certificateHash",
  "owner",
] as const satisfies readonly (keyof DeviceRow)[];
