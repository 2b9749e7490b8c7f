// SPDX-License-Identifier: Apache-2.0
// The state variables of path validation (RFC 5280 section 6.1.2), which each certificate from the anchor's side
// narrows. Those of name constraints and of policy mapping are not here: certificates that would set them are refused.

/** One level of the valid policy tree, which is a set as long as no policy is mapped. */
export interface ValidPolicies {
  /** Whether anyPolicy is still among them. */
  readonly any: boolean;
  /** Those that a certificate named and that all above it allow. */
  readonly named: ReadonlySet<string>;
}

export interface PathState {
  /** max_path_length: how many more CA certificates that are not self-issued may follow. */
  maxPathLength: number;
  policies: ValidPolicies;
}

export function initialPathState(): PathState {
  return { maxPathLength: Number.POSITIVE_INFINITY, policies: { any: true, named: new Set() } };
}
