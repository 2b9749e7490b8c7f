// SPDX-License-Identifier: Apache-2.0
// A page of the database that is torn at rest, as no power cut leaves it, but a disk that lies about its syncs or loses
// sectors may: of every page that the births wrote, some sectors are as they were before. What the registry then tells
// is what it told before, or nothing; and the start, the audit or SQLite's own check, which the audit's command runs,
// finds it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import { openSqliteRegistry } from "@natalis/registrar";
import { runNatalis } from "../support/command.ts";
import { type Place, startRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { choicesOf } from "./campaign/random.ts";
import { type Served, servedBy } from "./disk/served.ts";
import { mixedPage } from "./disk/tear.ts";
import { databaseName, type DiskWorld, inFolder, makeDiskWorld, opened } from "./disk/world.ts";
import { auditOf, mirrorOf } from "./witness/audit.ts";

const pageSize = 4096;
/** So many of the pages that were written are torn, one at a time. */
const tornPages = 60;

const scope = scopeOf({ after });
const choices = choicesOf(1);
let world: DiskWorld;
/** After a stop in good order: all of it in one file. */
let whole: Buffer;
let mirror: string;
let size: number;
let servedBefore: Served;
let rows: string;

before(async () => {
  world = await makeDiskWorld(scope);
  const registrar = await startRegistrar(scope, world.place);
  assert.equal((await registrar.stop()).code, 0);
  whole = readFileSync(join(world.place.folder, databaseName));
  mirror = mirrorOf(world.place);
  size = Number(mirror.split("\n")[1]);
  await inFolder(world, { database: whole, mirror }, async (place) => {
    servedBefore = (await servedOf(place)) ?? assert.fail("nothing is served");
    rows = rowsOf(place);
  });
});

test("everything is served while nothing is torn", () => {
  assert.equal(servedBefore.size, 1 + 2 * Math.ceil(size / 256) + 4 * world.witness.answered.size);
});

test(`${tornPages} torn pages, one at a time: nothing false is told, and each is found that changes anything`, async () => {
  let found = 0;
  for (const page of somePages()) {
    const torn = tornAt(page);
    await inFolder(world, { database: torn, mirror }, async (place) => {
      const served = await servedOf(place);
      for (const [name, answer] of served ?? []) assert.equal(answer, servedBefore.get(name), `page ${page}: ${name}`);
      if (await isFound(place)) found += 1;
      else assert.deepEqual([served, rowsOf(place)], [servedBefore, rows], `page ${page} is torn, and nobody tells`);
    });
  }
  assert.ok(found > tornPages / 2, `${found} of ${tornPages}`);
});

test("the audit's command tells of a torn index, and of a torn table", async () => {
  for (const table of ["devices_key_hash", "entries"]) {
    const page = rootPageOf(table);
    const torn = Buffer.from(whole);
    torn.fill(0, page * pageSize - pageSize / 2, page * pageSize);
    await inFolder(world, { database: torn, mirror }, async ({ folder }) => {
      const { code, stdout } = await runNatalis("log", "audit", "--data", folder);
      assert.equal(code, 1, stdout);
      assert.match(stdout, /problem: database file: .+\naudit: \d+ problems/s);
    });
  }
});

/** Pages that the births changed: of those the disk may still have what was there before. */
function somePages(): number[] {
  const changed = Array.from({ length: whole.length / pageSize }, (_, page) => page).filter(
    (page) => !oldOf(page).equals(pageOf(page)),
  );
  return Array.from(
    { length: Math.min(tornPages, changed.length) },
    () => changed.splice(choices.below(changed.length), 1)[0] as number,
  );
}

function pageOf(page: number): Buffer {
  return whole.subarray(page * pageSize, (page + 1) * pageSize);
}

/** As it was before the births; zeros where the file was shorter. */
function oldOf(page: number): Buffer {
  const old = Buffer.alloc(pageSize);
  world.database.subarray(page * pageSize, (page + 1) * pageSize).copy(old);
  return old;
}

function tornAt(page: number): Buffer {
  const torn = Buffer.from(whole);
  mixedPage(oldOf(page), pageOf(page), choices).copy(torn, page * pageSize);
  return torn;
}

/** Undefined where the database does not even open. */
async function servedOf({ folder }: Place): Promise<Served | undefined> {
  const registry = await openSqliteRegistry(join(folder, databaseName)).catch(() => undefined);
  if (registry === undefined) return undefined;
  try {
    return await servedBy(registry, size, world.witness.answered.keys());
  } finally {
    registry.close();
  }
}

async function isFound(place: Place): Promise<boolean> {
  return (await isFoundByStart(place)) || (await isFoundByAudit(place)) || isFoundBySqlite(place);
}

function isFoundByStart(place: Place): Promise<boolean> {
  return opened(place).then(
    () => false,
    () => true,
  );
}

function isFoundByAudit(place: Place): Promise<boolean> {
  return auditOf(place).then(
    ({ problemCount }) => problemCount > 0,
    () => true,
  );
}

function isFoundBySqlite(place: Place): boolean {
  return inDatabase(place, (database) => database.prepare("PRAGMA integrity_check").get()?.integrity_check !== "ok");
}

/** Every row of every table, as text. */
function rowsOf(place: Place): string {
  return inDatabase(place, (database) => {
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all();
    const text = tables.map(({ name }) => [name, database.prepare(`SELECT * FROM "${String(name)}"`).all()]);
    return JSON.stringify(text, (_, value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value,
    );
  });
}

function rootPageOf(name: string): number {
  const database = new DatabaseSync(join(world.place.folder, databaseName), { readOnly: true });
  try {
    const row = database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = ?").get(name);
    return Number(row?.rootpage ?? assert.fail(`no ${name}`));
  } finally {
    database.close();
  }
}

function inDatabase<Result>({ folder }: Place, work: (database: DatabaseSync) => Result): Result {
  const database = new DatabaseSync(join(folder, databaseName), { readOnly: true });
  try {
    return work(database);
  } finally {
    database.close();
  }
}
