// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOf, planOf } from "./campaign/plan.ts";
import { passingsOf, postgresSteps, sqliteSteps } from "./doom/steps.ts";
import { parseOptions, UsageError } from "./options.ts";

test("the command line says how many, which, and how many at a time", () => {
  const defaults = { kills: 300, seed: undefined, steps: sqliteSteps, lanes: 2, database: "sqlite" };
  assert.deepEqual(parseOptions([]), defaults);
  assert.deepEqual(parseOptions(["--postgres"]), { ...defaults, steps: postgresSteps, database: "postgres" });
  const words = ["--kills", "7", "--seed", "0", "--step", "row written", "--lanes", "1"];
  assert.deepEqual(parseOptions(words), { kills: 7, seed: 0, steps: ["row written"], lanes: 1, database: "sqlite" });
});

test("what is not understood is told", () => {
  const cases = [
    ["--kills", "0"],
    ["--kills", "many"],
    ["--seed", "-1"],
    ["--step", "lunch"],
    ["--step", "turn taken"],
    ["--lanes", "0"],
    ["kill"],
  ];
  for (const words of cases) assert.throws(() => parseOptions(words), UsageError, words.join(" "));
});

test("a seed decides all deaths, another one others; every step has its share, and no passing is out of reach", () => {
  const kills = 3 * sqliteSteps.length;
  const plan = planOf({ kills, seed: 5, steps: sqliteSteps });
  assert.deepEqual(plan, planOf({ kills, seed: 5, steps: sqliteSteps }));
  assert.notDeepEqual(plan, planOf({ kills, seed: 6, steps: sqliteSteps }));
  const injected = plan.flatMap(({ death }) => ("step" in death ? [death] : []));
  for (const step of sqliteSteps) assert.equal(injected.filter((death) => death.step === step).length, 2, step);
  for (const death of injected) assert.ok(death.passing >= 1 && death.passing <= passingsOf(death.step), nameOf(death));
});

test("without steps, one half of the deaths comes under load, the other in a start", () => {
  const plan = planOf({ kills: 10, seed: 1, steps: [] });
  const under = plan.filter(({ death }) => "after" in death).length;
  assert.deepEqual([under, plan.filter(({ death }) => "starting" in death).length], [5, 5]);
});
