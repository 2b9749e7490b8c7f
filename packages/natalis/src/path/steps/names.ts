// SPDX-License-Identifier: Apache-2.0
// RFC 5280 6.1.3 (b), (c) and 6.1.4 (g): the names of a certificate stand within the subtrees that those above it
// permit and outside of those they exclude. A self-issued intermediate is a new key of an authority whose name was
// judged already.

import type { PathBudget } from "../budget.ts";
import { NameSpace } from "../names/name-space.ts";
import type { PathCertificate } from "../path-certificate.ts";
import type { PathState } from "../path-state.ts";

/** @throws NAT_PATH_NAME_CONSTRAINTS, NAT_PATH_BUDGET */
export function checkNames(state: PathState, certificate: PathCertificate, isLast: boolean, budget: PathBudget): void {
  if (state.names === NameSpace.unconstrained) return;
  if (isLast || !certificate.selfIssued) state.names.check(certificate.names, budget);
}

/** 6.1.4 (g) */
export function narrowNames(state: PathState, { nameConstraints }: PathCertificate): void {
  if (nameConstraints !== undefined) state.names = state.names.narrowedBy(nameConstraints);
}
