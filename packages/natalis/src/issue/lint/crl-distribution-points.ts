// SPDX-License-Identifier: Apache-2.0
// The one CRL distribution point is the shard that the serial number fixes, at the issuer's permanent address.

import { oids, parseCrlDistributionPoints, urisOf } from "../../formats/index.ts";
import { encodeUtf8, equalBytes } from "../../kernel/index.ts";
import { crlUrl, shardFileName } from "../locations.ts";
import { shardCount, shardOf } from "../serial.ts";
import type { LintRule } from "./rule.ts";

const fileNames = Array.from({ length: shardCount }, (_, shard) => encodeUtf8(shardFileName(shard)));

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
    const due = fileNames[shardOf(subject.serialNumber)] as Uint8Array;
    const value = subject.value(oids.crlDistributionPoints);
    return value && equalBytes(value.subarray(-due.length), due) ? undefined : "another shard's";
  },
};
