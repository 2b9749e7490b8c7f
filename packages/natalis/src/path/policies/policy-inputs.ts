// SPDX-License-Identifier: Apache-2.0
// What a user demands of the policies of a path: the four inputs of RFC 5280 6.1.1 (c) to (g) that are about policies.

export interface PolicyInputs {
  /** Policies that the user takes, OIDs; by default any. */
  readonly initialPolicySet?: readonly string[] | undefined;
  /** Whether the path must hold under at least one of them. */
  readonly requireExplicitPolicy?: boolean | undefined;
  readonly inhibitPolicyMapping?: boolean | undefined;
  readonly inhibitAnyPolicy?: boolean | undefined;
}
