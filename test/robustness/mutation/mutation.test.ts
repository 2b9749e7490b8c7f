// SPDX-License-Identifier: Apache-2.0
// What each change does to bytes, and that a tree that nobody bent is written as it was read.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { decodeUtf8, encodeUtf8, fromHex, toHex } from "natalis/kernel";
import { gatherCorpus } from "../corpus/corpus.ts";
import { applyDer } from "./apply-der.ts";
import { applyBlind, type BlindEdit } from "./blind.ts";
import type { DerChange } from "./der-edits.ts";
import { placesOf, readTree, writeTree } from "./der-tree.ts";
import { applyLines, type LineEdit } from "./lines.ts";
import { mutate, mutationOf } from "./mutation.ts";

const corpus = await gatherCorpus();

test("every sample of DER is a tree, and is written as it was read", () => {
  const { certificates, lists, requests, messages, publicKeys } = corpus;
  for (const der of [certificates, lists, requests, messages, publicKeys].flat())
    assert.deepEqual(writeTree(readTree(der) ?? []), der);
  // A few of NIST's and of devices hold what is no DER.
  const foreign = corpus.extensions.filter((value) => readTree(value) === undefined);
  assert.ok(foreign.length < 5, foreign.map(toHex).join());
});

test("the tree goes on inside of extensions, keys and signatures", () => {
  // SEQUENCE { OCTET STRING { SEQUENCE { INTEGER 5 } }, BIT STRING { 00, INTEGER 1 }, OCTET STRING 01 }
  const tree = readTree(fromHex("3010040530030201050304000201010401aa")) ?? [];
  const tags = placesOf(tree).map(({ node, ancestors }) => `${"-".repeat(ancestors.length)}${toHex(node.tag)}`);
  assert.deepEqual(tags, ["30", "-04", "--30", "---02", "-03", "--02", "-04"]);
});

for (const [name, hex] of [
  ["an indefinite length", "30800000"],
  ["a length beyond the end", "300502"],
  ["a long tag", "1f8101020000"],
  ["a length of five octets", "30850000000001aa"],
] as const)
  test(`${name} is no tree`, () => assert.equal(readTree(fromHex(hex)), undefined));

describe("one change of one value", () => {
  // SEQUENCE { INTEGER 5, SEQUENCE { INTEGER 6, OCTET STRING empty } }: values 0 to 4.
  const cases: readonly [at: number, change: DerChange, repaired: string, unrepaired: string][] = [
    [1, { how: "tag", octets: fromHex("1f8101") }, "300c1f8101010530050201060400", "300a1f8101010530050201060400"],
    [1, { how: "tagBits", bits: 0x80 }, "300a82010530050201060400", "300a82010530050201060400"],
    [1, { how: "content", octets: fromHex("0101") }, "300b0202010130050201060400", "300a0202010130050201060400"],
    [1, { how: "before", octets: fromHex("00") }, "300b0202000530050201060400", "300a0202000530050201060400"],
    [1, { how: "after", octets: fromHex("ff") }, "300b020205ff30050201060400", "300a020205ff30050201060400"],
    [1, { how: "empty" }, "3009020030050201060400", "300a020030050201060400"],
    [1, { how: "drop" }, "300730050201060400", "300a30050201060400"],
    [1, { how: "double" }, "300d02010502010530050201060400", "300a02010502010530050201060400"],
    [1, { how: "swap", with: 1 }, "300a30050201060400020105", "300a30050201060400020105"],
    [3, { how: "reverse" }, "300a02010530050400020106", "300a02010530050400020106"],
    [3, { how: "repeat", times: 3 }, "3010020105300b0201060201060201060400", "300a02010530050201060201060201060400"],
    [3, { how: "nest", tag: 0x31, levels: 2 }, "300e0201053009310531030201060400", "300a0201053005310531030201060400"],
    [3, { how: "length", more: 2 }, "300a02010530050203060400", "300a02010530050203060400"],
    [3, { how: "padded", zeros: 1 }, "300c020105300702820001060400", "300a020105300502820001060400"],
    [2, { how: "indefinite" }, "300c020105308002010604000000", "300a020105308002010604000000"],
    [3, { how: "replace", tag: 0x17, octets: fromHex("5a") }, "300a020105300517015a0400", "300a020105300517015a0400"],
    [4, { how: "graft", from: 1, foreign: false }, "300b0201053006020106020105", "300a0201053005020106020105"],
    [4, { how: "graft", from: 0, foreign: true }, "300a02010530050201060500", "300a02010530050201060500"],
    [0, { how: "drop" }, "", ""],
  ];
  for (const [at, change, repaired, unrepaired] of cases)
    test(`${change.how} of value ${at}`, () => {
      for (const [isRepaired, expected] of [
        [true, repaired],
        [false, unrepaired],
      ] as const) {
        const tree = readTree(fromHex("300a02010530050201060400")) ?? [];
        applyDer(tree, { at, repaired: isRepaired, change }, readTree(fromHex("0500")) ?? []);
        assert.equal(toHex(writeTree(tree)), expected, isRepaired ? "repaired" : "not repaired");
      }
    });

  test("what is typical of the type", () => {
    const contentsOf = (hex: string) =>
      new Set(
        Array.from({ length: 40 }, (_, pick) => {
          const tree = readTree(fromHex(hex)) ?? [];
          applyDer(tree, { at: 0, repaired: true, change: { how: "typical", pick } }, []);
          return toHex(writeTree(tree));
        }),
      );
    assert.ok(contentsOf("020105").has("0202ff80"), "an integer of too many octets");
    assert.ok(contentsOf("06022a03").has("06032b8001"), "an object identifier with leading zeros");
    assert.ok(contentsOf("0101ff").has("010101"), "a boolean that is neither");
    assert.ok(
      contentsOf("170d3236303130313030303030305a").has("170f39393939313233313233353936305a"),
      "a time that is none",
    );
    assert.ok(contentsOf("0c0141").has("0c02c080"), "overlong UTF-8");
    assert.deepEqual([...contentsOf("7a0141")], ["7a0141"]);
  });
});

