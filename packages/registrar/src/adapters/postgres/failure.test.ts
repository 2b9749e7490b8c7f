// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import pg from "pg";
import { isNatalisError } from "natalis/kernel";
import { translated } from "./failure.ts";

function stateError(code: string): pg.DatabaseError {
  return Object.assign(new pg.DatabaseError("told by the server", 0, "error"), { code });
}

test("states of the server mean: undone, waited too long, no room, gone, refused, failed", () => {
  const cases = {
    "40001": "NAT_POSTGRES_CONFLICT",
    "55P03": "NAT_REGISTRY_BUSY",
    "53100": "NAT_REGISTRY_FULL",
    "57P01": "NAT_POSTGRES_UNREACHABLE",
    "08006": "NAT_POSTGRES_UNREACHABLE",
    "28000": "NAT_POSTGRES_REFUSED",
    "22012": "NAT_POSTGRES_FAILED",
  };
  for (const [state, code] of Object.entries(cases)) {
    const error = translated(stateError(state));
    assert.ok(isNatalisError(error) && error.code === code, `${state}: ${String(error)}`);
  }
});
