// SPDX-License-Identifier: Apache-2.0
// Holds bytes to be signed against rules. Nothing is signed that a rule holds something against.

import { isNatalisError } from "../../kernel/index.ts";
import { issueError } from "../errors.ts";
import type { LintCheck } from "./rule.ts";
import type { LintSubject } from "./subject.ts";

/** @throws NAT_ISSUE_LINT naming every rule that is broken, its citation, and what is wrong */
export function lint(subject: LintSubject, checks: readonly LintCheck[]): void {
  const findings: string[] = [];
  for (const rule of checks) {
    const finding = findingOf(rule, subject);
    if (finding !== undefined) findings.push(`${rule.id} (${rule.citation}): ${finding}`);
  }
  if (findings.length > 0) throw issueError("NAT_ISSUE_LINT", findings.join("; "));
}

function findingOf(rule: LintCheck, subject: LintSubject): string | undefined {
  try {
    return rule.check(subject);
  } catch (error) {
    if (!isNatalisError(error)) throw error;
    return error.message;
  }
}
