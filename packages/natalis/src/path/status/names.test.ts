// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeName, type GeneralName, oids, parseName } from "../../formats/index.ts";
import { haveCommonName, isNamedIn } from "./names.ts";

const nameOf = (value: string) => parseName(encodeName([{ oid: oids.commonName, value }]));
const directory = (value: string): GeneralName => ({ kind: "directoryName", value: nameOf(value) });
const uri = (value: string): GeneralName => ({ kind: "uri", value });
const ip = (...octets: number[]): GeneralName => ({ kind: "ip", value: Uint8Array.from(octets) });

const pairs: readonly [title: string, a: GeneralName, b: GeneralName, same: boolean][] = [
  ["one directory name", directory("a"), directory("a"), true],
  ["two directory names", directory("a"), directory("b"), false],
  ["one URI", uri("http://a/b"), uri("http://a/b"), true],
  ["scheme and host in another case", uri("HTTP://A.example/b"), uri("http://a.EXAMPLE/b"), true],
  ["a path in another case", uri("http://a/B"), uri("http://a/b"), false],
  ["a user in another case", uri("http://U@a/"), uri("http://u@a/"), false],
  ["a user, the host in another case", uri("http://u@A:80/"), uri("http://u@a:80/"), true],
  ["a query in another case", uri("http://a?B"), uri("http://a?b"), false],
  ["percent-encoding is not looked through", uri("http://a/%62"), uri("http://a/b"), false],
  ["no authority, the scheme in another case", uri("URN:a:b"), uri("urn:a:b"), true],
  ["no authority: the rest as it is", uri("urn:A:b"), uri("urn:a:b"), false],
  ["no scheme either", uri("A/b"), uri("a/b"), false],
  ["ldap", uri("LDAP://H/cn=X"), uri("ldap://h/cn=X"), true],
  ["two kinds", uri("a"), { kind: "dns", value: "a" }, false],
  ["one address", ip(1, 2, 3, 4), ip(1, 2, 3, 4), true],
  ["two addresses", ip(1, 2, 3, 4), ip(1, 2, 3, 5), false],
];
for (const [title, a, b, same] of pairs)
  test(`${same ? "the same" : "not the same"}: ${title}`, () => {
    assert.equal(haveCommonName([a], [b]), same);
    assert.equal(haveCommonName([uri("x"), b], [a, uri("y")]), same);
    assert.ok(!haveCommonName([a], []));
  });

test("a name among general names", () => {
  assert.ok(isNamedIn(nameOf("a"), [uri("a"), directory("b"), directory("a")]));
  assert.ok(!isNamedIn(nameOf("a"), [uri("a"), directory("b")]));
  assert.ok(isNamedIn(nameOf(" A"), [directory("a")]));
  assert.ok(!isNamedIn(nameOf("a"), []));
});
