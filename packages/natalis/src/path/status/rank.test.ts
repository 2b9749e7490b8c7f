// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { NatalisError } from "../../kernel/index.ts";
import { crlErrors } from "../errors.ts";
import { ocspErrors } from "../ocsp/errors.ts";
import { ranked } from "./rank.ts";

const errorOf = (code: string, detail = "") => new NatalisError(code as "NAT_X", "Meaning.", detail);
const codesOf = (errors: readonly NatalisError[]) => errors.map(({ code }) => code);

test("what came furthest comes first, and what is malformed before all", () => {
  const codes = ["NAT_CRL_SCOPE", "NAT_CRL_NOT_CURRENT", "NAT_OCSP_SIGNATURE", "NAT_DER_TAG", "NAT_CRL_ISSUER"];
  assert.deepEqual(codesOf(ranked(codes.map((code) => errorOf(code)))), [
    "NAT_DER_TAG",
    "NAT_CRL_NOT_CURRENT",
    "NAT_OCSP_SIGNATURE",
    "NAT_CRL_ISSUER",
    "NAT_CRL_SCOPE",
  ]);
});

test("of one stage the first stays first", () => {
  const errors = [
    errorOf("NAT_OCSP_SIGNATURE", "a"),
    errorOf("NAT_CRL_SIGNATURE", "b"),
    errorOf("NAT_CRL_SIGNATURE", "c"),
  ];
  assert.deepEqual(
    ranked(errors).map(({ detail }) => detail),
    ["a", "b", "c"],
  );
});

test("every code of lists and responses has a stage, but the nonce, which is asked elsewhere", () => {
  for (const code of [...Object.keys(crlErrors), ...Object.keys(ocspErrors)])
    if (code !== "NAT_OCSP_NONCE")
      assert.equal(ranked([errorOf(code), errorOf("NAT_DER_TAG")])[0]?.code, "NAT_DER_TAG", code);
});
