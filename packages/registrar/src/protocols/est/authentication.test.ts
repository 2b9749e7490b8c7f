// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeUtf8, toBase64 } from "natalis/kernel";
import { readBasic } from "./authentication.ts";

const basic = (pair: string) => `Basic ${toBase64(encodeUtf8(pair))}`;

test("the name is the operator's id, the password its token", () => {
  assert.deepEqual(readBasic(basic("station-1:nat_x")), { id: "station-1", token: "nat_x" });
  assert.deepEqual(readBasic(basic("station-1:a:b")), { id: "station-1", token: "a:b" });
  assert.deepEqual(readBasic(basic("station-1:").replace("Basic", "basic")), { id: "station-1", token: "" });
});

test("other schemes, other forms and a missing name are no credentials", () => {
  const headers = [
    "",
    "Basic",
    "Basic !",
    "Basic YTpi=",
    `Bearer ${toBase64(encodeUtf8("a:b"))}`,
    basic(":nat_x"),
    basic("station-1"),
    `Basic ${toBase64(Uint8Array.of(0xff, 0x3a, 0xff))}`,
    `${basic("a:b")} x`,
    basic(`a:${"b".repeat(400)}`),
  ];
  for (const header of headers) assert.equal(readBasic(header), undefined, header);
});
