// SPDX-License-Identifier: Apache-2.0
// What a rule over bytes to be signed is. One rule, one file, one citation; each has a fixture that it rejects.

import type { LintSubject } from "./subject.ts";

export type CertificateKind = "root" | "issuing" | "station" | "server" | "verdict" | "birth";

export const everyKind: readonly CertificateKind[] = ["root", "issuing", "station", "server", "verdict", "birth"];

/** One look at the bytes. */
export interface LintCheck {
  /** Kebab-case, the name of the rule's file. */
  readonly id: string;
  /** The sentence of a standard, or of our design, that the rule enforces. */
  readonly citation: string;
  /** What is wrong, or undefined. May also throw the error of a codec, which is held against the bytes as well. */
  readonly check: (subject: LintSubject) => string | undefined;
}

export interface LintRule extends LintCheck {
  readonly kinds: readonly CertificateKind[];
  /**
   * What is left to check of a certificate whose template has passed `check`: that the fields which were written into
   * the template agree with each other. Absent where the rule reads none of them.
   */
  readonly checkUnit?: (subject: LintSubject) => string | undefined;
}
