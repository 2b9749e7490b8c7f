// SPDX-License-Identifier: Apache-2.0
// The small version of `npm run load -- --births 100000`.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { scopeOf } from "../support/scope.ts";
import { bearMany } from "./births.ts";
import { silent } from "./tell.ts";

const scope = scopeOf({ after });
const births = 1_200;
const openssl = 120;

test(`${births} births, ${openssl} of them made by openssl, each verified, the log audited by us and by Go`, async () => {
  const report = await bearMany({ births, openssl }, scope, silent);
  assert.deepEqual(report.births, {
    "openssl single": 24,
    "openssl batch": 96,
    "sdk single": 216,
    "sdk batch": 864,
  });
  assert.equal(report.audit.devices, births);
  assert.ok(report.go.entries > births && report.go.entries === report.audit.entries);
});
