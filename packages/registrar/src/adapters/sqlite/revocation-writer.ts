// SPDX-License-Identifier: Apache-2.0
// The part of a commit that is about CRLs: certificates put on them, taken off, and which shards that touches.

import type { DatabaseSync } from "node:sqlite";
import type { CommitBatch, RevocationChange } from "natalis/registry";
import { prepareChange } from "./prepared.ts";

const insertRevocation = `INSERT OR REPLACE INTO revocations
  (issuer, shard, serial, reason, revoked_at, invalidity_date, entry) VALUES (?, ?, ?, ?, ?, ?, ?)`;

export class RevocationWriter {
  readonly #insert;
  readonly #lift;
  readonly #touch;

  constructor(database: DatabaseSync) {
    this.#insert = prepareChange(database, insertRevocation);
    this.#lift = prepareChange(database, "DELETE FROM revocations WHERE issuer = ? AND shard = ? AND serial = ?");
    this.#touch = prepareChange(database, "INSERT OR REPLACE INTO shards (issuer, shard, changed_by) VALUES (?, ?, ?)");
  }

  write({ revocations }: CommitBatch): void {
    for (const change of revocations) this.#apply(change);
  }

  #apply(change: RevocationChange): void {
    if (change.kind === "lifted") {
      const { issuer, shard, serial, entry } = change;
      this.#lift.run(issuer, shard, serial);
      this.#touch.run(issuer, shard, entry);
    } else {
      const { issuer, shard, serial, reason, revokedAt, invalidityDate, entry } = change.row;
      this.#insert.run(issuer, shard, serial, reason, revokedAt, invalidityDate ?? null, entry);
      this.#touch.run(issuer, shard, entry);
    }
  }
}
