// SPDX-License-Identifier: Apache-2.0
// A seed is the same each time: in this process, after others, in a worker, and from the command line.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { runCampaign } from "./campaign.ts";
import { failureText, outcomeText } from "./failure.ts";
import { parseOptions, UsageError } from "./options.ts";
import { simulate } from "./simulate.ts";

const program = fileURLToPath(new URL("./run.ts", import.meta.url));
const run = (line: string) => spawnSync(process.execPath, [program, ...line.split(" ")], { encoding: "utf8" });

for (const seed of [1, 2, 7, 1234, 999_999_999])
  test(`seed ${seed} takes the same steps again, and after other seeds`, async () => {
    const first = await simulate({ seed, isTraced: true });
    await simulate({ seed: seed - 1 });
    assert.deepEqual(await simulate({ seed, isTraced: true }), first);
    assert.ok(first.trace.length > 10);
    assert.deepEqual(await simulate({ seed }), { ...first, trace: [] });
  });

test("the command line tells of a seed what happened here", async () => {
  const { status, stdout } = run("--seed 5");
  assert.equal(stdout.trimEnd(), outcomeText(await simulate({ seed: 5, isTraced: true })));
  assert.equal(status, 0);
});

test("a worker and the command line fail where this process does", async () => {
  const defect = "blind-head";
  const { failures } = await runCampaign({ from: 1, seeds: 3, defect });
  assert.ok(failures.size > 0);
  for (const [seed, text] of failures) assert.equal(text, await failureText({ seed, defect }));
  const { status, stdout } = run(`--seeds 3 --seed 1 --defect ${defect}`);
  assert.equal(status, 1);
  for (const text of failures.values()) assert.ok(stdout.includes(text));
});

for (const [line, expected] of [
  ["", { seed: 1, seeds: 10_000 }],
  ["--seeds 50", { seed: 1, seeds: 50 }],
  ["--seeds 50 --seed 7", { seed: 7, seeds: 50 }],
  ["--seed 9", { seed: 9, seeds: undefined }],
] as const)
  test(`understood: ${line}`, () => {
    assert.deepEqual(parseOptions(line.split(" ").filter(Boolean)), { defect: undefined, ...expected });
  });

for (const line of ["--seeds 0", "--seed x", "--seeds 1.5", "--defect unheard-of", "word"])
  test(`refused: ${line}`, () => assert.throws(() => parseOptions(line.split(" ")), UsageError));
