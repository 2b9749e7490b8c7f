// SPDX-License-Identifier: Apache-2.0
// Makers' manifests in the data folder: what was imported, element by element, with its signed entry. An import verifies
// every entry by the signers that roots.json names, and takes all or nothing. A running registrar finds them at once.

import { nodeHash } from "@natalis/node";
import { DatabaseSync } from "node:sqlite";
import { isNameText } from "natalis/issue";
import type { Clock } from "natalis/kernel";
import { type Endorsement, type EvidenceContext, importManifestEntry, manifestEntries } from "natalis/protect";
import { createPrivate } from "../adapters/sqlite/index.ts";
import { serviceError } from "./errors.ts";

export interface ManifestRow {
  readonly name: string;
  readonly importedAt: Date;
  /** How many. */
  readonly elements: number;
}

export interface ElementRow {
  readonly uniqueId: string;
  /** How many. */
  readonly keys: number;
}

/** Characters of a manifest's name. */
const longestName = 64;
/** Elements of all manifests. */
const mostElements = 1_000_000;
export const manifestPageLimit = 500;
const busyMilliseconds = 5000;

const schema = `
  PRAGMA synchronous = FULL;
  BEGIN;
  CREATE TABLE IF NOT EXISTS manifests (
    name TEXT PRIMARY KEY,
    imported_at INTEGER NOT NULL,
    elements INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS elements (
    unique_id TEXT PRIMARY KEY,
    manifest TEXT NOT NULL,
    keys INTEGER NOT NULL,
    entry TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS elements_by_manifest ON elements (manifest, unique_id);
  CREATE TABLE IF NOT EXISTS element_keys (
    key_hash BLOB PRIMARY KEY,
    unique_id TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS keys_by_element ON element_keys (unique_id);
  COMMIT;
`;

interface SignedElement {
  readonly endorsement: Endorsement;
  /** The entry as it stood in the manifest. */
  readonly entry: string;
}

export class Manifests {
  readonly #database: DatabaseSync;
  readonly #clock: Clock;

  constructor(path: string, clock: Clock) {
    createPrivate(path);
    this.#database = new DatabaseSync(path, { timeout: busyMilliseconds, defensive: true });
    this.#database.exec(schema);
    this.#clock = clock;
  }

  /**
   * Takes a manifest, all of it or nothing.
   * @throws NAT_SERVICE_REQUEST for a name that is none, NAT_EVIDENCE_MALFORMED, NAT_EVIDENCE_ROOT, NAT_EVIDENCE_SIGNATURE,
   * NAT_SERVICE_CONFLICT where the name, an element or a key is there already, or where it would be too many
   */
  async take(name: string, text: string, context: Omit<EvidenceContext, "at">): Promise<ManifestRow> {
    if (!isNameText(name, longestName))
      throw serviceError(
        "NAT_SERVICE_REQUEST",
        `a manifest's name is visible text of at most ${longestName} characters`,
      );
    const elements: SignedElement[] = [];
    for (const entry of manifestEntries(text))
      elements.push({ endorsement: await importManifestEntry(entry, context), entry: JSON.stringify(entry) });
    const row = { name, importedAt: this.#clock.now(), elements: elements.length };
    this.#inTransaction(() => this.#insert(row, elements));
    return row;
  }

  /** By name, after that one. */
  list(after = "", limit = manifestPageLimit): readonly ManifestRow[] {
    const rows = this.#database
      .prepare("SELECT name, imported_at, elements FROM manifests WHERE name > ? ORDER BY name LIMIT ?")
      .all(after, limit);
    return rows.map(({ name, imported_at, elements }) => ({
      name: String(name),
      importedAt: new Date(Number(imported_at)),
      elements: Number(elements),
    }));
  }

  /** Elements of one by unique id, after that one. @throws NAT_SERVICE_NOT_FOUND */
  elements(name: string, after = "", limit = manifestPageLimit): readonly ElementRow[] {
    this.#require(name);
    const query =
      "SELECT unique_id, keys FROM elements WHERE manifest = ? AND unique_id > ? ORDER BY unique_id LIMIT ?";
    const rows = this.#database.prepare(query).all(name, after, limit);
    return rows.map(({ unique_id, keys }) => ({ uniqueId: String(unique_id), keys: Number(keys) }));
  }

  /** @throws NAT_SERVICE_NOT_FOUND */
  remove(name: string): void {
    this.#inTransaction(() => {
      this.#require(name);
      const own = "(SELECT unique_id FROM elements WHERE manifest = ?)";
      this.#database.prepare(`DELETE FROM element_keys WHERE unique_id IN ${own}`).run(name);
      this.#database.prepare("DELETE FROM elements WHERE manifest = ?").run(name);
      this.#database.prepare("DELETE FROM manifests WHERE name = ?").run(name);
    });
  }

  close(): void {
    this.#database.close();
  }

  #require(name: string): void {
    if (this.#database.prepare("SELECT 1 FROM manifests WHERE name = ?").get(name) === undefined)
      throw serviceError("NAT_SERVICE_NOT_FOUND", `manifest ${JSON.stringify(name.slice(0, longestName))}`);
  }

  #insert({ name, importedAt, elements: count }: ManifestRow, elements: readonly SignedElement[]): void {
    const total = Number(this.#database.prepare("SELECT count(*) AS total FROM elements").get()?.total);
    if (total + count > mostElements)
      throw serviceError("NAT_SERVICE_CONFLICT", `${total} elements are there, and there may be ${mostElements}`);
    const put = (table: string, columns: number) =>
      this.#database.prepare(
        `INSERT INTO ${table} VALUES (${Array.from({ length: columns }, () => "?").join(", ")}) ON CONFLICT DO NOTHING`,
      );
    const [putManifest, putElement, putKey] = [put("manifests", 3), put("elements", 4), put("element_keys", 2)];
    if (putManifest.run(name, importedAt.getTime(), count).changes === 0)
      throw serviceError(
        "NAT_SERVICE_CONFLICT",
        `a manifest ${JSON.stringify(name)} was imported before; remove it first`,
      );
    for (const { endorsement, entry } of elements) {
      const { uniqueId, keys } = endorsement;
      if (putElement.run(uniqueId, name, keys.length, entry).changes === 0)
        throw serviceError("NAT_SERVICE_CONFLICT", `the element ${uniqueId.slice(0, longestName)} is there already`);
      for (const { publicKey } of keys)
        if (putKey.run(nodeHash.sha256(publicKey), uniqueId).changes === 0)
          throw serviceError("NAT_SERVICE_CONFLICT", `a key of ${uniqueId.slice(0, longestName)} is there already`);
    }
  }

  #inTransaction(work: () => void): void {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      work();
      this.#database.exec("COMMIT");
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    }
  }
}
