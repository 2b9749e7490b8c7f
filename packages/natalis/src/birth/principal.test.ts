// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import test from "node:test";
import type { OperatorRole } from "../registry/index.ts";
import { type Action, allowedRoles, authorize, isAuthorized, type Principal } from "./principal.ts";

const roles: readonly OperatorRole[] = ["admin", "registrar", "station", "auditor"];
const as = (role: OperatorRole): Principal => ({ id: "someone", name: "Someone", role, products: ["pump"] });

/** The whole table once more, by role: a row that changes must change here too. */
const expected: Record<OperatorRole, readonly Action[]> = {
  admin: Object.keys(allowedRoles) as Action[],
  registrar: [
    "birth.request",
    "device.read",
    "device.suspend",
    "device.resume",
    "device.revoke",
    "device.retire",
    "log.read-bodies",
  ],
  station: ["birth.request"],
  auditor: ["device.read", "log.read-bodies", "operator.read"],
};

for (const role of roles)
  for (const action of Object.keys(allowedRoles) as Action[]) {
    const may = expected[role].includes(action);
    test(`${role} ${may ? "may" : "may not"}: ${action}`, () => {
      assert.equal(isAuthorized(as(role), action), may);
      if (may) authorize(as(role), action);
      else assert.throws(() => authorize(as(role), action), { code: "NAT_AUTHORIZE_DENIED" });
    });
  }

test("an action that no row names, and a role that no row names, are denied", () => {
  assert.throws(() => authorize(as("admin"), "device.delete" as Action), { code: "NAT_AUTHORIZE_DENIED" });
  assert.throws(() => authorize(as("admin"), "toString" as Action), { code: "NAT_AUTHORIZE_DENIED" });
  assert.throws(() => authorize(as("root" as OperatorRole), "device.read"), { code: "NAT_AUTHORIZE_DENIED" });
});
