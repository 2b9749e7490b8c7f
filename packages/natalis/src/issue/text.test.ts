// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { checkString, tags } from "../formats/index.ts";
import { encodeUtf8 } from "../kernel/index.ts";
import { isNameText, isSerialText, maximumTextLength } from "./text.ts";

for (const name of ["A", "Acme Pumps & Söhne", "ポンプ 100", "a".repeat(64)])
  test(`names: ${JSON.stringify(name)} is one`, () => assert.ok(isNameText(name)));

const notNames: readonly [string, unknown][] = [
  ["nothing", ""],
  ["65 characters", "a".repeat(65)],
  ["a space before", " A"],
  ["a space after", "A "],
  ["a no-break space after", "Ä\u00a0"],
  ["a line feed", "A\nB"],
  ["NUL", "A\0B"],
  ["a right-to-left override", "A\u202eB"],
  ["a zero-width space", "Ä\u200bB"],
  ["a line separator", "Ä\u2028B"],
  ["a lone surrogate", "Ä\ud800"],
  ["a private-use character", "\ue000"],
  ["decomposed characters", "A\u0308"],
  ["a number", 7],
  ["undefined", undefined],
];
for (const [what, value] of notNames) test(`names: ${what} is none`, () => assert.equal(isNameText(value), false));

for (const serial of ["1", "SN-000123", "A'()+,-./:=?b 9", "0".repeat(64)])
  test(`serials: ${JSON.stringify(serial)} is one`, () => assert.ok(isSerialText(serial)));

for (const value of ["", " 1", "1 ", "a_b", "a@b", "a*b", "ä", "a\n", "0".repeat(65), 5, null])
  test(`serials: ${JSON.stringify(value)} is none`, () => assert.equal(isSerialText(value), false));

test("serials: whatever is accepted is a PrintableString of at most 64 characters", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 70, unit: "binary-ascii" }), (text) => {
      if (!isSerialText(text)) return;
      assert.ok(text.length <= maximumTextLength);
      checkString(tags.printableString, encodeUtf8(text));
    }),
  );
});
