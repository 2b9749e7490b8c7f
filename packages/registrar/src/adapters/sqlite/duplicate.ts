// SPDX-License-Identifier: Apache-2.0
// Says what was registered already when a unique index refuses a commit. SQLite names the columns in its message
// ("UNIQUE constraint failed: devices.key_hash"), and nowhere else.

import { registryError } from "natalis/registry";
import { isSqliteError } from "./database.ts";

const constraint = 19;

const meanings: ReadonlyMap<string, string> = new Map([
  ["devices.key_hash", "key"],
  ["devices.unit_tag", "unit"],
  ["devices.id", "device"],
  ["devices.certificate_serial, devices.issuer", "serial"],
  ["operators.id", "operator"],
  ["operators.token_hash", "token"],
  ["operators.certificate_hash", "certificate"],
  ["authorities.certificate_hash", "authority"],
]);

/** NAT_REGISTRY_DUPLICATE where the error is a unique violation of those; any other error as it is. */
export function duplicateOr(error: unknown): unknown {
  if (!isSqliteError(error, constraint)) return error;
  const columns = /^UNIQUE constraint failed: (.+)$/.exec(error.message)?.[1];
  const meaning = columns === undefined ? undefined : meanings.get(columns);
  return meaning === undefined ? error : registryError("NAT_REGISTRY_DUPLICATE", meaning, error);
}
