// SPDX-License-Identifier: Apache-2.0
// A list names its issuer as the issuer's own certificate does, by key identifier too, and is signed by its algorithm.

import { encodeAuthorityKeyIdentifier, findExtension, oids } from "../../formats/index.ts";
import { equalBytes } from "../../kernel/index.ts";
import type { ListRule } from "./list-rule.ts";

export const listIssuer: ListRule = {
  id: "list-issuer",
  citation: "RFC 5280 5.1.2.3 and 5.2.1",
  check(list, { authority }) {
    if (!equalBytes(list.issuer.der, authority.certificate.subject.der)) return "not the issuer's subject";
    if (!equalBytes(list.signatureIdentifier, authority.algorithm.signatureIdentifier))
      return "not the algorithm of the issuer's key";
    const extension = findExtension(list, oids.authorityKeyIdentifier);
    const due = encodeAuthorityKeyIdentifier(authority.keyIdentifier);
    if (extension === undefined || extension.critical) return "no authority key identifier, or a critical one";
    return equalBytes(extension.value, due) ? undefined : "not the issuer's key identifier alone";
  },
};
