// SPDX-License-Identifier: Apache-2.0
// The part of a commit that is about devices: the born ones, then what changed of any.

import type { DatabaseSync } from "node:sqlite";
import { type CommitBatch, type DeviceChange, registryError } from "natalis/registry";
import { deviceColumns, deviceValues } from "../sql/device-row.ts";
import { prepareChange } from "./prepared.ts";

const insertDevice = `INSERT INTO devices (${deviceColumns.join(", ")})
  VALUES (${deviceColumns.map(() => "?").join(", ")})`;

export class DeviceWriter {
  readonly #insert;
  readonly #change;

  constructor(database: DatabaseSync) {
    this.#insert = prepareChange(database, insertDevice);
    this.#change = prepareChange(database, "UPDATE devices SET state = ?, since = ?, last_entry = ? WHERE id = ?");
  }

  /** @throws NAT_REGISTRY_DEVICE */
  write({ devices, changes }: CommitBatch): void {
    for (const row of devices) this.#insert.run(...deviceValues(row));
    for (const change of changes) this.#applyChange(change);
  }

  #applyChange({ id, state, since, lastEntry }: DeviceChange): void {
    if (this.#change.run(state, since, lastEntry, id) === 0)
      throw registryError("NAT_REGISTRY_DEVICE", "a change of a device that was never born");
  }
}
