// SPDX-License-Identifier: Apache-2.0
// Two registrars on one PostgreSQL database while births run: one of them is killed, then the database crashes under
// both. Afterwards what was answered is there once, and no checkpoint that either ever served contradicts the log.

import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { openTemporaryPostgres, type TemporaryPostgres } from "@natalis/registrar";
import { natalis } from "../support/command.ts";
import { freePort } from "../support/ports.ts";
import {
  anotherPlace,
  makeRegistrar,
  type Place,
  type RunningRegistrar,
  startRegistrar,
} from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { Witness } from "../support/witness.ts";

const rounds = 4;
const clients = 3;
/** A crash comes at any moment from a round's first answer to this many milliseconds after it. */
const longestRound = 250;
/** Births go on for so long after the database is back, milliseconds. */
const aftermath = 300;

const scope = scopeOf({ after });
const witness = new Witness();
let server: TemporaryPostgres;
let places: readonly [Place, Place];

before(async () => {
  server = await openTemporaryPostgres({ port: await freePort() });
  scope.defer(() => server.close());
  const place = await makeRegistrar(scope, "--database", await server.newDatabase());
  places = [place, await anotherPlace(place)];
});

test(`${rounds} times one of two is killed: the other goes on, and nothing is lost or contradicted`, async () => {
  const other = await startRegistrar(scope, places[1]);
  for (let round = 0; round < rounds; round++) {
    const one = await startRegistrar(scope, places[0]);
    const before = witness.answered.size;
    await crash([one, other], `KILL-${round}`, () => one.kill());
    assert.ok(witness.answered.size > before);
    await witness.askAgain(other);
    await witness.holds(other);
  }
  assert.equal((await other.stop()).code, 0);
});

test(`${rounds} times the database crashes and comes back under both: nothing is lost or contradicted`, async () => {
  const registrars = await Promise.all(places.map((place) => startRegistrar(scope, place)));
  const [one] = registrars as [RunningRegistrar, RunningRegistrar];
  for (let round = 0; round < rounds; round++) {
    await crash(registrars, `CRASH-${round}`, async () => {
      await server.stop("immediate");
      await server.start();
    });
    await witness.askAgain(one);
    await witness.holds(one);
  }
  await witness.everyReceiptHolds(one);
  for (const registrar of registrars) assert.equal((await registrar.stop()).code, 0);
  await isClean();
});

/** Births at both until they are gone or a while after what happens has happened. */
async function crash(
  registrars: readonly RunningRegistrar[],
  name: string,
  happen: () => Promise<void>,
): Promise<void> {
  const firstAnswer = Promise.withResolvers<void>();
  let over = false;
  const isOver = () => over;
  const work = registrars.flatMap((registrar, i) => [
    witness.watchCheckpoints(registrar, isOver),
    ...Array.from({ length: clients }, (_, line) =>
      witness.bearUntilGone(registrar, `${name}-${i}-${line}`, { tell: firstAnswer.resolve, isOver, mayPutOff: true }),
    ),
  ]);
  await Promise.race([firstAnswer.promise, Promise.all(work)]);
  await wait(randomInt(longestRound));
  await happen();
  await wait(aftermath);
  over = true;
  await Promise.all(work);
  for (const { place } of registrars) witness.checkpoints.add(readFileSync(join(place.folder, "checkpoint"), "utf8"));
}

async function isClean(): Promise<void> {
  for (const { folder } of places) {
    const report = JSON.parse(await natalis("log", "audit", "--json", "--data", folder)) as Record<string, unknown>;
    assert.deepEqual([report.problemCount, report.problems, report.devices], [0, [], witness.answered.size]);
  }
}
