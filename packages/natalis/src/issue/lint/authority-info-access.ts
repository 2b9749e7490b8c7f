// SPDX-License-Identifier: Apache-2.0
// Authority information access tells where the issuer's certificate is, and names no service that is not there.

import { encodeAuthorityInfoAccess, oids } from "../../formats/index.ts";
import { equalBytes } from "../../kernel/index.ts";
import { caIssuersUrl } from "../locations.ts";
import type { LintRule } from "./rule.ts";

export const authorityInfoAccess: LintRule = {
  id: "authority-info-access",
  citation: "RFC 5280 4.2.2.1, DESIGN 3.1",
  kinds: ["issuing", "station", "server", "verdict", "birth"],
  check(subject) {
    const { authority } = subject.context;
    const value = subject.value(oids.authorityInfoAccess);
    if (value === undefined || authority === undefined) return "none";
    const url = caIssuersUrl(authority.baseUrl, authority.keyIdentifier);
    const due = encodeAuthorityInfoAccess([{ method: oids.caIssuers, location: { kind: "uri", value: url } }]);
    return equalBytes(value, due) ? undefined : `not caIssuers ${url} alone`;
  },
};
