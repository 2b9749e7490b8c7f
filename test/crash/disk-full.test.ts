// SPDX-License-Identifier: Apache-2.0
// A full disk: what is answered is answered, the rest is told to ask again, what is there is still served, and births go
// on without a restart once there is room. On a small file system in memory where this process may mount one; else by
// SQLite's own limit of pages.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { makeRegistrar, type Place, type RunningRegistrar, startRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { endWell } from "./campaign/campaign.ts";
import { makeWorld, type World } from "./campaign/world.ts";
import { isCleanAsCrashed } from "./witness/audit.ts";
import { holds } from "./witness/holds.ts";
import { askAgain, bearUntilGone, watchCheckpoints } from "./witness/lines.ts";

const disk = "16m";
/** Left for births when the rest is taken, bytes. */
const room = 400_000;
const scarce = 10;
const answersDue = 5;
/** Births that are put off one after the other before the disk is said to be full. */
const refusalsDue = 20;

const scope = scopeOf({ after });

test("a disk that fills up, stays full over a kill -9, and has room again", async () => {
  const world = await makeWorld(scope, await makeRegistrar(scope), scarce);
  const small = { ...world, place: { ...world.place, folder: moveToSmallDisk(world.place) } };
  const { witness, stations, place } = small;
  const registrar = await startRegistrar(scope, place);
  await bear(small, registrar, "BEFORE", () => witness.answered.size >= answersDue);
  const ballast = fill(place);
  await bear(small, registrar, "FULL", () => witness.unanswered.size >= refusalsDue);
  await holds(registrar, witness);
  rmSync(ballast);
  for (const station of stations) await askAgain(registrar, witness, station);
  assert.equal(witness.unanswered.size, 0, "there is room, and births are put off still");
  await holds(registrar, witness);
  fill(place);
  await bear(small, registrar, "AGAIN", () => witness.unanswered.size >= refusalsDue);
  await registrar.kill();
  await isCleanAsCrashed(place);
  rmSync(ballast);
  await endWell(small);
});

async function bear(world: World, registrar: RunningRegistrar, name: string, isOver: () => boolean): Promise<void> {
  const { witness, stations } = world;
  const line = (letter: string, i: 0 | 1) => ({
    registrar,
    witness,
    station: stations[i],
    name: `${name}-${letter}`,
    isOver,
  });
  await Promise.all([bearUntilGone(line("A", 0)), bearUntilGone(line("B", 1)), watchCheckpoints(line("W", 0))]);
}

/** Answers where the data folder is now. */
function moveToSmallDisk({ folder }: Place): string {
  const mount = temporaryFolder(scope);
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${disk},mode=700`, "tmpfs", mount]);
  scope.defer(() => spawnSync("umount", [mount]));
  const moved = join(mount, "data");
  cpSync(folder, moved, { recursive: true });
  return moved;
}

/** Takes all but a little; answers the file that does. */
function fill({ folder }: Place): string {
  const path = join(folder, "ballast");
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(path, new Uint8Array(bavail * bsize - room));
  return path;
}
