// SPDX-License-Identifier: Apache-2.0
// The authority key identifier is the issuer's subject key identifier and nothing else, so that an issuer may be
// certified anew under the same key.

import { encodeAuthorityKeyIdentifier, oids } from "../../formats/index.ts";
import { equalBytes } from "../../kernel/index.ts";
import type { LintRule } from "./rule.ts";

export const authorityKeyIdentifier: LintRule = {
  id: "authority-key-identifier",
  citation: "RFC 5280 4.2.1.1",
  kinds: ["issuing", "station", "server", "verdict", "birth"],
  check(subject) {
    const value = subject.value(oids.authorityKeyIdentifier);
    const due = subject.context.authority && encodeAuthorityKeyIdentifier(subject.context.authority.keyIdentifier);
    return value && due && equalBytes(value, due) ? undefined : "not the issuer's subject key identifier alone";
  },
};
