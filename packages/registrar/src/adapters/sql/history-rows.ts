// SPDX-License-Identifier: Apache-2.0
// Head and entries between their rows in the tables and in the ports.

import type { RegistryHead, StoredEntry } from "natalis/registry";
import type { EntriesTable, HeadTable } from "./schema.ts";

export function headOf(row: Omit<HeadTable, "id">): RegistryHead {
  const { size, root, time, devices, checkpoint } = row;
  return { size, root, time, devices, stateRoot: row.state_root, checkpoint };
}

export function storedEntry({ position, type, time, device, entry, body, salt }: EntriesTable): StoredEntry {
  return { index: position, type, time, deviceId: device, entry, body, salt };
}
