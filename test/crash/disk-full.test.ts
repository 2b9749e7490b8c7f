// SPDX-License-Identifier: Apache-2.0
// A full disk: what is answered is answered, the rest is told to ask again, what is there is still served, and births go
// on without a restart once there is room. On a small file system in memory, where this process may mount one; and by
// SQLite's own limit of pages, which anybody may set.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { makeRegistrar, type Place, type RunningRegistrar, startRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { endWell } from "./campaign/campaign.ts";
import { makeWorld, type World } from "./campaign/world.ts";
import { noRoomWords } from "./doom/no-room.ts";
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

/** A place whose disk can be filled; `fill` answers what makes room again. */
interface Disk {
  readonly place: Place;
  fill(): () => void;
}

test("SQLite finds no room, and has some again", async () => {
  await fillsUp((place) => {
    const file = join(place.folder, "no-room");
    const fill = () => {
      writeFileSync(file, "");
      return () => rmSync(file);
    };
    return { place: { ...place, nodeWords: noRoomWords(file) }, fill };
  });
});

test("a disk that fills up, stays full over a kill -9, and has room again", async () => {
  const mount = mountSmallDisk();
  if (mount === undefined) return tellThatNobodyMounts();
  await fillsUp((place) => {
    const folder = join(mount, "data");
    cpSync(place.folder, folder, { recursive: true });
    return { place: { ...place, folder }, fill: () => takeRoom(folder) };
  });
});

async function fillsUp(diskOf: (place: Place) => Disk): Promise<void> {
  const made = await makeWorld(scope, await makeRegistrar(scope), scarce);
  const { place, fill } = diskOf(made.place);
  const world = { ...made, place };
  const { witness, stations } = world;
  const registrar = await startRegistrar(scope, place);
  await bear(world, registrar, "BEFORE", () => witness.answered.size >= answersDue);
  const makeRoom = fill();
  await bear(world, registrar, "FULL", () => isPutOff(world));
  assert.ok(witness.putOff.has("NAT_REGISTRY_FULL"), [...witness.putOff].join());
  await holds(registrar, witness);
  makeRoom();
  for (const station of stations) await askAgain(registrar, witness, station);
  assert.equal(witness.unanswered.size, 0, "there is room, and births are put off still");
  await holds(registrar, witness);
  const makeRoomAgain = fill();
  await bear(world, registrar, "AGAIN", () => isPutOff(world));
  await registrar.kill();
  await isCleanAsCrashed(place);
  makeRoomAgain();
  await endWell(world);
}

/**
 * Of the station that has quota left: one without is refused for that, so that nothing of it stays unanswered, and if it
 * were counted the other line could stop for a birth that is under way, and leave it to go on for ever.
 */
function isPutOff({ witness, stations: [ample] }: World): boolean {
  return [...witness.unanswered].filter(({ station }) => station === ample).length >= refusalsDue;
}

async function bear(world: World, registrar: RunningRegistrar, name: string, isOver: () => boolean): Promise<void> {
  const { witness, stations } = world;
  const line = { registrar, witness, isOver };
  await Promise.all([
    bearUntilGone({ ...line, station: stations[0], name: `${name}-A` }),
    bearUntilGone({ ...line, station: stations[1], name: `${name}-B` }),
    watchCheckpoints(line),
  ]);
}

/** Undefined where this process may not mount anything. */
function mountSmallDisk(): string | undefined {
  const folder = temporaryFolder(scope);
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${disk},mode=700`, "tmpfs", folder]);
  if (status !== 0) return undefined;
  scope.defer(() => spawnSync("umount", [folder]));
  return folder;
}

/** The test before this one has filled SQLite's. */
function tellThatNobodyMounts(): void {
  process.stderr.write("no file system may be mounted here: only SQLite's own limit was filled up\n");
}

function takeRoom(folder: string): () => void {
  const path = join(folder, "ballast");
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(path, new Uint8Array(bavail * bsize - room));
  return () => rmSync(path);
}
