// SPDX-License-Identifier: Apache-2.0
// RFC 5280 6.1.3 (d) to (f) with every policy acceptable to the user and no explicit policy required. Policy mappings
// and constraints are refused, so each level of the valid policy tree is a set and no tree grows (cf. CVE-2023-0464).

import { oids } from "../../formats/index.ts";
import type { PathCertificate } from "../path-certificate.ts";
import type { PathState, ValidPolicies } from "../path-state.ts";

/** Narrows the valid policies to those that this certificate asserts too; none at all where it asserts none. */
export function applyPolicies(state: PathState, { policies }: PathCertificate): void {
  state.policies = narrow(state.policies, policies ?? new Set());
}

/** The outcome as OIDs, anyPolicy among them where no certificate left it out. */
export function listPolicies({ any, named }: ValidPolicies): readonly string[] {
  return any ? [...named, oids.anyPolicy] : [...named];
}

function narrow(valid: ValidPolicies, asserted: ReadonlySet<string>): ValidPolicies {
  const any = asserted.has(oids.anyPolicy);
  const named = [...asserted].filter((policy) => policy !== oids.anyPolicy && (valid.any || valid.named.has(policy)));
  return { any: valid.any && any, named: new Set(any ? [...valid.named, ...named] : named) };
}
