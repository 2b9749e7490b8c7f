// SPDX-License-Identifier: Apache-2.0
// kill -9 while births run, again and again on one data folder. After each restart: what was answered is in registry
// and log; what was not answered is born, or answered as it was stored, when its device asks again; and no checkpoint
// that anybody ever saw contradicts the log (DESIGN 3.3).

import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { natalis } from "../support/command.ts";
import { makeRegistrar, type RunningRegistrar, startRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { Witness } from "../support/witness.ts";

const kills = 20;
const clients = 4;
/** A kill comes at any moment from a round's first answer to this many milliseconds after it. */
const longestRound = 250;

const scope = scopeOf({ after });
const witness = new Witness();

test(`${kills} kills while births run lose nothing that was answered and contradict nothing that was served`, async () => {
  const place = await makeRegistrar(scope);
  for (let round = 0; round < kills; round++) {
    const registrar = await startRegistrar(scope, place);
    const waiting = [...witness.unanswered];
    await witness.askAgain(registrar);
    await witness.holds(registrar);
    const before = witness.answered.size;
    await killWhileBirthsRun(registrar, round);
    assert.ok(witness.answered.size > before && waiting.every((device) => !witness.unanswered.has(device)));
  }
  const registrar = await startRegistrar(scope, place);
  await witness.askAgain(registrar);
  await witness.holds(registrar);
  await witness.everyReceiptHolds(registrar);
  await isListedByCommand(place.folder);
  assert.equal((await registrar.stop()).code, 0);
  const report = JSON.parse(await natalis("log", "audit", "--json", "--data", place.folder)) as Record<string, unknown>;
  assert.deepEqual([report.problemCount, report.problems, report.devices], [0, [], witness.answered.size]);
});

async function killWhileBirthsRun(registrar: RunningRegistrar, round: number): Promise<void> {
  const firstAnswer = Promise.withResolvers<void>();
  const lines = Array.from({ length: clients }, (_, line) =>
    witness.bearUntilGone(registrar, `KILL-${round}-${line}`, { tell: firstAnswer.resolve }),
  );
  const watcher = witness.watchCheckpoints(registrar);
  await Promise.race([firstAnswer.promise, Promise.all(lines)]);
  await wait(randomInt(longestRound));
  await registrar.kill();
  await Promise.all([...lines, watcher]);
  witness.checkpoints.add(readFileSync(join(registrar.place.folder, "checkpoint"), "utf8"));
}

async function isListedByCommand(folder: string): Promise<void> {
  const lines = (await natalis("device", "list", "--data", folder)).trimEnd().split("\n");
  assert.deepEqual(new Set(lines.map((line) => line.split("\t")[0])), new Set(witness.answered.keys()));
}
