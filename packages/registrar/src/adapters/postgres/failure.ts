// SPDX-License-Identifier: Apache-2.0
// What an error of the driver means for what was asked: refused, undone, or open (PostgreSQL, appendix A). Only code,
// message and constraint are kept of it: its details quote rows.

import pg from "pg";
import { type NatalisError, isNatalisError } from "natalis/kernel";
import { registryError } from "natalis/registry";
import { duplicateOr } from "../sql/duplicate.ts";
import { postgresError } from "./errors.ts";
import { requirementState } from "./words.ts";

/** serialization_failure and deadlock_detected: undone for another transaction's sake. */
const undone = ["40001", "40P01"];
/** lock_not_available and query_canceled: given up after the time that a session allows; nothing happened. */
const waitedTooLong = ["55P03", "57014"];
/**
 * The session is gone or cannot begin now: connection exceptions (class 08), shutdown and start of the server, too many
 * connections, timeouts that end a session, and a server that has become a standby (read_only_sql_transaction).
 */
const lost = ["57P01", "57P02", "57P03", "57P05", "25P03", "53300", "25006"];

/** disk_full: what could not be written was undone. */
const full = "53100";

const requirements: Readonly<Record<string, (error: Error) => NatalisError>> = {
  device: (error) => registryError("NAT_REGISTRY_DEVICE", "a change of a device that was never born", error),
  operator: (error) => registryError("NAT_REGISTRY_OPERATOR", "a change of an operator that is not enrolled", error),
  quota: (error) => registryError("NAT_REGISTRY_QUOTA", "a station of this commit", error),
  product: (error) => registryError("NAT_REGISTRY_PRODUCT_QUOTA", "a product line of this commit", error),
  expected: (error) => registryError("NAT_REGISTRY_NOT_EXPECTED", "a unit of this commit", error),
};

/** The catalogue error for whatever the driver threw. */
export function translated(error: unknown): unknown {
  if (isNatalisError(error)) return error;
  if (!(error instanceof pg.DatabaseError)) return fromDriver(error);
  const { code = "", constraint } = error;
  const told = Object.assign(new Error(error.message), { code, ...(constraint !== undefined && { constraint }) });
  if (code === requirementState) return (requirements[error.message] ?? failed)(told);
  if (undone.includes(code)) return postgresError("NAT_POSTGRES_CONFLICT", error.message, told);
  if (waitedTooLong.includes(code)) return registryError("NAT_REGISTRY_BUSY", error.message, told);
  if (code === full) return registryError("NAT_REGISTRY_FULL", error.message, told);
  if (lost.includes(code) || code.startsWith("08")) return unreachable(told);
  // Authorization, and a database that is not there.
  if (code.startsWith("28") || code === "3D000") return postgresError("NAT_POSTGRES_REFUSED", error.message, told);
  const duplicate = duplicateOr(told);
  return duplicate === told ? failed(told) : duplicate;
}

/** Without a state of the server it is TLS, the socket, the driver's time limit, or a mistake of the program. */
function fromDriver(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof TypeError || error instanceof RangeError) return error;
  const code = "code" in error ? String(error.code) : "";
  // An AggregateError of all of a name's addresses has no message.
  const told = new Error(error.message === "" ? code : error.message);
  const isRefusal = /CERT|_TLS_|_SSL_/.test(code) || /^SASL|does not support SSL/.test(error.message);
  return isRefusal ? postgresError("NAT_POSTGRES_REFUSED", told.message, told) : unreachable(told);
}

/** Its detail is told to clients of the doors, whom the server's address does not concern. */
export function unreachable(cause: Error): NatalisError {
  return postgresError("NAT_POSTGRES_UNREACHABLE", "try again", cause);
}

function failed(error: Error): NatalisError {
  return postgresError("NAT_POSTGRES_FAILED", error.message, error);
}

/** Whether the session that threw it may be used again. */
export function endsSession(error: unknown): boolean {
  return !isNatalisError(error) || isNatalisError(error, "NAT_POSTGRES_UNREACHABLE");
}
