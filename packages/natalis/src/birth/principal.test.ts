// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import test from "node:test";
import type { OperatorRole } from "../registry/index.ts";
import { type Action, allowedRoles, authorize, isAuthorized, type Principal, requireValidity } from "./principal.ts";

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
    "product.read",
    "expectation.read",
    "expectation.change",
    "incident.read",
    "station.bring-in",
    "receipt.read",
    "evidence.read",
  ],
  station: ["birth.request", "receipt.read"],
  auditor: [
    "device.read",
    "log.read-bodies",
    "operator.read",
    "product.read",
    "expectation.read",
    "incident.read",
    "receipt.read",
    "evidence.read",
  ],
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

test("who is enrolled for a time is held to it, to the millisecond; who is not, is not", () => {
  const at = new Date(1000);
  for (const window of [{}, { notBefore: 1000 }, { notAfter: 1000 }, { notBefore: 1000, notAfter: 1000 }])
    requireValidity({ ...as("station"), ...window }, at);
  for (const window of [{ notBefore: 1001 }, { notAfter: 999 }, { notBefore: 0, notAfter: 999 }])
    assert.throws(() => requireValidity({ ...as("station"), ...window }, at), { code: "NAT_AUTHORIZE_WINDOW" });
  assert.throws(() => requireValidity({ ...as("station"), notAfter: 0 }, at), /valid from ever to 1970-01-01T00:00:00/);
});
