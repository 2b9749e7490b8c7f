// SPDX-License-Identifier: Apache-2.0
// How much work one validation may take. Certificates come from strangers, and a few hundred of them can be arranged
// so that an unbounded builder walks for minutes. Each limit is far above what an honest path needs.

import type { Name } from "../formats/index.ts";
import type { KeyKind } from "../kernel/index.ts";
import { pathError } from "./errors.ts";
import type { SignatureBudget } from "./paid-signature.ts";

export interface PathLimits {
  /** Certificates in a path, leaf and anchor included. Ours have 3 or 4; the deepest in public suites have 19. */
  readonly depth: number;
  /**
   * Signature checks, the dearest step, in P-256 verifications: an algorithm that is slower counts for more
   * (CVE-2018-16875 kept a Go server verifying).
   */
  readonly signatures: number;
  /** Partial paths looked at: cross-signed meshes have factorially many (CVE-2026-32280; RFC 4158 section 2.4). */
  readonly paths: number;
  /** Names compared with subtrees of name constraints: each name may meet each subtree, and both come from strangers. */
  readonly nameConstraints: number;
  /**
   * Certificates, lists and answers looked at for one whose name or key fits, in pieces of 64 octets: a bag of n costs
   * n for every partial path, and for every list and response whose signer is looked for.
   */
  readonly names: number;
  /** Policies named and mapped, on every path again: nodes and edges of its graph of policies (CVE-2023-0464). */
  readonly policies: number;
  /** Octets of extensions read in certificates of the bag: lists of subtrees and names cost as long as they are. */
  readonly extensions: number;
}

export const defaultPathLimits: PathLimits = {
  depth: 20,
  signatures: 250,
  paths: 1000,
  nameConstraints: 200_000,
  names: 200_000,
  policies: 50_000,
  extensions: 131_072,
};

type Work = Exclude<keyof PathLimits, "depth">;

/** What is left of the limits during one validation. */
export class PathBudget implements SignatureBudget {
  readonly depth: number;
  readonly verdicts: SignatureBudget["verdicts"] = new Map();
  readonly #left: Record<Work, number>;
  #depthReached = false;
  #levelsReached = false;

  constructor({ depth, ...counts }: PathLimits) {
    this.depth = depth;
    this.#left = counts;
  }

  /** Takes some work of one kind. @throws NAT_PATH_BUDGET when less than that is left. */
  spend(kind: Work, amount = 1): void {
    if (this.#left[kind] < amount) throw pathError("NAT_PATH_BUDGET", `out of ${kind}`);
    this.#left[kind] -= amount;
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

  /** The same for the caller's own limit of CA certificates between. */
  allowsLevels(levels: number, most: number): boolean {
    this.#levelsReached ||= levels > most;
    return levels <= most;
  }

  get areLevelsReached(): boolean {
    return this.#levelsReached;
  }
}

/** What comparing with so many octets takes of the names: an honest name has a piece or two. */
export function piecesOf(octets: number): number {
  return 1 + (octets >> 6);
}

/** Looking for a name among as many others: its octets are compared with those of each that is as long. */
export function costOfSearch({ der }: Name, others: number): number {
  return others * piecesOf(der.length);
}

/** What hashing so much takes of the signatures: 32 KiB as much as a verification. */
export function hashingOf(octets: number): number {
  return octets >> 15;
}

/** Verifications under one such key, in those of P-256 that take as long; medians, rounded up. */
const costs: Readonly<Record<Exclude<KeyKind, "RSA">, number>> = {
  "P-256": 1,
  "P-384": 10,
  "P-521": 16,
  Ed25519: 2,
  Ed448: 8,
  "ML-DSA-44": 2,
  "ML-DSA-65": 3,
  "ML-DSA-87": 4,
};

/** RSA takes as long as the square of its modulus, under the longest exponent that is taken; the usual one is faster. */
export function costOf({ kind, bits }: { readonly kind: KeyKind; readonly bits: number }): number {
  return kind === "RSA" ? Math.ceil((bits / 2048) ** 2) : costs[kind];
}
