// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "../kernel/index.ts";
import { unitTag } from "./unit-tag.ts";

test("the tag is over deterministic CBOR, so no two units share their input", async () => {
  const seen: string[] = [];
  const authenticator = {
    authenticate(data: Uint8Array) {
      seen.push(toHex(data));
      return data;
    },
  };
  await unitTag({ maker: "ab", model: "c", serial: "d" }, authenticator);
  await unitTag({ maker: "a", model: "bc", serial: "d" }, authenticator);
  assert.deepEqual(seen, ["8362616261636164", "8361616262636164"]);
});
