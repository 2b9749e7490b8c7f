// SPDX-License-Identifier: Apache-2.0
// PostgreSQL itself dies under two registrars while births run: by a crash, by kill -9 of all its processes, and by
// kill -9 of one session, upon which the server ends all others and recovers. Both registrars live on, and answer again.

import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { type RunningRegistrar, startRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { endWell, happens, holdsAtRest, makePostgresWorld, type PostgresWorld } from "./campaign/postgres-world.ts";

const rounds = 3;
const scarce = 20;
/** A death comes at any moment from a round's first answer to this many milliseconds after it. */
const longestMoment = 200;

const scope = scopeOf({ after });
let world: PostgresWorld;
let registrars: readonly RunningRegistrar[];

before(async () => {
  world = await makePostgresWorld(scope, scarce);
  registrars = await Promise.all(world.places.map((place) => startRegistrar(scope, place)));
});

const deaths: Readonly<Record<string, () => Promise<void>>> = {
  crashes: () => restartAfter("immediate"),
  "is killed with all its sessions": () => restartAfter("kill"),
  "loses a session to kill -9": killSession,
};

for (const [name, die] of Object.entries(deaths))
  test(`${rounds} times the database ${name}: both registrars live on, nothing is lost or contradicted`, async () => {
    for (let round = 0; round < rounds; round++) {
      await happens(world, registrars, { name: `${name.replaceAll(" ", "-")}-${round}`, batches: true }, async () => {
        await wait(randomInt(longestMoment));
        await die();
      });
      for (const registrar of registrars) assert.ok(!registrar.hasEnded(), registrar.printed());
      await holdsAtRest(world, registrars[round % registrars.length] as RunningRegistrar);
    }
  });

test("nothing is left over, and every birth has its answer", async () => {
  await endWell(world, registrars);
});

async function restartAfter(mode: "immediate" | "kill"): Promise<void> {
  await world.server.stop(mode);
  await world.server.start();
}

async function killSession(): Promise<void> {
  const sessions = "SELECT pid FROM pg_stat_activity WHERE application_name = 'natalis' ORDER BY random() LIMIT 1";
  const [session] = await world.server.query(sessions);
  process.kill((session as { pid: number }).pid, "SIGKILL");
}
