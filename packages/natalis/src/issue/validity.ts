// SPDX-License-Identifier: Apache-2.0
// How long certificates are valid (RFC 5280 section 4.1.2.5): from a whole second, as a rule without an end.

import { issueError } from "./errors.ts";

/** 99991231235959Z: "no well-defined expiration date" (RFC 5280 section 4.1.2.5). */
export const noExpiry = new Date("9999-12-31T23:59:59Z");

export interface Validity {
  readonly notBefore: Date;
  /** Included. */
  readonly notAfter: Date;
}

const millisecondsADay = 86_400_000;

/** The instant with its milliseconds dropped, as X.509 times need it. @throws NAT_ISSUE_FACTS if it is none */
export function wholeSecond(at: Date): Date {
  const milliseconds = at.getTime();
  if (Number.isNaN(milliseconds)) throw issueError("NAT_ISSUE_FACTS", "an instant is not a date");
  return new Date(Math.floor(milliseconds / 1000) * 1000);
}

/** From `at` on, for ever or for so many days, never beyond the issuer's own end. */
export function validityFrom(at: Date, lifetimeDays: number | undefined, issuerNotAfter: Date): Validity {
  const notBefore = wholeSecond(at);
  const end = lifetimeDays === undefined ? noExpiry.getTime() : notBefore.getTime() + lifetimeDays * millisecondsADay;
  return { notBefore, notAfter: new Date(Math.min(end, issuerNotAfter.getTime())) };
}
