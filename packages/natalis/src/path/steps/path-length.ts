// SPDX-License-Identifier: Apache-2.0
// RFC 5280 6.1.4 (l) and (m): an intermediate takes one from the length left unless it is self-issued (a new key of
// the same authority), and may lower it. The trust anchor takes nothing; its own pathLenConstraint binds (RFC 5937).

import { pathError } from "../errors.ts";
import type { PathCertificate } from "../path-certificate.ts";
import type { PathState } from "../path-state.ts";

/** (l). @throws NAT_PATH_LENGTH */
export function takePathLength(state: PathState, one: PathCertificate): void {
  if (state.maxPathLength === Number.POSITIVE_INFINITY || one.selfIssued) return;
  if (state.maxPathLength === 0) throw pathError("NAT_PATH_LENGTH", `${one.label} is one CA certificate too many`);
  state.maxPathLength -= 1;
}

/** (m) */
export function lowerPathLength(state: PathState, { basicConstraints }: PathCertificate): void {
  const limit = basicConstraints?.pathLength;
  if (limit !== undefined && limit < state.maxPathLength) state.maxPathLength = limit;
}
