// SPDX-License-Identifier: Apache-2.0
// C2SP Wycheproof signature vectors on both verifiers, OpenSSL's and WebCrypto's; every file is some test's.

import assert from "node:assert/strict";
import { test } from "node:test";
import { testSuite, webPorts } from "./suite-runner.ts";
import { wycheproof } from "./suites/wycheproof.ts";
import { absent, vectorFiles } from "./vectors.ts";

/** Files that other tests of this folder answer for. */
const elsewhere = /^(?:mldsa_\d\d_sign_seed|json_web_signature|json_web_key)_test\.json$/;

testSuite(wycheproof, "OpenSSL");
testSuite(wycheproof, "Node's WebCrypto", webPorts);

test("every file is answered for", { skip: absent("wycheproof") }, () => {
  const [all, others] = [/\.json$/, elsewhere].map((pattern) => vectorFiles("wycheproof", pattern));
  const ours = wycheproof.sources.flatMap(({ folder, pattern }) => vectorFiles(folder, pattern));
  assert.deepEqual([...ours, ...(others ?? [])].toSorted(), all);
});
