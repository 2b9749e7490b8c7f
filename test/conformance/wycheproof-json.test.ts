// SPDX-License-Identifier: Apache-2.0
// C2SP Wycheproof JSON Web Signature and Key vectors on both verifiers.

import assert from "node:assert/strict";
import { test } from "node:test";
import { readKeyFacts } from "natalis/formats";
import { testSuite, webPorts } from "./suite-runner.ts";
import { type JsonWebKey, publicKeyOfJson } from "./suites/json-web-key.ts";
import { wycheproofJson } from "./suites/wycheproof-json.ts";
import { absent, readJsonVector } from "./vectors.ts";

interface KeyFile {
  readonly testGroups: readonly { readonly public?: { keys: JsonWebKey[] }; tests: { comment: string }[] }[];
}

testSuite(wycheproofJson, "OpenSSL");
testSuite(wycheproofJson, "Node's WebCrypto", webPorts);

test("the weak key of the JWK vectors is known as weak", { skip: absent("wycheproof") }, () => {
  const { testGroups } = readJsonVector("wycheproof/json_web_key_test.json") as KeyFile;
  const group = testGroups.find(({ tests }) => tests.some(({ comment }) => comment === "rejects1024bitRsaKey"));
  const key = group?.public?.keys[0] as JsonWebKey;
  assert.equal(readKeyFacts(publicKeyOfJson(key)).weak, true);
});
