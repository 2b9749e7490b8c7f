// SPDX-License-Identifier: Apache-2.0
// The rules over revocation lists to be signed: one rule, one file, one citation, as for certificates.

import type { CertificateList } from "../../formats/index.ts";
import { issueError } from "../errors.ts";
import { listDistributionPoint } from "./list-distribution-point.ts";
import { listEntries } from "./list-entries.ts";
import { listIssuer } from "./list-issuer.ts";
import { listNumber } from "./list-number.ts";
import type { ListContext, ListRule } from "./list-rule.ts";
import { listUpdates } from "./list-updates.ts";

export const listRules: readonly ListRule[] = [listIssuer, listUpdates, listNumber, listDistributionPoint, listEntries];

/** @throws NAT_ISSUE_LINT naming every rule that is broken, its citation, and what is wrong */
export function lintList(list: CertificateList, context: ListContext): void {
  const findings = listRules.flatMap((rule) => {
    const finding = rule.check(list, context);
    return finding === undefined ? [] : [`${rule.id} (${rule.citation}): ${finding}`];
  });
  if (findings.length > 0) throw issueError("NAT_ISSUE_LINT", findings.join("; "));
}
