// SPDX-License-Identifier: Apache-2.0
// The one writer of the registry: a batch of births and other events as one transaction, guarded by the head
// (DESIGN 3.3 step 4). Statements are prepared once; the whole commit is synchronous, so nothing comes between.

import type { DatabaseSync } from "node:sqlite";
import {
  type CommitBatch,
  type CommitStore,
  isSameHead,
  type RegistryHead,
  registryError,
  type StoredEntry,
} from "natalis/registry";
import { duplicateOr } from "../sql/duplicate.ts";
import { headOf } from "../sql/history-rows.ts";
import type { HeadTable } from "../sql/schema.ts";
import { tileNumber } from "../sql/tile-number.ts";
import { AdmissionWriter } from "./admission-writer.ts";
import { inTransaction, isSqliteError } from "./database.ts";
import { DeviceWriter } from "./device-writer.ts";
import { OperatorWriter } from "./operator-writer.ts";
import { prepareChange, prepareQuery } from "./prepared.ts";
import { RevocationWriter } from "./revocation-writer.ts";

/** sqlite.org/rescode.html: SQLITE_BUSY and SQLITE_FULL. */
const busy = 5;
const full = 13;

export class SqliteCommitStore implements CommitStore {
  readonly #database;
  readonly #devices;
  readonly #operators;
  readonly #admission;
  readonly #revocations;
  readonly #head;
  readonly #moveHead;
  readonly #checkpoint;
  readonly #entry;
  readonly #logTile;
  readonly #stateTile;
  readonly #authority;

  constructor(database: DatabaseSync) {
    const change = (sql: string) => prepareChange(database, sql);
    this.#database = database;
    this.#devices = new DeviceWriter(database);
    this.#operators = new OperatorWriter(database);
    this.#admission = new AdmissionWriter(database);
    this.#revocations = new RevocationWriter(database);
    this.#head = prepareQuery<HeadTable>(database, "SELECT * FROM head");
    this.#moveHead = change("INSERT OR REPLACE INTO head VALUES (1, ?, ?, ?, ?, ?, ?)");
    this.#checkpoint = change("INSERT INTO checkpoints (size, note) VALUES (?, ?)");
    this.#entry = change(
      "INSERT INTO entries (position, type, time, device, entry, body, salt) VALUES (?, ?, ?, ?, ?, ?, ?)",
    );
    this.#logTile = change("INSERT OR REPLACE INTO log_tiles (id, bytes) VALUES (?, ?)");
    this.#stateTile = change("INSERT OR REPLACE INTO state_tiles (id, bytes) VALUES (?, ?)");
    this.#authority = change(
      "INSERT INTO authorities (entry, kind, key_id, certificate, certificate_hash) VALUES (?, ?, ?, ?, ?)",
    );
  }

  head(): RegistryHead | undefined {
    const row = this.#head.get();
    return row && headOf(row);
  }

  /**
   * @throws NAT_REGISTRY_HEAD_MOVED, NAT_REGISTRY_DUPLICATE, NAT_REGISTRY_QUOTA, NAT_REGISTRY_PRODUCT_QUOTA,
   * NAT_REGISTRY_NOT_EXPECTED, NAT_REGISTRY_BUSY, NAT_REGISTRY_FULL
   */
  commit(batch: CommitBatch): void {
    try {
      inTransaction(this.#database, () => this.#write(batch));
    } catch (error) {
      if (isSqliteError(error, busy)) throw registryError("NAT_REGISTRY_BUSY", "another process is writing", error);
      if (isSqliteError(error, full)) throw registryError("NAT_REGISTRY_FULL", error.message, error);
      throw duplicateOr(error);
    }
  }

  #write(batch: CommitBatch): void {
    if (!isSameHead(this.head(), batch.expected))
      throw registryError("NAT_REGISTRY_HEAD_MOVED", `not at size ${batch.expected?.size ?? 0}`);
    for (const entry of batch.entries) this.#writeEntry(entry);
    this.#devices.write(batch);
    this.#operators.write(batch);
    this.#admission.write(batch);
    this.#revocations.write(batch);
    for (const row of batch.authorities)
      this.#authority.run(row.entry, row.kind, row.keyId, row.certificate, row.certificateHash);
    for (const { id, bytes } of batch.logTiles) this.#logTile.run(tileNumber(id), bytes);
    for (const { id, bytes } of batch.stateTiles) this.#stateTile.run(tileNumber(id), bytes);
    const { size, root, time, devices, stateRoot, checkpoint } = batch.head;
    this.#checkpoint.run(size, checkpoint);
    this.#moveHead.run(size, root, time, devices, stateRoot, checkpoint);
  }

  #writeEntry({ index, type, time, deviceId, entry, body, salt }: StoredEntry): void {
    this.#entry.run(index, type, time, deviceId, entry, body, salt);
  }
}
