// SPDX-License-Identifier: Apache-2.0
// Two registrars on one PostgreSQL database, both under load, when something happens to one of them or to the server.

import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { openTemporaryPostgres, type TemporaryPostgres } from "@natalis/registrar";
import { freePort } from "../../support/ports.ts";
import { anotherPlace, makeRegistrar, type Place, type RunningRegistrar } from "../../support/registrar.ts";
import type { Scope } from "../../support/scope.ts";
import { isCleanAsCrashed, isCleanByCommand, mirrorOf } from "../witness/audit.ts";
import { everyReceiptHolds, holds } from "../witness/holds.ts";
import { askAgain, bearBatchesUntilGone, bearUntilGone, watchCheckpoints } from "../witness/lines.ts";
import { letTimePass, litterOf, makeWorld, type World } from "./world.ts";

export interface PostgresWorld extends World {
  readonly server: TemporaryPostgres;
  /** Of the same registrar, for two processes. */
  readonly places: readonly [Place, Place];
}

const batchSize = 6;
/** Two registrars and a server have two cores between them. */
const pace = 5;
/** Births go on until so many were answered after what happened. */
const answersDue = 3;
const aftermathMilliseconds = 20_000;
const restMilliseconds = 5000;

export async function makePostgresWorld(scope: Scope, scarce: number): Promise<PostgresWorld> {
  const server = await openTemporaryPostgres({ port: await freePort() });
  scope.defer(() => server.close());
  const place = await makeRegistrar(scope, "--database", await server.newDatabase());
  const world = await makeWorld(scope, place, scarce);
  return { ...world, server, places: [place, await anotherPlace(place)] };
}

/** Births at all of them; what happens does so after the first answer; then whoever is left answers again. */
export async function happens(
  { witness, stations }: PostgresWorld,
  registrars: readonly RunningRegistrar[],
  { name, batches }: { readonly name: string; readonly batches: boolean },
  happen: () => Promise<void>,
): Promise<void> {
  const firstAnswer = Promise.withResolvers<void>();
  let over = false;
  const isOver = () => over;
  const work = registrars.flatMap((registrar, i) => {
    const line = (letter: string, station = stations[0]) => {
      const tell = firstAnswer.resolve;
      return { registrar, witness, station, name: `${name}-${i}${letter}`, isOver, tell, pace };
    };
    const lines = [bearUntilGone(line("A")), bearUntilGone(line("B", stations[1])), watchCheckpoints(line("W"))];
    return batches ? [...lines, bearBatchesUntilGone(line("C"), batchSize)] : lines;
  });
  await Promise.race([firstAnswer.promise, Promise.all(work)]);
  await happen();
  await answersAgain(witness.answered);
  over = true;
  await Promise.all(work);
}

async function answersAgain(answered: ReadonlyMap<string, unknown>): Promise<void> {
  const due = answered.size + answersDue;
  for (let waited = 0; answered.size < due; waited += 10) {
    assert.ok(waited < aftermathMilliseconds, "nobody answers any more");
    await wait(10);
  }
}

/** What one that answers says, what both keep outside the database, and what the server still holds. */
export async function holdsAtRest(world: PostgresWorld, registrar: RunningRegistrar): Promise<void> {
  const { witness, places, stations } = world;
  for (const place of places) witness.see({ status: 200, text: mirrorOf(place) });
  for (const station of stations) await askAgain(registrar, witness, station);
  assert.equal(witness.unanswered.size, 0);
  await holds(registrar, witness);
  await nothingIsLocked(world);
  await isCleanAsCrashed(places[0]);
}

/** A transaction that nobody ends would hold the head for ever. */
async function nothingIsLocked({ server }: PostgresWorld): Promise<void> {
  const transactions =
    "SELECT pid, state, query FROM pg_stat_activity WHERE application_name = 'natalis' AND xact_start IS NOT NULL";
  for (let waited = 0; ; waited += 50) {
    const found = await server.query(transactions);
    if (found.length === 0) return;
    assert.ok(waited < restMilliseconds, JSON.stringify(found));
    await wait(50);
  }
}

/** Both stop in good order: every receipt holds, and no session, lock or file is left over. */
export async function endWell(world: PostgresWorld, registrars: readonly RunningRegistrar[]): Promise<void> {
  const { witness, places, server } = world;
  await everyReceiptHolds(registrars[0] as RunningRegistrar, witness);
  for (const registrar of registrars) assert.equal((await registrar.stop()).code, 0, registrar.printed());
  const sessions = "SELECT pid FROM pg_stat_activity WHERE application_name = 'natalis'";
  const locks = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' OR NOT granted";
  assert.deepEqual([await server.query(sessions), await server.query(locks)], [[], []]);
  for (const place of places) await isCleanByCommand(place, witness.answered.size);
  for (const place of places)
    assert.deepEqual(
      litterOf(place).filter((name) => !name.endsWith(".tmp")),
      [],
    );
  for (const place of places) letTimePass(place);
}
