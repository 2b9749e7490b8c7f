// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import test from "node:test";
import { benches } from "./catalogue.ts";
import { parseOptions, UsageError, usage } from "./options.ts";

test("a bench alone is measured with the defaults", () => {
  const { bench, plan, json, peers } = parseOptions(["seal"]);
  assert.equal(bench.name, "seal");
  assert.deepEqual(plan, { rounds: 5, seconds: 2, warmUpSeconds: 12, workers: 1 });
  assert.deepEqual([json, peers], [false, false]);
});

test("every option is read, on either side of the name", () => {
  const words = ["--json", "issue", "--rounds", "3", "--seconds=0.25", "--warm-up", "1", "--workers", "2", "--peers"];
  const { bench, plan, json, peers } = parseOptions(words);
  assert.equal(bench.name, "issue");
  assert.deepEqual(plan, { rounds: 3, seconds: 0.25, warmUpSeconds: 1, workers: 2 });
  assert.deepEqual([json, peers], [true, true]);
});

test("a bench of a server is told how many connections to make", () => {
  assert.equal(parseOptions(["est"]).connections, 64);
  assert.equal(parseOptions(["est", "--connections", "8"]).connections, 8);
  assert.equal(parseOptions(["births", "--batch"]).connections, 4);
});

test("births have variants", () => {
  assert.equal(parseOptions(["births"]).bench.name, "births");
  assert.equal(parseOptions(["births", "--batch"]).bench.name, "births --batch");
  const { bench, rows } = parseOptions(["births", "--rows", "1000000"]);
  assert.deepEqual([bench.name, rows], ["births --rows", 1_000_000]);
  const memory = parseOptions(["memory", "--rows", "50000"]);
  assert.deepEqual([memory.bench.name, memory.rows, memory.connections], ["memory", 50_000, 4]);
});

test("births have a database and registrars", () => {
  const { database, registrars } = parseOptions(["births", "--database", "postgres", "--registrars", "2"]);
  assert.deepEqual([database, registrars], ["postgres", 2]);
  const usual = parseOptions(["births", "--batch"]);
  assert.deepEqual([usual.database, usual.registrars], ["sqlite", 1]);
});

test("issuing has a variant with a token", () => {
  assert.equal(parseOptions(["issue", "--authority", "softhsm"]).bench.name, "issue --authority softhsm");
});

const refused: readonly (readonly [words: readonly string[], told: RegExp])[] = [
  [[], /which bench/],
  [["deaths"], /no bench "deaths"/],
  [["constructor"], /no bench "constructor"/],
  [["issue", "--authority", "hardware"], /no bench issue --authority hardware/],
  [["births", "--authority", "softhsm"], /no bench births --authority softhsm/],
  [["memory", "--authority", "softhsm"], /no bench memory --authority softhsm/],
  [["seal", "issue"], /one bench at a time, not issue/],
  [["seal", "--fast"], /--fast/],
  [["seal", "--json=yes"], /--json/],
  [["seal", "--rounds"], /--rounds/],
  [["seal", "--rounds", "2"], /--rounds .* 3 to 100/],
  [["seal", "--rounds", "101"], /--rounds/],
  [["seal", "--rounds", "3.5"], /--rounds/],
  [["seal", "--rounds", "five"], /--rounds .*"five"/],
  [["seal", "--rounds", "0x10"], /--rounds/],
  [["seal", "--seconds", ""], /--seconds/],
  [["seal", "--seconds", "0"], /--seconds/],
  [["seal", "--seconds", "1e2"], /--seconds/],
  [["seal", "--seconds", "601"], /--seconds/],
  [["seal", "--seconds=-1"], /--seconds/],
  [["seal", "--warm-up", "0"], /--warm-up .* 0\.05 to 600/],
  [["seal", "--workers", "0"], /--workers .* 1 to 64/],
  [["seal", "--workers", "65"], /--workers/],
  [["est", "--workers", "2"], /est asks a server/],
  [["memory", "--batch"], /no bench memory --batch/],
  [["memory", "--workers", "2"], /memory asks a server/],
  [["est", "--batch"], /no bench est --batch/],
  [["seal", "--rows", "5"], /no bench seal --rows/],
  [["births", "--batch", "--rows", "5"], /no bench births --batch --rows/],
  [["births --batch"], /births --batch/],
  [["births", "--rows", "0"], /--rows .* 1 to 100000000/],
  [["births", "--rows", "1e6"], /--rows/],
  [["births", "--database", "mysql"], /--database is sqlite or postgres, not "mysql"/],
  [["seal", "--database", "postgres"], /seal has no --database/],
  [["births", "--registrars", "2"], /--registrars needs --database postgres/],
  [["births", "--database", "postgres", "--registrars", "9"], /--registrars .* 1 to 8/],
  [["est", "--connections", "0"], /--connections .* 1 to 1000/],
  [["est", "--connections", "1001"], /--connections/],
];

for (const [words, told] of refused)
  test(`refused: bench ${words.join(" ")}`, () => {
    assert.throws(
      () => parseOptions(words),
      (error) => error instanceof UsageError && told.test(error.message),
    );
  });

test("the usage names every bench", () => {
  for (const { name } of benches) assert.match(usage, new RegExp(`\\b${name.split(" ")[0]}\\b`));
});
