// SPDX-License-Identifier: Apache-2.0
// A list of one shard says so, critically: its one URI is that of the certificates' CRL distribution point. A root's
// list, and no other, is complete and says nothing of the kind; a list about a station's certificates is indirect.

import { encodeIssuingDistributionPoint, findExtension, oids } from "../../formats/index.ts";
import { equalBytes } from "../../kernel/index.ts";
import { crlUrl } from "../locations.ts";
import type { ListRule } from "./list-rule.ts";

export const listDistributionPoint: ListRule = {
  id: "list-distribution-point",
  citation: "RFC 5280 5.2.5",
  check(list, { authority, station, shard }) {
    const extension = findExtension(list, oids.issuingDistributionPoint);
    if (authority.isRoot !== (shard === undefined)) return "complete though not a root's, or a root's and not complete";
    if (shard === undefined) return extension && "one on a complete list";
    if (extension === undefined || !extension.critical) return "none, or not critical";
    const uris = [crlUrl(authority.baseUrl, (station ?? authority).keyIdentifier, shard)];
    const due = encodeIssuingDistributionPoint({ uris, indirectCRL: station !== undefined });
    return equalBytes(extension.value, due) ? undefined : "not the address of this shard alone";
  },
};
