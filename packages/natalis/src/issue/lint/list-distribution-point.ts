// SPDX-License-Identifier: Apache-2.0
// A list of one shard says so, critically: its one URI is that of the certificates' CRL distribution point.

import { encodeIssuingDistributionPoint, findExtension, oids } from "../../formats/index.ts";
import { equalBytes } from "../../kernel/index.ts";
import { crlUrl } from "../locations.ts";
import type { ListRule } from "./list-rule.ts";

export const listDistributionPoint: ListRule = {
  id: "list-distribution-point",
  citation: "RFC 5280 5.2.5",
  check(list, { authority, shard }) {
    const extension = findExtension(list, oids.issuingDistributionPoint);
    if (extension === undefined || !extension.critical) return "none, or not critical";
    const due = encodeIssuingDistributionPoint({ uris: [crlUrl(authority.baseUrl, authority.keyIdentifier, shard)] });
    return equalBytes(extension.value, due) ? undefined : "not the address of this shard alone";
  },
};
