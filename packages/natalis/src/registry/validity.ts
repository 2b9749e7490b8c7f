// SPDX-License-Identifier: Apache-2.0
// From when until when an operator's enrolment is valid.

import type { OperatorRow } from "./ports.ts";

export type Validity = Pick<OperatorRow, "notBefore" | "notAfter">;

/** @param at Unix milliseconds */
export function isValidAt({ notBefore, notAfter }: Validity, at: number): boolean {
  return (notBefore === undefined || notBefore <= at) && (notAfter === undefined || at <= notAfter);
}
