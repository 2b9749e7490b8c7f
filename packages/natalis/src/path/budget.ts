// SPDX-License-Identifier: Apache-2.0
// How much work one validation may take. Certificates come from strangers, and a few hundred of them can be arranged
// so that an unbounded builder walks for minutes. Each limit is far above what an honest path needs.

import { pathError } from "./errors.ts";

export interface PathLimits {
  /** Certificates in a path, leaf and anchor included. Ours have 3 or 4; deep chains in the field have 6. */
  readonly depth: number;
  /** Signature checks, the dearest step: CVE-2018-16875 (Go: chains of one name kept a server verifying). */
  readonly signatures: number;
  /** Partial paths looked at: cross-signed meshes have factorially many (CVE-2026-32280; RFC 4158 section 2.4). */
  readonly paths: number;
  /** Issuer names compared: a bag of n certificates costs n for every partial path, also where nothing matches. */
  readonly nameComparisons: number;
}

export const defaultPathLimits: PathLimits = { depth: 10, signatures: 100, paths: 500, nameComparisons: 50_000 };

/** What is left of the limits during one validation. */
export class PathBudget {
  readonly depth: number;
  readonly #left: Record<"signatures" | "paths" | "nameComparisons", number>;
  #depthReached = false;

  constructor({ depth, ...counts }: PathLimits) {
    this.depth = depth;
    this.#left = counts;
  }

  /** Takes one piece of work. @throws NAT_PATH_BUDGET when none of its kind is left. */
  spend(kind: "signatures" | "paths" | "nameComparisons"): void {
    if (this.#left[kind] === 0) throw pathError("NAT_PATH_BUDGET", `out of ${kind}`);
    this.#left[kind] -= 1;
  }

  /** Whether paths may have `length` certificates. A longer one is not followed; shorter ones still may hold. */
  allowsDepth(length: number): boolean {
    this.#depthReached ||= length > this.depth;
    return length <= this.depth;
  }

  /** Whether a path was left because of its length. */
  get isDepthReached(): boolean {
    return this.#depthReached;
  }
}
