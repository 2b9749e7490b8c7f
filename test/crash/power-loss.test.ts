// SPDX-License-Identifier: Apache-2.0
// What a disk may hold after a power cut. SQLite syncs its write-ahead log with each commit, and the database before that
// log is begun anew: so whatever was written since the last sync may be torn, and nothing before it. A torn tail of the
// log is dropped, and with it only commits that nobody was answered; a database torn while the log was copied into it is
// made whole by the log; a disk that lost what it had confirmed is found out by the checkpoint outside the database.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { RegistryHead } from "natalis/registry";
import { scopeOf } from "../support/scope.ts";
import { endWell } from "./campaign/campaign.ts";
import { choicesOf } from "./campaign/random.ts";
import { mixedPage, type Tear, tears } from "./disk/tear.ts";
import { type DiskWorld, type Files, headOf, inFolder, makeDiskWorld, opened, walName } from "./disk/world.ts";
import { newestPages, readWriteAheadLog } from "./disk/write-ahead-log.ts";
import { auditOf } from "./witness/audit.ts";

/** Of the last commits each is torn, each way, so many times. */
const tornCommits = 5;
const times = 2;

const scope = scopeOf({ after });
const choices = choicesOf(1);
let world: DiskWorld;
let database: Buffer;
let wal: Buffer;

before(async () => {
  world = await makeDiskWorld(scope);
  ({ database, wal } = world);
});

test("of a torn tail of the write-ahead log no commit is seen, and of what was synced before it all is", async () => {
  const { commits } = readWriteAheadLog(wal);
  assert.ok(commits.length > tornCommits, `${commits.length} commits`);
  for (const [i, from] of commits.slice(-tornCommits - 1, -1).entries()) {
    const whole = wal.subarray(0, commits.at(i - tornCommits));
    const due = await headOf(world, wal.subarray(0, from));
    for (const [name, tear] of Object.entries(tears))
      for (let time = 0; time < times; time++) await isDropped(tear, whole, from, due, `${name} after commit ${i}`);
  }
});

test("a disk that lost a commit which it had confirmed is found out: the checkpoint outside leads", async () => {
  const { commits } = readWriteAheadLog(wal);
  const kept = readFileSync(join(world.place.folder, "checkpoint"), "utf8");
  for (const from of commits.slice(-tornCommits - 1, -1))
    await inFolder(world, { database, wal: wal.subarray(0, from), mirror: kept }, async (place) => {
      await assert.rejects(opened(place), { code: "NAT_REGISTRY_ROLLED_BACK" });
    });
});

test("a database torn while the write-ahead log is copied into it is whole with that log", async () => {
  const log = readWriteAheadLog(wal);
  const pages = newestPages(log, wal);
  const due = await headOf(world, wal);
  for (let time = 0; time < 2 * times; time++) {
    const torn = Buffer.alloc(Math.max(database.length, Math.max(...pages.keys()) * log.pageSize));
    database.copy(torn);
    for (const [page, fresh] of pages) {
      const at = (page - 1) * log.pageSize;
      mixedPage(torn.subarray(at, at + log.pageSize), fresh, choices).copy(torn, at);
    }
    await isWhole({ database: torn, wal }, due, `time ${time}`);
  }
});

test("a write-ahead log that was begun anew and torn in its header is none: the database has it all", async () => {
  const log = readWriteAheadLog(wal);
  const due = await headOf(world, wal);
  const copied = Buffer.alloc(Math.max(...newestPages(log, wal).keys(), database.length / log.pageSize) * log.pageSize);
  database.copy(copied);
  for (const [page, fresh] of newestPages(log, wal)) fresh.copy(copied, (page - 1) * log.pageSize);
  for (let bytes = 1; bytes < 32; bytes += 6) {
    const begun = Buffer.from(wal);
    for (let at = 0; at < bytes; at++) begun[at + 8] = choices.below(256);
    await isWhole(
      { database: copied, wal: begun.subarray(0, 32 + choices.below(begun.length)) },
      due,
      `${bytes} bytes`,
    );
  }
});

test("a registrar starts over a torn tail, and goes on", async () => {
  const { place } = world;
  const { commits } = readWriteAheadLog(wal);
  const begun = tears.noise(Buffer.concat([wal, wal.subarray(commits.at(-2))]), wal.length, choices);
  writeFileSync(join(place.folder, walName), begun);
  await endWell(world);
});

/** Nothing of what is torn shows, nothing of what comes before it is gone. */
async function isDropped(tear: Tear, whole: Buffer, from: number, due: RegistryHead, told: string): Promise<void> {
  const torn = tear(whole, from, choices);
  if (torn.equals(whole)) return;
  await isWhole({ database, wal: torn }, due, told);
}

async function isWhole(files: Omit<Files, "mirror">, due: RegistryHead, told: string): Promise<void> {
  await inFolder(world, { ...files, mirror: due.checkpoint }, async (place) => {
    assert.equal((await opened(place))?.checkpoint, due.checkpoint, told);
    const { problems, devices } = await auditOf(place);
    assert.deepEqual([problems, devices], [[], due.devices], told);
  });
}
