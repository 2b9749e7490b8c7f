// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import test from "node:test";
import { isExpected, parseAdmissionRule } from "./admission-rule.ts";

test("open expects every unit", () => assert.ok(isExpected(parseAdmissionRule({ kind: "open" }), "anything")));

test("a range expects its bounds and what lies between, in the same form", () => {
  const rule = parseAdmissionRule({ kind: "serials", from: "SN-0098", to: "SN-0102" });
  for (const serial of ["SN-0098", "SN-0099", "SN-0100", "SN-0102"]) assert.ok(isExpected(rule, serial), serial);
  for (const serial of ["SN-0097", "SN-0103", "SN-100", "SN-00100", "SN-01:0", "sn-0100", "0100", "SN-009a", ""])
    assert.equal(isExpected(rule, serial), false, serial);
});

test("a range counts beyond 53 bits", () => {
  const rule = parseAdmissionRule({ kind: "serials", from: "9007199254740993", to: "9007199254740993" });
  assert.ok(isExpected(rule, "9007199254740993"));
  assert.equal(isExpected(rule, "9007199254740992"), false);
});

test("a list expects what it lists", () => {
  const rule = parseAdmissionRule({ kind: "list", serials: ["A-1", "B-2"] });
  assert.ok(isExpected(rule, "B-2"));
  assert.equal(isExpected(rule, "B-3"), false);
  assert.equal(isExpected(parseAdmissionRule({ kind: "list", serials: [] }), ""), false);
});

test("imported units are the registry's to know", () => {
  const rule = parseAdmissionRule({ kind: "imported" });
  assert.deepEqual(rule, { kind: "imported" });
  assert.ok(isExpected(rule, "anything"));
});

const refused: readonly [string, unknown][] = [
  ["nothing", undefined],
  ["a text", "open"],
  ["an unknown kind", { kind: "all" }],
  ["an inherited kind", Object.create({ kind: "none" })],
  ["a member too many", { kind: "open", serials: [] }],
  ["an import with its list", { kind: "imported", serials: ["A1"] }],
  ["a range without an end", { kind: "serials", from: "A1" }],
  ["a range that falls", { kind: "serials", from: "A2", to: "A1" }],
  ["a range of two prefixes", { kind: "serials", from: "A1", to: "B2" }],
  ["a range of two widths", { kind: "serials", from: "A1", to: "A22" }],
  ["a range without numbers", { kind: "serials", from: "A", to: "B" }],
  ["a range to something else", { kind: "serials", from: "A1", to: "A_" }],
  ["a list that is none", { kind: "list", serials: "A1" }],
  ["a list with what is no serial", { kind: "list", serials: ["A1", ""] }],
  ["a list of 100,001", { kind: "list", serials: Array.from({ length: 100_001 }, (_, i) => String(i)) }],
];
for (const [what, json] of refused)
  test(`refused: ${what}`, () => assert.throws(() => parseAdmissionRule(json), { code: "NAT_ISSUE_PROFILE" }));
