// SPDX-License-Identifier: Apache-2.0
// The benches as programs: they run, and say what they must in the form they must. Whether they are fast is not a test's
// to say.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";

const program = join(import.meta.dirname, "run.ts");
const document = new URL("../docs/scale.md", import.meta.url);
const quickly = ["--rounds", "3", "--seconds", "0.05", "--warm-up", "0.05"];

function bench(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], { encoding: "utf8" });
  return { status, lines: stdout.trimEnd().split("\n"), stdout, stderr };
}

for (const [words, also] of [
  [["issue", "--peers"], ["peers"]],
  [
    ["issue", "--workers", "2"],
    ["overOneWorker", "limitOverOneWorker"],
  ],
  [["seal"], ["beside"]],
  [["est", "--connections", "4"], []],
  [["postgres"], ["beside"]],
  [
    ["births", "--connections", "4", "--database", "postgres", "--registrars", "2"],
    ["facts", "beside"],
  ],
] as const)
  test(`bench ${words.join(" ")} --json`, () => {
    const { status, lines, stderr } = bench(...words, ...quickly, "--json");
    assert.deepEqual([status, stderr], [0, ""]);
    const figures: Record<string, unknown> = JSON.parse(lines.at(-1) ?? "");
    assert.equal(figures.name, words[0]);
    for (const figure of ["perSecond", "limitPerSecond", "ratio", "p50Ms", "p99Ms", "peakMemoryMiB", "cores"])
      assert.ok((figures[figure] as number) > 0, figure);
    for (const name of also) assert.ok(name in figures, name);
  });

test("bench size measures every input of docs/scale.md", () => {
  const { status, lines, stderr } = bench("size", "--rows", "1000", "--json");
  assert.deepEqual([status, stderr], [0, ""]);
  const inputs: Record<string, unknown> = JSON.parse(lines.at(-1) ?? "");
  for (const [, name = ""] of readFileSync(document, "utf8").matchAll(/^\| `(\w+)` \|/gm))
    assert.ok((inputs[name] as number) > 0, name);
});

test("without --json there is a table", () => {
  const { status, stdout } = bench("seal", ...quickly);
  assert.equal(status, 0);
  assert.match(stdout, /^seal: records a second.*limit.*one operation: p50/s);
});

test("a command line that is not understood shows the usage and fails", () => {
  const { status, stdout, stderr } = bench("sael");
  assert.deepEqual([status, stdout], [2, ""]);
  assert.match(stderr, /no bench "sael".*--rounds/s);
});
