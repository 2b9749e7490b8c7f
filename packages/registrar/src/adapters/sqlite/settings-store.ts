// SPDX-License-Identifier: Apache-2.0
// Settings: written once, all together.

import type { DatabaseSync } from "node:sqlite";
import { registryError, type SettingsStore } from "natalis/registry";
import type { SettingsTable } from "../sql/schema.ts";
import { inTransaction } from "./database.ts";
import { prepareChange, prepareQuery } from "./prepared.ts";

export class SqliteSettingsStore implements SettingsStore {
  readonly #database;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  settings(): Map<string, string> {
    const rows = prepareQuery<SettingsTable>(this.#database, "SELECT name, value FROM settings ORDER BY name").all();
    return new Map(rows.map(({ name, value }) => [name, value]));
  }

  initialise(settings: ReadonlyMap<string, string>): void {
    const insert = prepareChange(this.#database, "INSERT INTO settings (name, value) VALUES (?, ?)");
    inTransaction(this.#database, () => {
      if (this.settings().size > 0) throw registryError("NAT_REGISTRY_INITIALISED", "settings are there");
      for (const [name, value] of settings) insert.run(name, value);
    });
  }
}
