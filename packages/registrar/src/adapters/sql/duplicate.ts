// SPDX-License-Identifier: Apache-2.0
// Says what was registered already when a unique index refuses a commit. The databases tell it in their own ways:
// SQLite names the columns in its message and nowhere else, PostgreSQL names the index.

import { registryError } from "natalis/registry";

/**
 * By SQLite's columns and PostgreSQL's index; the indexes of operators and authorities are named after the tables that
 * 0002 and 0004 made.
 */
const meanings: ReadonlyMap<string, string> = new Map([
  ["devices.key_hash", "key"],
  ["devices_key_hash", "key"],
  ["devices.unit_tag", "unit"],
  ["devices_unit_tag", "unit"],
  ["devices.id", "device"],
  ["devices_id", "device"],
  ["devices.certificate_serial, devices.issuer", "serial"],
  ["devices_certificate_serial", "serial"],
  ["operators.id", "operator"],
  ["new_operators_pkey", "operator"],
  ["operators.token_hash", "token"],
  ["new_operators_token_hash_key", "token"],
  ["operators.certificate_hash", "certificate"],
  ["new_operators_certificate_hash_key", "certificate"],
  ["evidence.digest", "evidence"],
  ["evidence_pkey", "evidence"],
  ["incidents.key_hash, incidents.unit_tag, incidents.station, incidents.code", "refusal"],
  ["incidents_attempt", "refusal"],
  ["authorities.certificate_hash", "authority"],
  ["new_authorities_certificate_hash_key", "authority"],
]);

/** NAT_REGISTRY_DUPLICATE where the error is a unique violation of those; any other error as it is. */
export function duplicateOr(error: unknown): unknown {
  const constraint = violatedConstraint(error);
  const meaning = constraint === undefined ? undefined : meanings.get(constraint);
  return meaning === undefined ? error : registryError("NAT_REGISTRY_DUPLICATE", meaning, error);
}

function violatedConstraint(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  // sqlite.org/rescode.html: 19 is SQLITE_CONSTRAINT. PostgreSQL, appendix A: 23505 is unique_violation.
  if ("errcode" in error && (Number(error.errcode) & 0xff) === 19)
    return /^UNIQUE constraint failed: (.+)$/.exec(error.message)?.[1];
  if ("code" in error && error.code === "23505" && "constraint" in error) return String(error.constraint);
  return undefined;
}
