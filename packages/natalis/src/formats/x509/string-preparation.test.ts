// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { prepareString } from "./string-preparation.ts";

const same: readonly (readonly [what: string, a: string, b: string])[] = [
  ["letters of ASCII in either case", "Example CA", "EXAMPLE ca"],
  ["spaces outside and inside", "  Example   CA ", "Example CA"],
  ["nothing and spaces alone (RFC 4518 2.6.1)", "", "   "],
  ["letters with marks, composed and not", "\u00c4therwerk", "a\u0308therwerk"],
  ["sharp s, its capital and two s", "Stra\u00dfe", "STRASSE"],
  ["the capital sharp s", "STRA\u1e9eE", "strasse"],
  ["sigma in each place and case", "\u039f\u0394\u039f\u03a3", "\u03bf\u03b4\u03bf\u03c2"],
  ["sigma at the end and inside", "\u03c2", "\u03c3"],
  ["Cyrillic", "\u0410\u0411\u0412", "\u0430\u0431\u0432"],
  ["letters beyond the basic plane", "\u{10400}", "\u{10428}"],
  ["Kelvin sign, long s", "\u212a\u017f", "ks"],
  ["the dotted capital I", "\u0130", "i\u0307"],
  ["a mathematical letter, which has case only once normalised", "\u{1d400}", "a"],
  ["ligatures and full width", "\ufb01rm \uff21", "firm a"],
  ["separators of any kind", "a\u00a0\u2003\u3000b\u2028c", "a b c"],
  ["white space controls", "a\t\n\u000b\u000c\r\u0085b", "a b"],
  ["controls and format characters", "a\u0000\u001f\u007f\u200b\u200d\u202e\u2060\ufeff\u{e0041}b", "ab"],
  ["soft hyphens, joiners, variation selectors", "a\u00ad\u1806\u034f\u180b\ufe0f\ufffcb", "ab"],
];

describe("the same", () => {
  for (const [what, a, b] of same)
    test(what, () => {
      assert.notEqual(prepareString(a), undefined);
      assert.equal(prepareString(a), prepareString(b));
    });
});

describe("not the same", () => {
  for (const [what, a, b] of [
    ["other letters", "Example CA", "Example CB"],
    ["a space and none", "ExampleCA", "Example CA"],
    ["a letter with a mark and without", "\u00c4therwerk", "Atherwerk"],
    ["dotless i and i", "\u0131", "i"],
    ["Latin and Cyrillic letters of one look", "a", "\u0430"],
    ["a space that carries a mark, and none", "a \u0301b", "a\u0301b"],
    ["a space before one that carries a mark", "a  \u0301b", "a \u0301b"],
    ["hyphen and non-breaking hyphen's neighbour", "a-b", "a\u2013b"],
  ] as const)
    test(what, () => {
      assert.notEqual(prepareString(a), undefined);
      assert.notEqual(prepareString(a), prepareString(b));
    });
});

describe("cannot be prepared (RFC 4518 2.4)", () => {
  for (const [what, text] of [
    ["private use", "a\ue000"],
    ["private use, last plane", "\u{10fffd}"],
    ["no character", "a\uffff"],
    ["unassigned", "\u0378"],
    ["a lone surrogate", "a\ud800"],
    ["the replacement character", "caf\ufffd"],
    ["a format character that the standard's list is too old for", "a\u2066b"],
    ["more marks on a letter than normalising does in linear time", `a${"\u0301".repeat(31)}`],
    ["marks that become such only once normalised", "\uff9e\u0301".repeat(20)],
  ] as const)
    test(what, () => assert.equal(prepareString(text), undefined));
});

test("as many marks as UAX #15 lets a letter have are prepared", () => {
  assert.equal(prepareString(`A${"\u0323".repeat(30)}`), prepareString(`a${"\u0323".repeat(30)}`));
});

test("property: preparing what is prepared changes nothing", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
      const once = prepareString(text);
      if (once !== undefined) assert.equal(prepareString(once), once);
    }),
    { numRuns: 2000 },
  );
});

test("property: case and spaces never tell two texts apart", () => {
  // The dotless i is a letter of its own, which the runtime's mappings confuse with the dotted one.
  const word = fc.string({ unit: "grapheme", minLength: 1, maxLength: 10 }).filter((text) => !text.includes("\u0131"));
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), (words) => {
      const lower = prepareString(words.join(" ").toLowerCase());
      assert.equal(prepareString(` ${words.join("   ").toLowerCase()}  `), lower);
      assert.equal(prepareString(words.join(" ").toLowerCase().toUpperCase()), lower);
    }),
  );
});
