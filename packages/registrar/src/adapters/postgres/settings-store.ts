// SPDX-License-Identifier: Apache-2.0
// Settings: written once, all together. One statement writes all of them where there is none yet; of two processes that
// do so at once, the second finds a name taken.

import { isNatalisError } from "natalis/kernel";
import { registryError, type SettingsStore } from "natalis/registry";
import type { SettingsTable } from "../sql/schema.ts";
import { textArray } from "./arrays.ts";
import { type Runner, rowsOf } from "./runner.ts";

const selectSettings = { text: "SELECT name, value FROM settings ORDER BY name" };
const insertSettings = {
  text: `INSERT INTO settings (name, value) SELECT * FROM unnest($1::text[], $2::text[])
    WHERE NOT EXISTS (SELECT FROM settings)`,
};

export class PostgresSettingsStore implements SettingsStore {
  readonly #runner: Runner;

  constructor(runner: Runner) {
    this.#runner = runner;
  }

  async settings(): Promise<Map<string, string>> {
    const rows = await rowsOf<SettingsTable>(this.#runner, selectSettings, []);
    return new Map(rows.map(({ name, value }) => [name, value]));
  }

  async initialise(settings: ReadonlyMap<string, string>): Promise<void> {
    const values = [textArray([...settings.keys()]), textArray([...settings.values()])];
    if ((await this.#insert(values)) !== settings.size)
      throw registryError("NAT_REGISTRY_INITIALISED", "settings are there");
  }

  async #insert(values: readonly Uint8Array[]): Promise<number> {
    try {
      return (await this.#runner.run(insertSettings, values)).rowCount ?? 0;
    } catch (error) {
      const isTaken =
        isNatalisError(error, "NAT_POSTGRES_FAILED") && (error.cause as { code?: string }).code === "23505";
      if (isTaken) return 0;
      throw error;
    }
  }
}
