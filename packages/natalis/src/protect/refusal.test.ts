// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeCbor } from "../formats/index.ts";
import { isNatalisError, NatalisError } from "../kernel/index.ts";
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
      error.detail.startsWith("no token: NAT_CBOR_UNSUPPORTED") &&
      isNatalisError(error.cause, "NAT_CBOR_UNSUPPORTED"),
  );
});

test("codes of evidence pass, and so does what tells nothing of the evidence", () => {
  const own = evidenceError("NAT_EVIDENCE_KEY", "another");
  const foreign = new TypeError("a bug");
  const port = new NatalisError("NAT_WEBCRYPTO_UNSUPPORTED", "The runtime lacks it.", "an algorithm");
  for (const error of [own, foreign, port]) {
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
