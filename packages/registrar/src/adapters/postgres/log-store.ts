// SPDX-License-Identifier: Apache-2.0
// Reading the log, its tiles and checkpoints, and the tiles of the state tree.

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
import { type Runner, rowOf, rowsOf } from "./runner.ts";

const statements = {
  logTile: { name: "log tile", text: "SELECT bytes FROM log_tiles WHERE id = $1" },
  stateTile: { name: "state tile", text: "SELECT bytes FROM state_tiles WHERE id = $1" },
  entries: { name: "entries", text: "SELECT entry FROM entries WHERE position >= $1 ORDER BY position LIMIT $2" },
  events: { name: "events", text: "SELECT * FROM entries WHERE position >= $1 ORDER BY position LIMIT $2" },
  timeline: {
    name: "timeline",
    text: "SELECT * FROM entries WHERE device = $1 AND position > $2 ORDER BY position LIMIT $3",
  },
  checkpoint: { name: "checkpoint", text: "SELECT note FROM checkpoints WHERE size = $1" },
  checkpoints: {
    name: "checkpoints",
    text: "SELECT size, note FROM checkpoints WHERE size > $1 ORDER BY size LIMIT $2",
  },
} as const;

export class PostgresLogStore implements LogStore, EventStore, StateTreeStore, CheckpointStore {
  readonly #runner: Runner;

  constructor(runner: Runner) {
    this.#runner = runner;
  }

  async readLogTile(id: TileId): Promise<Uint8Array | undefined> {
    return (await rowOf<TilesTable>(this.#runner, statements.logTile, [tileNumber(id)]))?.bytes;
  }

  async readStateTile(id: TileId): Promise<Uint8Array | undefined> {
    return (await rowOf<TilesTable>(this.#runner, statements.stateTile, [tileNumber(id)]))?.bytes;
  }

  async readEntries(from: number, count: number): Promise<Uint8Array[]> {
    requirePage(count, from);
    return (await rowsOf<EntriesTable>(this.#runner, statements.entries, [from, count])).map(({ entry }) => entry);
  }

  async readEvents(from: number, count: number): Promise<StoredEntry[]> {
    requirePage(count, from);
    return (await rowsOf<EntriesTable>(this.#runner, statements.events, [from, count])).map(storedEntry);
  }

  async timeline(deviceId: Uint8Array, after: number, limit: number): Promise<StoredEntry[]> {
    requirePage(limit);
    return (await rowsOf<EntriesTable>(this.#runner, statements.timeline, [deviceId, after, limit])).map(storedEntry);
  }

  async checkpointAt(size: number): Promise<string | undefined> {
    return (await rowOf<CheckpointsTable>(this.#runner, statements.checkpoint, [size]))?.note;
  }

  async listCheckpoints(after: number, limit: number): Promise<StoredCheckpoint[]> {
    requirePage(limit);
    const rows = await rowsOf<CheckpointsTable>(this.#runner, statements.checkpoints, [after, limit]);
    return rows.map(({ size, note }) => ({ size, note }));
  }
}