describe("one blind change", () => {
  const cases: readonly [edit: BlindEdit, hex: string][] = [
    [{ how: "flip", at: 6, bit: 7 }, "0081020304"],
    [{ how: "set", at: 0, octet: 0xff }, "ff01020304"],
    [{ how: "delete", at: 1, length: 2 }, "000304"],
    [{ how: "delete", at: 4, length: 9 }, "00010203"],
    [{ how: "double", at: 3, length: 64 }, "00010203040304"],
    [{ how: "move", at: 0, length: 2, to: 3 }, "0203040001"],
    [{ how: "insert", at: 2, bytes: fromHex("ffff") }, "0001ffff020304"],
    [{ how: "truncate", at: 2 }, "0001"],
    [{ how: "splice", at: 3, from: 1 }, "000102bbcc"],
  ];
  for (const [edit, hex] of cases)
    test(`${edit.how} at ${edit.at}`, () => {
      assert.equal(toHex(applyBlind(fromHex("0001020304"), edit, fromHex("aabbcc"))), hex);
      applyBlind(new Uint8Array(0), edit, new Uint8Array(0));
    });
});

describe("one change of lines", () => {
  const cases: readonly [edit: LineEdit, text: string][] = [
    [{ how: "drop", at: 1 }, "a\nc\n"],
    [{ how: "double", at: 0 }, "a\na\nb\nc\n"],
    [{ how: "join", at: 1 }, "a\nbc\n"],
    [{ how: "carriageReturn", at: 5 }, "a\nb\r\nc\n"],
    [{ how: "swap", at: 0, with: 2 }, "c\nb\na\n"],
    [{ how: "insert", at: 0, text: "x" }, "x\na\nb\nc\n"],
    [{ how: "replace", at: 3, text: "x" }, "a\nb\nc\nx"],
  ];
  for (const [edit, text] of cases)
    test(edit.how, () => assert.equal(decodeUtf8(applyLines(encodeUtf8("a\nb\nc\n"), edit)), text));
});

test("mutations differ from their samples, mostly, and are the same for the same seed", () => {
  const { certificates: samples } = corpus;
  for (const encoding of ["DER", "bytes", "text"] as const) {
    const [once, again] = [1, 1].map((seed) => fc.sample(mutationOf(encoding), { numRuns: 300, seed }));
    assert.deepEqual(once, again);
    const changed = (once ?? []).filter(
      (one) => toHex(mutate(samples, one)) !== toHex(samples[one.sample % samples.length] as Uint8Array),
    );
    assert.ok(changed.length > 250, `${encoding}: ${changed.length}`);
  }
});
