// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeCbor } from "../formats/index.ts";
import { isNatalisError } from "../kernel/index.ts";
import { evidenceError } from "./errors.ts";
import { refusedAs, wellFormed } from "./refusal.ts";

test("what a codec refuses is malformed evidence, with its cause", () => {
  assert.equal(
    wellFormed("nothing", () => 7),
    7,
  );
  assert.throws(
    () => wellFormed("no token", () => decodeCbor(Uint8Array.of(0xff))),
    (error) =>
      isNatalisError(error, "NAT_EVIDENCE_MALFORMED") &&
      /^no token: NAT_CBOR_UNSUPPORTED/.test(error.detail) &&
      isNatalisError(error.cause, "NAT_CBOR_UNSUPPORTED"),
  );
});

test("codes of evidence pass, and so does what is of no catalogue", () => {
  const own = evidenceError("NAT_EVIDENCE_KEY", "another");
  const foreign = new TypeError("a bug");
  for (const error of [own, foreign]) {
    assert.equal(refusedAs("NAT_EVIDENCE_CHAIN", "a chain", error), error);
    assert.throws(
      () =>
        wellFormed("anything", () => {
          throw error;
        }),
      (thrown) => thrown === error,
    );
  }
});
