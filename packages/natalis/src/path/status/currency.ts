// SPDX-License-Identifier: Apache-2.0
// A list speaks for the time from its thisUpdate until the next one is due (RFC 5280 5.1.2.4, 5.1.2.5, 6.3.3 a), an
// OCSP response alike (RFC 6960 4.2.2.1). Asked as what must hold, so that nothing is current for a Date without an
// instant. What does not say when the next one is due speaks for its own instant, unless the policy grants it an age.

import type { RevocationPolicy } from "./question.ts";

export interface Updates {
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
}

/** Why evidence is not current, or undefined if it is. */
export function currencyFault(
  { thisUpdate, nextUpdate }: Updates,
  at: Date,
  { clockSkew, maxAge }: RevocationPolicy,
): string | undefined {
  const skew = clockSkew * 1000;
  const age = at.getTime() - thisUpdate.getTime();
  if (!(age >= -skew)) return `it speaks from ${thisUpdate.toISOString()}`;
  if (nextUpdate !== undefined && !(at.getTime() - nextUpdate.getTime() < skew))
    return `the next one was due ${nextUpdate.toISOString()}`;
  const oldest = maxAge ?? (nextUpdate === undefined ? 0 : Number.POSITIVE_INFINITY);
  if (age <= oldest * 1000 + skew) return undefined;
  return maxAge === undefined ? "it does not say when the next one is due" : `it is of ${thisUpdate.toISOString()}`;
}
