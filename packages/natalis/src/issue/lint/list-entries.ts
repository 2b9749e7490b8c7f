// SPDX-License-Identifier: Apache-2.0
// Entries are of this shard, no serial number twice, none from after the list; they carry no extension but a reason
// that has a meaning in a full list and an invalidity date; in a list about a station's certificates, the first names
// the station, and so those behind it (5.3.3).

import { crlReasons, encodeGeneralNames, oids, type RevokedCertificate } from "../../formats/index.ts";
import { equalBytes, toHex } from "../../kernel/index.ts";
import { isSerial, shardOf } from "../serial.ts";
import type { ListContext, ListRule } from "./list-rule.ts";

const known: readonly string[] = [oids.reasonCode, oids.invalidityDate];

export const listEntries: ListRule = {
  id: "list-entries",
  citation: "RFC 5280 5.1.2.6 and 5.3",
  check({ revoked, thisUpdate }, { shard, station }) {
    if (new Set(revoked.map(({ serialNumber }) => toHex(serialNumber))).size !== revoked.length)
      return "a serial number twice";
    for (const entry of revoked) {
      const finding =
        findingOf(entry, thisUpdate, shard) ?? issuerFinding(entry, station) ?? foreignFinding(entry, station);
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
  return undefined;
}

function issuerFinding({ certificateIssuer }: RevokedCertificate, station: ListContext["station"]): string | undefined {
  if (station === undefined) return certificateIssuer && "another issuer's";
  const due = encodeGeneralNames([{ kind: "directoryName", value: station.certificate.subject }]);
  const isDue = certificateIssuer !== undefined && equalBytes(encodeGeneralNames(certificateIssuer), due);
  return isDue ? undefined : "not of the station";
}

function foreignFinding({ extensions }: RevokedCertificate, station: ListContext["station"]): string | undefined {
  const isIssuer = (oid: string) => station !== undefined && oid === oids.certificateIssuer;
  const foreign = extensions.find(({ oid, critical }) => (critical ? !isIssuer(oid) : !known.includes(oid)));
  return foreign && `extension ${foreign.oid} that is foreign or critical`;
}
