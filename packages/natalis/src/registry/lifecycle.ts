// SPDX-License-Identifier: Apache-2.0
// The life of a device after its birth: which event is allowed in which state, and the CRLReason (RFC 5280 section
// 5.3.1) that goes with it. Revoked and retired are final: nothing leads out of them.

import { registryError } from "./errors.ts";
import type { DeviceState } from "./ports.ts";

/** The events that change a device's state. */
export type LifecycleEventType = "suspended" | "resumed" | "revoked" | "retired";

/** The states as numbers of the state tree's leaves (DESIGN 3). Permanent. */
export const deviceStateNumbers = { active: 1, suspended: 2, revoked: 3, retired: 4 } as const satisfies Readonly<
  Record<DeviceState, number>
>;

/** Reasons that a revocation of a device may give. The others are of suspension (6, 8) or of authorities (2, 10). */
export const revocationReasons = {
  unspecified: 0,
  keyCompromise: 1,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  privilegeWithdrawn: 9,
} as const;

const certificateHold = 6;
const removeFromCrl = 8;

const transitions = {
  suspended: { from: ["active"], to: "suspended" },
  resumed: { from: ["suspended"], to: "active" },
  revoked: { from: ["active", "suspended"], to: "revoked" },
  retired: { from: ["active", "suspended"], to: "retired" },
} as const satisfies Readonly<
  Record<LifecycleEventType, { readonly from: readonly DeviceState[]; readonly to: DeviceState }>
>;

/** The state after the event. @throws NAT_LIFECYCLE_REFUSED */
export function nextState(state: DeviceState, event: LifecycleEventType): DeviceState {
  const { from, to } = transitions[event];
  if (!(from as readonly DeviceState[]).includes(state))
    throw registryError("NAT_LIFECYCLE_REFUSED", `${state}, ${event}`);
  return to;
}

/**
 * The CRLReason of an event: a revocation names its own (unspecified if it names none), the others imply one.
 * @throws NAT_LIFECYCLE_REASON
 */
export function reasonOf(event: LifecycleEventType, asked?: number): number {
  const reason = event === "revoked" ? (asked ?? revocationReasons.unspecified) : impliedReasons[event];
  const allowed: readonly number[] = event === "revoked" ? Object.values(revocationReasons) : [reason];
  if (!allowed.includes(asked ?? reason)) throw registryError("NAT_LIFECYCLE_REASON", `${event} for reason ${asked}`);
  return reason;
}

const impliedReasons = {
  suspended: certificateHold,
  resumed: removeFromCrl,
  retired: revocationReasons.cessationOfOperation,
} as const;
