// SPDX-License-Identifier: Apache-2.0
// A machine where the optional package is absent: everything else of @natalis/node works, and PKCS#11 says why not.

import assert from "node:assert/strict";
import { registerHooks } from "node:module";
import { test } from "node:test";

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === "pkcs11js")
      throw Object.assign(new Error("Cannot find package 'pkcs11js'"), { code: "ERR_MODULE_NOT_FOUND" });
    return next(specifier, context);
  },
});

test("without pkcs11js, opening a token says what is missing", async () => {
  const { nodeHash, openPkcs11Token } = await import("@natalis/node");
  assert.equal(nodeHash.sha256(new Uint8Array(0)).length, 32);
  const options = { module: "/no/such/module.so", token: "birth", pin: "1234" };
  await assert.rejects(openPkcs11Token(options), { code: "NAT_PKCS11_UNAVAILABLE", message: /npm install pkcs11js/ });
});
