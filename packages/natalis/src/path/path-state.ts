// SPDX-License-Identifier: Apache-2.0
// The state variables of path validation (RFC 5280 section 6.1.2), which each certificate from the anchor's side
// narrows.

import { oids } from "../formats/index.ts";
import { NameSpace } from "./names/name-space.ts";
import type { PolicyInputs } from "./policies/policy-inputs.ts";
import { PolicyState } from "./policies/policy-state.ts";
import type { AnchorConstraints } from "./trust-anchor.ts";

export interface PathState {
  /** max_path_length: how many more CA certificates that are not self-issued may follow. */
  maxPathLength: number;
  /** permitted_subtrees and excluded_subtrees. */
  names: NameSpace;
  /** valid_policy_graph, explicit_policy, policy_mapping, inhibit_anyPolicy. */
  readonly policies: PolicyState;
}

/** RFC 5280 6.1.2, narrowed by what binds the anchor (RFC 5937 section 4). */
export function initialPathState(length: number, policies: PolicyInputs, anchor: AnchorConstraints): PathState {
  const { unconstrained } = NameSpace;
  return {
    maxPathLength: anchor.pathLength ?? Number.POSITIVE_INFINITY,
    names: anchor.nameConstraints === undefined ? unconstrained : unconstrained.narrowedBy(anchor.nameConstraints),
    policies: new PolicyState(narrowedBy(policies, anchor), length),
  };
}

/** What the user takes and what the anchor is trusted for: a set that both name, and a demand of either. */
function narrowedBy(user: PolicyInputs, anchor: AnchorConstraints): PolicyInputs {
  return {
    initialPolicySet: common(user.initialPolicySet ?? [oids.anyPolicy], anchor.policySet ?? [oids.anyPolicy]),
    requireExplicitPolicy: user.requireExplicitPolicy === true || anchor.requireExplicitPolicy === true,
    inhibitPolicyMapping: user.inhibitPolicyMapping === true || anchor.inhibitPolicyMapping === true,
    inhibitAnyPolicy: user.inhibitAnyPolicy === true || anchor.inhibitAnyPolicy === true,
  };
}

function common(user: readonly string[], anchor: readonly string[]): readonly string[] {
  if (anchor.includes(oids.anyPolicy)) return user;
  return user.includes(oids.anyPolicy) ? anchor : user.filter((policy) => anchor.includes(policy));
}
