// SPDX-License-Identifier: Apache-2.0
// Step 1 of a birth (DESIGN 3.3): who asks, and is this unit expected. Deny by default: a station is held to the
// product lines it was enrolled for, a unit to the profile's models and to what the admission expects.

import { isExpected, type Profile } from "../issue/index.ts";
import type { Awaitable, NatalisError } from "../kernel/index.ts";
import type { BirthTerms } from "../registry/index.ts";
import { birthError } from "./errors.ts";
import { authorize, type Principal, requireValidity } from "./principal.ts";

/** A unit that someone wants born. */
export interface AspiringUnit {
  readonly product: string;
  readonly model: string;
  readonly serial: string;
}

/** Guarantee: true only for units that are expected to be born; a unit that it knows nothing of is not. */
export interface Admission {
  expects(unit: AspiringUnit): Awaitable<boolean>;
}

/**
 * The admission that a profile states: open, a range of serial numbers, or a list. Of a list that is the registry's it
 * rules nothing out: that one decides at the commit (`termsOf`).
 */
export function profileAdmission(profile: Profile): Admission {
  return { expects: ({ product, serial }) => product === profile.product && isExpected(profile.admission, serial) };
}

/** What the commit must see to, beside key and unit being new; undefined where it is nothing. */
export function termsOf({ admission, quota }: Profile): BirthTerms | undefined {
  const listed = admission.kind === "imported";
  if (!listed && quota === undefined) return undefined;
  return { listed, ...(quota !== undefined && { quota }) };
}

/** @throws NAT_AUTHORIZE_DENIED, NAT_AUTHORIZE_WINDOW, NAT_BIRTH_STATION_PRODUCT, NAT_BIRTH_NOT_ADMITTED */
export function admit(
  principal: Principal,
  profile: Profile,
  unit: AspiringUnit,
  admission: Admission,
  at: Date,
): Awaitable<void> {
  authorize(principal, "birth.request");
  requireValidity(principal, at);
  if (principal.role === "station" && !principal.products.includes(profile.product))
    throw birthError("NAT_BIRTH_STATION_PRODUCT", `${principal.id}: ${profile.product}`);
  if (profile.models !== undefined && !profile.models.includes(unit.model))
    throw birthError("NAT_BIRTH_NOT_ADMITTED", `model ${JSON.stringify(unit.model)} of product ${profile.product}`);
  const expected = admission.expects(unit);
  if (typeof expected === "boolean") return requireExpected(expected, unit);
  return expected.then((isIt) => requireExpected(isIt, unit));
}

/** The refusal of a unit that is not expected. */
export function notAdmitted({ product, serial }: Omit<AspiringUnit, "model">, cause?: unknown): NatalisError {
  return birthError("NAT_BIRTH_NOT_ADMITTED", `serial ${JSON.stringify(serial)} of product ${product}`, cause);
}

function requireExpected(isExpectedUnit: boolean, unit: AspiringUnit): void {
  if (!isExpectedUnit) throw notAdmitted(unit);
}
