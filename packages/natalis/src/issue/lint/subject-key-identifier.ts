// SPDX-License-Identifier: Apache-2.0
// The subject key identifier is derived from the key by the one method that we use.

import { keyIdentifier, oids, parseSubjectKeyIdentifier } from "../../formats/index.ts";
import { equalBytes } from "../../kernel/index.ts";
import { identifierOfKey } from "../key-identifier.ts";
import { everyKind, type LintRule } from "./rule.ts";

const octetStringHeadLength = 2;

export const subjectKeyIdentifier: LintRule = {
  id: "subject-key-identifier",
  citation: "RFC 5280 4.2.1.2, RFC 7093 2 (method 1)",
  kinds: everyKind,
  check(subject) {
    const value = subject.value(oids.subjectKeyIdentifier);
    const due = keyIdentifier(subject.publicKey, subject.context.hash);
    return value && equalBytes(parseSubjectKeyIdentifier(value), due) ? undefined : "not derived from this key";
  },
  checkUnit(subject) {
    const identifier = subject.value(oids.subjectKeyIdentifier)?.subarray(octetStringHeadLength);
    const due = identifierOfKey(subject.publicKey, subject.context.hash);
    return identifier && equalBytes(identifier, due) ? undefined : "not derived from this key";
  },
};
