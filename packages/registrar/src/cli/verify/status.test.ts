// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { errorFactory } from "natalis/kernel";
import type { VerifiedPath } from "natalis/path";
import { type CertificateStatus, statusFields, unbelievedEvidence } from "./status.ts";

const fail = errorFactory({ NAT_TEST_STALE: "It is stale." });
const evidence = { lists: () => [], responses: () => [] };

function pathWith(...statuses: CertificateStatus[]): VerifiedPath {
  return { certificates: ["leaf", "issuing", "root"], statuses } as unknown as VerifiedPath;
}

test("how status is asked decides what is made of no evidence", () => {
  assert.equal(statusFields("require", evidence).status?.policy.unknown, "refuse");
  assert.equal(statusFields("ifPresent", evidence).status?.policy.unknown, "accept");
  assert.equal("status" in statusFields("off", evidence), false);
});

test("evidence that is there and cannot be believed is not taken for none", () => {
  const good = { state: "good", source: "crl", asOf: new Date(0) } as const;
  const error = fail("NAT_TEST_STALE", "");
  assert.equal(unbelievedEvidence(pathWith()), undefined);
  assert.equal(unbelievedEvidence(pathWith(good, { state: "unknown", causes: [error], presented: false })), undefined);
  assert.deepEqual(unbelievedEvidence(pathWith(good, { state: "unknown", causes: [error], presented: true })), {
    error,
    certificate: "issuing",
  });
});
