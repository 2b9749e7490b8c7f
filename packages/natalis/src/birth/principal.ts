// SPDX-License-Identifier: Apache-2.0
// Who asks, and may they. Deny by default: an action is allowed to the roles that its row names and to nobody else.

import { isValidAt, type OperatorRole, type Validity } from "../registry/index.ts";
import { birthError } from "./errors.ts";

/** Someone who proved who they are. How they did is the door's business. */
export interface Principal extends Validity {
  /** The operator's id: stands in birth records and in the log. */
  readonly id: string;
  readonly name: string;
  readonly role: OperatorRole;
  /** The product lines whose births a station may ask for; other roles are not bound by it. */
  readonly products: readonly string[];
}

/** Everything that may be asked for, and the roles that may ask. */
export const allowedRoles = {
  "birth.request": ["admin", "registrar", "station"],
  "device.read": ["admin", "registrar", "auditor"],
  // A station's: of what it bore alone.
  "receipt.read": ["admin", "registrar", "station", "auditor"],
  "evidence.read": ["admin", "registrar", "auditor"],
  "device.suspend": ["admin", "registrar"],
  "device.resume": ["admin", "registrar"],
  "device.revoke": ["admin", "registrar"],
  "device.retire": ["admin", "registrar"],
  "log.read-bodies": ["admin", "registrar", "auditor"],
  "operator.read": ["admin", "auditor"],
  "operator.enrol": ["admin"],
  "operator.revoke": ["admin"],
  "station.enrol": ["admin"],
  "station.bring-in": ["admin", "registrar"],
  "product.read": ["admin", "registrar", "auditor"],
  "expectation.read": ["admin", "registrar", "auditor"],
  "expectation.change": ["admin", "registrar"],
  "incident.read": ["admin", "registrar", "auditor"],
} as const satisfies Readonly<Record<string, readonly OperatorRole[]>>;

export type Action = keyof typeof allowedRoles;

/** Whether the principal's role may do this. */
export function isAuthorized(principal: Principal, action: Action): boolean {
  return (
    Object.hasOwn(allowedRoles, action) && (allowedRoles[action] as readonly OperatorRole[]).includes(principal.role)
  );
}

/** @throws NAT_AUTHORIZE_DENIED */
export function authorize(principal: Principal, action: Action): void {
  if (!isAuthorized(principal, action))
    throw birthError("NAT_AUTHORIZE_DENIED", `${principal.role} ${principal.id}: ${action}`);
}

/** Whoever is enrolled for a time may ask for nothing outside of it. @throws NAT_AUTHORIZE_WINDOW */
export function requireValidity(principal: Principal, at: Date): void {
  const { id, notBefore, notAfter } = principal;
  if (isValidAt(principal, at.getTime())) return;
  const [from, to] = [notBefore, notAfter].map((time) => (time === undefined ? "" : new Date(time).toISOString()));
  throw birthError("NAT_AUTHORIZE_WINDOW", `${id}: valid from ${from || "ever"} to ${to || "ever"}`);
}
