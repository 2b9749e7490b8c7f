// SPDX-License-Identifier: Apache-2.0
// When several paths fail, the most specific cause is told: an expired certificate on the path that was meant says
// more than a wrong signature on a path that was only tried because two authorities share a name.

import type { NatalisError } from "../kernel/index.ts";
import { pathErrors } from "./errors.ts";

const ranks = new Map<string, number>(Object.keys(pathErrors).map((code, rank) => [code, rank]));

/** Whichever of two failures tells more; the first one found where they tell the same. */
export function moreSpecific(known: NatalisError | undefined, found: NatalisError): NatalisError {
  return known === undefined || rankOf(found) > rankOf(known) ? found : known;
}

// An error of a format (a malformed extension, say) says what no further path could: it stands above all.
function rankOf(error: NatalisError): number {
  return ranks.get(error.code) ?? ranks.size;
}
