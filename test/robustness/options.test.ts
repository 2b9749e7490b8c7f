// SPDX-License-Identifier: Apache-2.0
// The command line of the nightly run, and its report.

import assert from "node:assert/strict";
import { test } from "node:test";
import { attack, shares } from "./campaign.ts";
import { type Format, parsers, textParsers } from "./format.ts";
import { parseOptions, UsageError } from "./options.ts";
import { reportText, tooSlow } from "./report.ts";

const usual = { mutations: 100_000, seed: undefined, format: undefined, path: undefined, adversarial: false };

for (const [line, expected] of [
  ["", {}],
  ["--mutations 5000 --seed 7", { mutations: 5000, seed: 7 }],
  ["--format name --seed 1 --path 3:1:0", { format: "name", seed: 1, path: "3:1:0" }],
  ["--adversarial", { adversarial: true }],
] as const)
  test(`understood: ${line}`, () => {
    assert.deepEqual(parseOptions(line.split(" ").filter(Boolean)), { ...usual, ...expected });
  });

for (const line of ["--mutations 0", "--mutations many", "--seed 1.5", "--path 1:2", "--unknown", "word"])
  test(`refused: ${line}`, () => assert.throws(() => parseOptions(line.split(" ")), UsageError));

const samples = [Uint8Array.of(0x30, 3, 2, 1, 5)];
const format = (attacked: (bytes: Uint8Array) => unknown): Format => {
  return { name: "small", encoding: "DER", share: 1, samples, targets: parsers(attacked) };
};

test("a target that throws anything else fails, with what runs it again", async () => {
  const careless = (bytes: Uint8Array) => {
    if (bytes.length > 9) throw new TypeError("careless");
  };
  const failure = await attack({ format: format(careless), mutations: 500, seed: 3 }).then(
    () => undefined,
    (error: Error) => error,
  );
  assert.match(failure?.message ?? "", /npm run robustness -- --format "small" --seed 3 --path \d+/);
  assert.ok(failure?.cause instanceof TypeError);
  const path = /--path (\S+)/.exec(failure.message)?.[1];
  await assert.rejects(attack({ format: format(careless), mutations: 500, seed: 3, path }), {
    message: failure.message,
  });
});

for (const [name, value] of [
  ["no instant", { at: new Date("") }],
  ["no number", [[new Map([["a", Number.NaN]])]]],
] as const)
  test(`a value with ${name} fails`, async () => {
    await assert.rejects(attack({ format: format(() => value), mutations: 1, seed: 1 }), /small: neither/);
  });

test("an error with a code of no catalogue fails", async () => {
  const { NatalisError } = await import("natalis/kernel");
  const unknown = () => {
    throw new NatalisError("NAT_NOWHERE", "Nobody wrote this down.", "");
  };
  await assert.rejects(attack({ format: format(unknown), mutations: 1, seed: 1 }), /small: neither/);
});

test("text targets are fed whatever the bytes are", async () => {
  const seen: string[] = [];
  const targets = textParsers({ see: (text) => seen.push(text) });
  const text: Format = { ...format(() => 0), encoding: "text", targets };
  await attack({ format: text, mutations: 20, seed: 1 });
  assert.ok(seen.length >= 20 && seen.every((one) => typeof one === "string"));
});

test("the report counts formats, outcomes, and the slowest case", async () => {
  const reports = await Promise.all(
    shares([format(() => 1), { ...format(() => 2), share: 3 }], 40).map(([one, mutations]) =>
      attack({ format: one, mutations, seed: 1 }),
    ),
  );
  const text = reportText(reports, 1);
  assert.match(text, /^40 mutations, seed 1/);
  assert.match(text, /^small +10 +\d+\.\d ms +\S*, \d+ octets$/m);
  assert.match(text, /^value +40$/m);
});

test("a case that is slow twice is told", async () => {
  const report = await attack({ format: format(() => 1), mutations: 5, seed: 1 });
  const slowest = { milliseconds: 251, target: "parse", octets: 9 };
  assert.deepEqual(tooSlow([report, { ...report, slowest }]), ["small: parse took 251 ms"]);
});
