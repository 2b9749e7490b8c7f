// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey } from "@natalis/node";
import { algorithms } from "natalis/formats";
import { NatalisError } from "natalis/kernel";
import { tokenSigner } from "./token-signer.ts";

const { signer } = generateKey(algorithms.ES256);

function failing(error: Error) {
  return tokenSigner({
    ...signer,
    sign() {
      throw error;
    },
  });
}

test("a token's refusals become one that can be told, without where the token is", async () => {
  const refusal = new NatalisError("NAT_PKCS11_TOKEN", "meaning", "/secret/place");
  await assert.rejects(async () => failing(refusal).sign(new Uint8Array(1)), {
    code: "NAT_PIPELINE_TOKEN",
    detail: "NAT_PKCS11_TOKEN",
    cause: refusal,
  });
});

test("what is no refusal of a token stays what it is", async () => {
  for (const error of [new TypeError("a bug"), new NatalisError("NAT_KEY_IMPORT", "meaning", "detail")])
    await assert.rejects(async () => failing(error).sign(new Uint8Array(1)), error);
  assert.deepEqual(tokenSigner(signer).publicKey, signer.publicKey);
  assert.ok((await tokenSigner(signer).sign(new Uint8Array(1))).length > 60);
});
