// SPDX-License-Identifier: Apache-2.0
// The one CRL distribution point is the shard that the serial number fixes, at the issuer's permanent address; a
// station's names who signs its lists too.

import { encodeCrlDistributionPoints, encodeCrlIssuer, oids } from "../../formats/index.ts";
import { encodeUtf8, equalBytes } from "../../kernel/index.ts";
import type { Authority } from "../authority.ts";
import { listIssuerOf } from "../extensions.ts";
import { crlUrl, shardFileName } from "../locations.ts";
import { shardCount, shardOf } from "../serial.ts";
import type { LintRule } from "./rule.ts";

const fileNames = Array.from({ length: shardCount }, (_, shard) => encodeUtf8(shardFileName(shard)));

const lengths = new WeakMap<Authority, number>();

/** Octets of the extension behind the address. */
function lengthAfterAddress(authority: Authority | undefined): number {
  const listIssuer = authority && listIssuerOf(authority);
  if (authority === undefined || listIssuer === undefined) return 0;
  const length = lengths.get(authority) ?? encodeCrlIssuer(listIssuer).length;
  lengths.set(authority, length);
  return length;
}

export const crlDistributionPoints: LintRule = {
  id: "crl-distribution-points",
  citation: "RFC 5280 4.2.1.13, DESIGN 3.1",
  kinds: ["issuing", "station", "server", "verdict", "birth"],
  check(subject) {
    const { authority } = subject.context;
    const value = subject.value(oids.crlDistributionPoints);
    if (value === undefined || authority === undefined) return "none";
    const url = crlUrl(authority.baseUrl, authority.keyIdentifier, shardOf(subject.serialNumber));
    const due = encodeCrlDistributionPoints([url], listIssuerOf(authority));
    return equalBytes(value, due) ? undefined : `not ${url} alone, by who signs that list`;
  },
  // The name of the shard's file ends the address, which only who signs the list comes after.
  checkUnit(subject) {
    const due = fileNames[shardOf(subject.serialNumber)] as Uint8Array;
    const value = subject.value(oids.crlDistributionPoints);
    const end = value && value.length - lengthAfterAddress(subject.context.authority);
    return value && equalBytes(value.subarray((end as number) - due.length, end), due) ? undefined : "another shard's";
  },
};
