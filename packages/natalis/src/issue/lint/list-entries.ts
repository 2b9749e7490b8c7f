// SPDX-License-Identifier: Apache-2.0
// Entries are of this shard, no serial number twice, none from after the list; they carry no extension but a reason
// that has a meaning in a full list and an invalidity date.

import { crlReasons, oids, type RevokedCertificate } from "../../formats/index.ts";
import { toHex } from "../../kernel/index.ts";
import { isSerial, shardOf } from "../serial.ts";
import type { ListRule } from "./list-rule.ts";

const known: readonly string[] = [oids.reasonCode, oids.invalidityDate];

export const listEntries: ListRule = {
  id: "list-entries",
  citation: "RFC 5280 5.1.2.6 and 5.3",
  check({ revoked, thisUpdate }, { shard }) {
    if (new Set(revoked.map(({ serialNumber }) => toHex(serialNumber))).size !== revoked.length)
      return "a serial number twice";
    for (const entry of revoked) {
      const finding = findingOf(entry, thisUpdate, shard);
      if (finding !== undefined) return `${toHex(entry.serialNumber)}: ${finding}`;
    }
    return undefined;
  },
};

function findingOf(entry: RevokedCertificate, thisUpdate: Date, shard: number | undefined): string | undefined {
  if (!isSerial(entry.serialNumber)) return "not a serial number of ours";
  if (shard !== undefined && shardOf(entry.serialNumber) !== shard) return "not of this shard";
  if (entry.revocationDate > thisUpdate) return "revoked after the list was made";
  if (entry.reason === crlReasons.unspecified) return "the reason unspecified, which is left out";
  if (entry.reason === crlReasons.removeFromCRL) return "removeFromCRL, which only delta lists have";
  const foreign = entry.extensions.find(({ oid, critical }) => critical || !known.includes(oid));
  return foreign && `extension ${foreign.oid} that is foreign or critical`;
}
