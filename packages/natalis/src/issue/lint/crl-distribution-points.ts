// SPDX-License-Identifier: Apache-2.0
// The one CRL distribution point is the shard that the serial number fixes, at the issuer's permanent address.

import { oids, parseCrlDistributionPoints, urisOf } from "../../formats/index.ts";
import { crlUrl, shardFileName } from "../locations.ts";
import { shardOf } from "../serial.ts";
import type { LintRule } from "./rule.ts";
import { asciiText } from "./subject.ts";

export const crlDistributionPoints: LintRule = {
  id: "crl-distribution-points",
  citation: "RFC 5280 4.2.1.13, DESIGN 3.1",
  kinds: ["issuing", "server", "verdict", "birth"],
  check(subject) {
    const { authority } = subject.context;
    const value = subject.value(oids.crlDistributionPoints);
    if (value === undefined || authority === undefined) return "none";
    const points = parseCrlDistributionPoints(value);
    const uris = urisOf(points[0]?.fullName ?? []);
    const due = crlUrl(authority.baseUrl, authority.keyIdentifier, shardOf(subject.serialNumber));
    return points.length === 1 && uris.length === 1 && uris[0] === due ? undefined : `not ${due} alone`;
  },
  // The address ends the extension, and the name of the shard's file ends the address.
  checkUnit(subject) {
    const due = shardFileName(shardOf(subject.serialNumber));
    const value = subject.value(oids.crlDistributionPoints);
    return value && asciiText(value.subarray(-due.length)) === due ? undefined : `not ${due}`;
  },
};
