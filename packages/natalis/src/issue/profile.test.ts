// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { algorithms } from "../formats/index.ts";
import { isNatalisError } from "../kernel/index.ts";
import { parseProfile } from "./profile.ts";

const good = {
  product: "pump",
  version: 1,
  maker: "Acme Pumps",
  models: ["P-100", "P-200"],
  productNumber: 7,
  algorithms: ["ES256", "ML-DSA-44"],
  notAfter: "none",
  minimumCustody: 0,
  mudUrl: "https://acme.example/pump.json",
  admission: { kind: "open" },
};

test("a profile is read", () => {
  assert.deepEqual(parseProfile(good), {
    product: "pump",
    version: 1,
    maker: "Acme Pumps",
    models: ["P-100", "P-200"],
    productNumber: 7,
    algorithms: [algorithms.ES256, algorithms["ML-DSA-44"]],
    lifetimeDays: undefined,
    minimumCustody: 0,
    evidence: undefined,
    mudUrl: "https://acme.example/pump.json",
    showsMaker: false,
    admission: { kind: "open" },
    quota: undefined,
  });
});

test("a profile may name the formats of evidence that it accepts, and their roots", () => {
  const evidence = [{ format: "tpm2-certify", roots: ["maker one", "maker two"] }, { format: "dice" }];
  assert.deepEqual(parseProfile({ ...good, evidence }).evidence, [evidence[0], { format: "dice", roots: undefined }]);
  const refused = [
    [],
    {},
    ["dice"],
    [null],
    [[]],
    [{}],
    [{ format: "" }],
    [{ format: "dice" }, { format: "dice" }],
    [{ format: "dice", roots: [] }],
    [{ format: "dice", roots: "any" }],
    [{ format: "dice", roots: [1] }],
    [{ format: "dice", cap: 4 }],
    Array.from({ length: 17 }, (_, i) => ({ format: `f${i}` })),
  ];
  for (const value of refused)
    assert.throws(() => parseProfile({ ...good, evidence: value }), { code: "NAT_ISSUE_PROFILE" });
});

test("a profile may bound the births of its product line", () => {
  assert.equal(parseProfile({ ...good, quota: 50_000 }).quota, 50_000);
});

test("a profile may say that strangers are told the maker", () => {
  assert.equal(parseProfile({ ...good, showsMaker: true }).showsMaker, true);
});

test("models and MUD URL may be absent, the end may be a number of days", () => {
  const { models: _, mudUrl: __, ...rest } = good;
  const profile = parseProfile({ ...rest, notAfter: 3650 });
  assert.equal(profile.models, undefined);
  assert.equal(profile.mudUrl, undefined);
  assert.equal(profile.lifetimeDays, 3650);
});

const refused: readonly [string, Record<string, unknown>][] = [
  ["an unknown member", { keyUsage: ["keyCertSign"] }],
  ["an upper-case product", { product: "Pump" }],
  ["an empty product", { product: "" }],
  ["a product of 33 characters", { product: "p".repeat(33) }],
  ["version 0", { version: 0 }],
  ["a fractional version", { version: 1.5 }],
  ["a version as text", { version: "1" }],
  ["no maker", { maker: undefined }],
  ["a maker of 65 characters", { maker: "m".repeat(65) }],
  ["no models", { models: [] }],
  ["a model twice", { models: ["P-100", "P-100"] }],
  ["an empty model", { models: [""] }],
  ["1,001 models", { models: Array.from({ length: 1001 }, (_, i) => `P-${i}`) }],
  ["a negative product number", { productNumber: -1 }],
  ["a product number over 31 bits", { productNumber: 2 ** 31 }],
  ["no algorithms", { algorithms: [] }],
  ["RSA", { algorithms: ["RS256"] }],
  ["an inherited name", { algorithms: ["toString"] }],
  ["an algorithm twice", { algorithms: ["ES256", "ES256"] }],
  ["an end in the past", { notAfter: 0 }],
  ["an end after a century", { notAfter: 36_501 }],
  ["an end as a date", { notAfter: "2030-01-01" }],
  ["custody 5", { minimumCustody: 5 }],
  ["custody -1", { minimumCustody: -1 }],
  ["a MUD URL over http", { mudUrl: "http://acme.example/pump.json" }],
  ["a MUD URL of 256 characters", { mudUrl: `https://acme.example/${"a".repeat(235)}` }],
  ["a MUD URL with a space", { mudUrl: "https://acme.example/a b" }],
  ["a MUD URL that is none", { mudUrl: "https://[" }],
  ["a maker that is shown somewhat", { showsMaker: "yes" }],
  ["no admission", { admission: undefined }],
  ["a quota of nothing", { quota: 0 }],
  ["a quota that is no number", { quota: "many" }],
  ["a quota that no number holds", { quota: 2 ** 53 }],
];
for (const [what, change] of refused)
  test(`refused: ${what}`, () =>
    assert.throws(() => parseProfile({ ...good, ...change }), { code: "NAT_ISSUE_PROFILE" }));

for (const whole of [undefined, null, "profile", 7, [good]])
  test(`refused: ${JSON.stringify(whole)?.slice(0, 20)}`, () =>
    assert.throws(() => parseProfile(whole), { code: "NAT_ISSUE_PROFILE" }));

test("any JSON is read or refused with the code", () => {
  const member = fc.constantFrom(...Object.keys(good));
  fc.assert(
    fc.property(member, fc.jsonValue(), (name, value) => {
      try {
        parseProfile({ ...good, [name]: value });
      } catch (error) {
        assert.ok(isNatalisError(error, "NAT_ISSUE_PROFILE"), String(error));
      }
    }),
  );
});
