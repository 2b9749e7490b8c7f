// SPDX-License-Identifier: Apache-2.0
// A registrar that was killed under load, its files as bytes, and folders in which a registry is opened from bytes that a
// disk might have kept of them.

import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FileCheckpointMirror, nodeHash } from "@natalis/node";
import { openSqliteRegistry } from "@natalis/registrar";
import { openRegistry, type RegistryHead } from "natalis/registry";
import { makeRegistrar, origin, type Place, startRegistrar } from "../../support/registrar.ts";
import { Scope } from "../../support/scope.ts";
import { quickFolder } from "../../support/temporary-folder.ts";
import { makeWorld, type World } from "../campaign/world.ts";
import { bearBatchesUntilGone, bearUntilGone } from "../witness/lines.ts";

export const [databaseName, walName] = ["registry.sqlite", "registry.sqlite-wal"] as const;

export interface DiskWorld extends World {
  /** As kill -9 left them. */
  readonly database: Buffer;
  readonly wal: Buffer;
}

const births = 60;
const batchSize = 12;
const scarce = 10;

export async function makeDiskWorld(scope: Scope): Promise<DiskWorld> {
  const world = await makeWorld(scope, await makeRegistrar(scope), scarce);
  const { place, witness, stations } = world;
  const registrar = await startRegistrar(scope, place);
  const line = { registrar, witness, station: stations[0], isOver: () => witness.answered.size >= births };
  await Promise.all([bearUntilGone({ ...line, name: "A" }), bearBatchesUntilGone({ ...line, name: "B" }, batchSize)]);
  await registrar.kill();
  const read = (name: string) => readFileSync(join(place.folder, name));
  return { ...world, database: read(databaseName), wal: read(walName) };
}

export interface Files {
  readonly database: Buffer;
  /** Absent: none. */
  readonly wal?: Buffer;
  readonly mirror: string;
}

export async function headOf(world: DiskWorld, wal: Buffer): Promise<RegistryHead> {
  const { database } = world;
  let head: RegistryHead | undefined;
  await inFolder(world, { database, wal, mirror: "" }, async ({ folder }) => {
    const registry = await openSqliteRegistry(join(folder, databaseName));
    head = await registry.commits.head();
    registry.close();
  });
  return head ?? assert.fail("no head");
}

/** What a start checks. */
export async function opened({ folder }: Pick<Place, "folder">): Promise<RegistryHead | undefined> {
  const registry = await openSqliteRegistry(join(folder, databaseName));
  try {
    const mirror = new FileCheckpointMirror(join(folder, "checkpoint"));
    return await openRegistry({ stores: registry, mirror, origin, hash: nodeHash });
  } finally {
    registry.close();
  }
}

export async function inFolder(
  { place }: Pick<World, "place">,
  { database, wal, mirror }: Files,
  work: (place: Place) => Promise<void>,
): Promise<void> {
  const own = new Scope();
  const folder = quickFolder(own);
  cpSync(join(place.folder, "trust.json"), join(folder, "trust.json"));
  writeFileSync(join(folder, databaseName), database);
  if (wal !== undefined) writeFileSync(join(folder, walName), wal);
  writeFileSync(join(folder, "checkpoint"), mirror);
  try {
    await work({ ...place, folder });
  } finally {
    await own.close();
  }
}
