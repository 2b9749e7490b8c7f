// SPDX-License-Identifier: Apache-2.0
// NIST PKITS, all 247 paths, on both verifiers; every exception stands among the divergences.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { testSuite, webPorts } from "./suite-runner.ts";
import { pkitsExceptions, pkitsPaths } from "./suites/pkits-paths.ts";

testSuite(pkitsPaths, "OpenSSL");
testSuite(pkitsPaths, "Node's WebCrypto", webPorts);

test("every exception stands among the divergences", () => {
  const divergences = readFileSync(new URL("../../docs/divergences.md", import.meta.url), "utf8");
  for (const number of pkitsExceptions.keys()) assert.ok(divergences.includes(`PKITS ${number}`), number);
});
