// SPDX-License-Identifier: Apache-2.0
// The checkpoint outside the database when its disk fails: no birth is answered that a restored database could deny,
// however often it is asked for, and all are once it can be written again. A file that is torn stops a start; one that
// lags, as after a power cut before the rename was on disk, is mended.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { runNatalis } from "../support/command.ts";
import { makeRegistrar, type RunningRegistrar, serveWords, startRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { endWell } from "./campaign/campaign.ts";
import { makeWorld, type World } from "./campaign/world.ts";
import { isCleanAsCrashed, mirrorOf } from "./witness/audit.ts";
import { holds } from "./witness/holds.ts";
import { askAgain, bearUntilGone } from "./witness/lines.ts";

const scarce = 4;
const births = 5;

const scope = scopeOf({ after });
let world: World;
let path: string;

before(async () => {
  world = await makeWorld(scope, await makeRegistrar(scope), scarce);
  path = join(world.place.folder, "checkpoint");
});

test("while it cannot be written, births are registered and nobody is answered; then everybody is", async () => {
  const { place, witness, stations } = world;
  const registrar = await startRegistrar(scope, place);
  await bearSome(registrar, "BEFORE");
  const kept = mirrorOf(place);
  blockMirror();
  const answered = witness.answered.size;
  for (let ask = 0; ask < 3; ask++) {
    await askSome(registrar, `BLOCKED-${ask}`);
    for (const station of stations) await askAgain(registrar, witness, station);
    assert.equal(witness.answered.size, answered, "answered, and no checkpoint of it is kept");
  }
  unblockMirror(kept);
  for (const station of stations) await askAgain(registrar, witness, station);
  assert.equal(witness.unanswered.size, 0);
  const stored = [...witness.answered.values()].slice(answered).filter(({ answer }) => answer.kind === "stored");
  assert.equal(stored.length, 3 * births);
  await holds(registrar, witness);
  await registrar.kill();
  await isCleanAsCrashed(place);
});

test("a torn one is no checkpoint, and stops a start", async () => {
  const { place } = world;
  const kept = mirrorOf(place);
  const torn = [
    kept.slice(0, 10),
    kept.slice(0, kept.indexOf("\n\n")),
    kept.slice(0, -30),
    "\0".repeat(kept.length),
    "",
  ];
  for (const text of torn) {
    writeFileSync(path, text);
    const { code, stderr } = await runNatalis(...serveWords(place));
    assert.equal(code, 1, JSON.stringify(text));
    assert.match(stderr, /\[NAT_TLOG_(?:NOTE|CHECKPOINT)\]/, JSON.stringify(text));
  }
  writeFileSync(path, kept);
});

test("one that lags is mended", async () => {
  const { place, witness } = world;
  const old = [...witness.checkpoints][0] as string;
  writeFileSync(path, old);
  const registrar = await startRegistrar(scope, place);
  assert.notEqual(mirrorOf(place), old);
  await holds(registrar, witness);
  await registrar.stop();
  await endWell(world);
});

/** As a disk that takes new files and loses the old one's name: no rename gets there. */
function blockMirror(): void {
  rmSync(path);
  mkdirSync(join(path, "in-the-way"), { recursive: true });
}

function unblockMirror(kept: string): void {
  rmSync(path, { recursive: true });
  assert.ok(!existsSync(path));
  writeFileSync(path, kept);
}

async function bearSome(registrar: RunningRegistrar, name: string): Promise<void> {
  const { witness } = world;
  const due = witness.answered.size + births;
  await bearUntilGone({ ...line(registrar, name), isOver: () => witness.answered.size >= due });
}

async function askSome(registrar: RunningRegistrar, name: string): Promise<void> {
  const { witness } = world;
  const due = witness.unanswered.size + births;
  await bearUntilGone({ ...line(registrar, name), isOver: () => witness.unanswered.size >= due });
}

function line(registrar: RunningRegistrar, name: string) {
  return { registrar, witness: world.witness, station: world.stations[0], name };
}
