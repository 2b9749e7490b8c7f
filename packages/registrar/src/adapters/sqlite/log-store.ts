// SPDX-License-Identifier: Apache-2.0
// Reading the log, its tiles and checkpoints, and the tiles of the state tree.

import type { DatabaseSync } from "node:sqlite";
import type { TileId } from "natalis/formats";
import type {
  CheckpointStore,
  EventStore,
  LogStore,
  StateTreeStore,
  StoredCheckpoint,
  StoredEntry,
} from "natalis/registry";
import { storedEntry } from "../sql/history-rows.ts";
import { requirePage } from "../sql/page.ts";
import type { CheckpointsTable, EntriesTable, TilesTable } from "../sql/schema.ts";
import { tileNumber } from "../sql/tile-number.ts";
import { prepareQuery } from "./prepared.ts";

export class SqliteLogStore implements LogStore, EventStore, StateTreeStore, CheckpointStore {
  readonly #logTile;
  readonly #stateTile;
  readonly #entries;
  readonly #events;
  readonly #timeline;
  readonly #checkpoint;
  readonly #checkpoints;

  constructor(database: DatabaseSync) {
    this.#logTile = prepareQuery<TilesTable>(database, "SELECT bytes FROM log_tiles WHERE id = ?");
    this.#stateTile = prepareQuery<TilesTable>(database, "SELECT bytes FROM state_tiles WHERE id = ?");
    this.#entries = prepareQuery<EntriesTable>(
      database,
      "SELECT entry FROM entries WHERE position >= ? ORDER BY position LIMIT ?",
    );
    this.#events = prepareQuery<EntriesTable>(
      database,
      "SELECT * FROM entries WHERE position >= ? ORDER BY position LIMIT ?",
    );
    this.#timeline = prepareQuery<EntriesTable>(
      database,
      "SELECT * FROM entries WHERE device = ? AND position > ? ORDER BY position LIMIT ?",
    );
    this.#checkpoint = prepareQuery<CheckpointsTable>(database, "SELECT note FROM checkpoints WHERE size = ?");
    this.#checkpoints = prepareQuery<CheckpointsTable>(
      database,
      "SELECT size, note FROM checkpoints WHERE size > ? ORDER BY size LIMIT ?",
    );
  }

  readLogTile(id: TileId): Uint8Array | undefined {
    return this.#logTile.get(tileNumber(id))?.bytes;
  }

  readStateTile(id: TileId): Uint8Array | undefined {
    return this.#stateTile.get(tileNumber(id))?.bytes;
  }

  readEntries(from: number, count: number): Uint8Array[] {
    requirePage(count, from);
    return this.#entries.all(from, count).map(({ entry }) => entry);
  }

  readEvents(from: number, count: number): StoredEntry[] {
    requirePage(count, from);
    return this.#events.all(from, count).map(storedEntry);
  }

  timeline(deviceId: Uint8Array, after: number, limit: number): StoredEntry[] {
    requirePage(limit);
    return this.#timeline.all(deviceId, after, limit).map(storedEntry);
  }

  checkpointAt(size: number): string | undefined {
    return this.#checkpoint.get(size)?.note;
  }

  listCheckpoints(after: number, limit: number): StoredCheckpoint[] {
    requirePage(limit);
    return this.#checkpoints.all(after, limit).map(({ size, note }) => ({ size, note }));
  }
}
