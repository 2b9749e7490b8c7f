// SPDX-License-Identifier: Apache-2.0
// The name space that a path has left (RFC 5280 6.1.2 b, c; 6.1.4 g): permitted_subtrees and excluded_subtrees. What
// several extensions permit is their intersection. It is kept as one list an extension, each of which must be met:
// an intersection of subtrees has no form of its own for every form of names, and would grow as their product.

import type { NameConstraints } from "../../formats/index.ts";
import type { CertificateNames } from "./certificate-names.ts";
import { type Constraint, constraintsOf, type NameBudget } from "./constraint.ts";

/** Never changes: a path that branches narrows its own. */
export class NameSpace {
  /** Where every path begins. Checking names against it costs nothing. */
  static readonly unconstrained: NameSpace = new NameSpace([]);
  /** As the extensions have them, since one may mention thousands of forms and paths are many. */
  readonly #constraints: readonly (readonly Constraint[])[];

  private constructor(constraints: readonly (readonly Constraint[])[]) {
    this.#constraints = constraints;
  }

  /** The space below a certificate with this extension (6.1.4 g). What is narrow already only gets narrower. */
  narrowedBy(constraints: NameConstraints): NameSpace {
    return new NameSpace([...this.#constraints, constraintsOf(constraints)]);
  }

  /**
   * Whether all names of a certificate are in the space (6.1.3 b, c). Not asked about self-issued certificates, but
   * for the last of a path.
   * @throws NAT_PATH_NAME_CONSTRAINTS where one is not, or cannot be compared; NAT_PATH_BUDGET
   */
  check(names: CertificateNames, budget: NameBudget): void {
    for (const constraints of this.#constraints) for (const constraint of constraints) constraint(names, budget);
  }
}
