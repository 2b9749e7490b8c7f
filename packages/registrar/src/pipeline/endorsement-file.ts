// SPDX-License-Identifier: Apache-2.0
// The makers' manifests that were imported (service/manifests.ts), as births look things up in them: by key and by unique
// id, from a file, since a maker ships more elements than threads should hold. Each entry that is found is verified again,
// so nothing rests on the file, and a signer that counts no more endorses nothing.

import { existsSync } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { parseJson } from "natalis/formats";
import { equalBytes, isNatalisError } from "natalis/kernel";
import { type Endorsement, type Endorsements, type EvidenceContext, importManifestEntry } from "natalis/protect";

const busyMilliseconds = 5000;

interface Questions {
  readonly byKey: StatementSync;
  readonly byUniqueId: StatementSync;
}

/** SQLITE_BUSY: an import is under way. */
const busy = 5;

/** Asks nothing, and finds out whether it could. @throws what SQLite says of a file that is none of imported manifests */
export function requireEndorsementFile(path: string): void {
  const database = new DatabaseSync(path, { timeout: 0, defensive: true });
  try {
    questionsOf(database);
  } catch (error) {
    if ((error as { readonly errcode?: number }).errcode !== busy) throw error;
  } finally {
    database.close();
  }
}

function questionsOf(database: DatabaseSync): Questions {
  database.exec("PRAGMA query_only = ON");
  return {
    byKey: database.prepare("SELECT entry FROM elements JOIN element_keys USING (unique_id) WHERE key_hash = ?"),
    byUniqueId: database.prepare("SELECT entry FROM elements WHERE unique_id = ?"),
  };
}

export class EndorsementFile implements Endorsements {
  readonly #path: string;
  readonly #context: Omit<EvidenceContext, "at">;
  #questions: Questions | undefined;

  constructor(path: string, context: Omit<EvidenceContext, "at">) {
    this.#path = path;
    this.#context = context;
  }

  async ofKey(publicKey: Uint8Array): Promise<Endorsement | undefined> {
    const keyHash = this.#context.hash.sha256(publicKey);
    const found = await this.#verified(this.#open()?.byKey.get(keyHash));
    return found?.keys.some((key) => equalBytes(key.publicKey, publicKey)) === true ? found : undefined;
  }

  async ofUniqueId(uniqueId: string): Promise<Endorsement | undefined> {
    const wanted = uniqueId.toLowerCase();
    const found = await this.#verified(this.#open()?.byUniqueId.get(wanted));
    return found?.uniqueId === wanted ? found : undefined;
  }

  /** Read only, but for what another process left half done, which SQLite takes back. */
  #open(): Questions | undefined {
    if (this.#questions !== undefined || !existsSync(this.#path)) return this.#questions;
    this.#questions = questionsOf(new DatabaseSync(this.#path, { timeout: busyMilliseconds, defensive: true }));
    return this.#questions;
  }

  async #verified(row: Readonly<Record<string, unknown>> | undefined): Promise<Endorsement | undefined> {
    if (row === undefined) return undefined;
    try {
      return await importManifestEntry(parseJson(String(row.entry)), this.#context);
    } catch (error) {
      if (isNatalisError(error, "NAT_EVIDENCE_ROOT")) return undefined;
      throw error;
    }
  }
}
