// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { jsonArray, jsonMember, jsonObject, jsonText, type JsonValue, parseJson } from "./index.ts";

test("what is JSON is read", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) =>
      assert.deepEqual(parseJson(JSON.stringify(value)), JSON.parse(JSON.stringify(value))),
    ),
  );
});

test("other texts, and longer ones, are refused", () => {
  for (const text of ["", "{", "undefined", "NaN", "{'a':1}", "[1,]", "\ufeff{}"])
    assert.throws(() => parseJson(text), { name: "NatalisError", code: "NAT_JSON_FORM" }, text);
  assert.deepEqual(parseJson("[]", 2), []);
  assert.throws(() => parseJson("[ ]", 2), { code: "NAT_JSON_SIZE" });
  assert.throws(() => parseJson(" ".repeat(1_048_577)), { code: "NAT_JSON_SIZE" });
});

test("deep nesting exhausts nothing", () => {
  assert.ok(Array.isArray(parseJson("[".repeat(100_000) + "]".repeat(100_000))));
});

const items: Readonly<Record<string, JsonValue | undefined>> = {
  nothing: undefined,
  null: null,
  boolean: true,
  number: 1,
  text: "text",
  array: [1, 2],
  object: { a: 1 },
};

const readers = [
  ["object", jsonObject],
  ["array", (value: JsonValue | undefined) => jsonArray(value, 2)],
  ["text", jsonText],
] as const;

for (const [kind, read] of readers)
  test(`reading ${kind} takes nothing else`, () => {
    for (const [name, item] of Object.entries(items))
      if (name === kind) assert.equal(read(item), item);
      else assert.throws(() => read(item), { name: "NatalisError", code: "NAT_JSON_SHAPE" }, name);
  });

test("arrays have a longest length", () => {
  assert.throws(() => jsonArray([1, 2], 1), { code: "NAT_JSON_SHAPE", detail: "2 values, at most 1" });
});

test("members are the object's own", () => {
  const object = jsonObject(parseJson('{"a":1,"__proto__":{"b":2}}'));
  assert.equal(jsonMember(object, "a"), 1);
  assert.equal(jsonMember(object, "b"), undefined);
  assert.equal(jsonMember(object, "constructor"), undefined);
  assert.deepEqual(jsonMember(object, "__proto__"), { b: 2 });
});
