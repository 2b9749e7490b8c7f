// SPDX-License-Identifier: Apache-2.0
// The issuer is named exactly as its own certificate names it; only a root names itself.

import { equalBytes } from "../../kernel/index.ts";
import { everyKind, type LintRule } from "./rule.ts";

export const issuerName: LintRule = {
  id: "issuer-name",
  citation: "RFC 5280 4.1.2.4 and 6.1.3 (a)(4)",
  kinds: everyKind,
  check({ context, issuer, subject }) {
    const isOwn = equalBytes(issuer, subject.der);
    if (context.authority === undefined) return isOwn ? undefined : "a root that does not name itself";
    if (isOwn) return "the subject has its issuer's name";
    return equalBytes(issuer, context.authority.certificate.subject.der) ? undefined : "not the issuer's subject";
  },
};
