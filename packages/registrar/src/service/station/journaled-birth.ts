// SPDX-License-Identifier: Apache-2.0
// A record of a station's journal: all that the registrar will ask of a birth, as deterministic CBOR
// [1, request, record, certificate, [[format, statement], ...]].

import type { ClaimedBirth } from "natalis/birth";
import { asArray, asBytes, asText, asUnsigned, decodeCbor, encodeCbor } from "natalis/formats";
import { isNatalisError } from "natalis/kernel";
import { stationError } from "./errors.ts";

const version = 1;

export function encodeJournaled({
  certificationRequest,
  record,
  certificate,
  evidence = [],
}: ClaimedBirth): Uint8Array {
  const statements = evidence.map(({ format, statement }) => [format, statement]);
  return encodeCbor([version, certificationRequest, record, certificate, statements]);
}

/** @throws NAT_STATION_JOURNAL */
export function parseJournaled(bytes: Uint8Array): ClaimedBirth {
  try {
    const [seen, certificationRequest, record, certificate, statements] = asArray(decodeCbor(bytes), 5);
    if (asUnsigned(seen) !== version) throw stationError("NAT_STATION_JOURNAL", "another version");
    const evidence = asArray(statements).map((item) => {
      const [format, statement] = asArray(item, 2);
      return { format: asText(format), statement: asBytes(statement) };
    });
    return {
      certificationRequest: asBytes(certificationRequest),
      record: asBytes(record),
      certificate: asBytes(certificate),
      ...(evidence.length > 0 && { evidence }),
    };
  } catch (error) {
    if (!isNatalisError(error) || error.code === "NAT_STATION_JOURNAL") throw error;
    throw stationError("NAT_STATION_JOURNAL", error.message, error);
  }
}
