// SPDX-License-Identifier: Apache-2.0
// What a rule over a revocation list to be signed is.

import type { CertificateList } from "../../formats/index.ts";
import type { Authority } from "../authority.ts";

/** What a list is held against. */
export interface ListContext {
  readonly authority: Authority;
  /** The station whose certificates the list is about; absent: it is about the authority's own. */
  readonly station?: Authority | undefined;
  /** Absent: the list is complete. */
  readonly shard?: number;
}

export interface ListRule {
  /** Kebab-case, the name of its file. */
  readonly id: string;
  readonly citation: string;
  /** What is wrong, or undefined. */
  check(list: CertificateList, context: ListContext): string | undefined;
}
