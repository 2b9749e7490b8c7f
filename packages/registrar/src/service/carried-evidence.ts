// SPDX-License-Identifier: Apache-2.0
// Evidence that a device put into its request (the attribute of draft-ietf-lamps-csr-attestation) becomes that of the
// birth, whichever door the request came through. As a rule there is none, and a request is parsed where births are
// prepared: so it is parsed here only where the octets of the attribute's OID are in it.

import type { BirthRequest } from "natalis/birth";
import { encodeOid, oids, parseCertificationRequest } from "natalis/formats";
import { evidenceOfRequest } from "natalis/protect";
import { serviceError } from "./errors.ts";

const attribute = Buffer.from(encodeOid(oids.attestation));

/**
 * The same request with the evidence that its PKCS#10 carries.
 * @throws NAT_SERVICE_REQUEST where evidence stands beside it too: which of the two was meant, nobody could tell;
 * NAT_EVIDENCE_TYPE, NAT_EVIDENCE_MALFORMED, and the codes of a malformed request
 */
export function withCarriedEvidence<Request extends Pick<BirthRequest, "certificationRequest" | "evidence">>(
  request: Request,
): Request {
  const { certificationRequest: der, evidence: beside = [] } = request;
  if (!Buffer.from(der.buffer, der.byteOffset, der.length).includes(attribute)) return request;
  const carried = evidenceOfRequest(parseCertificationRequest(der));
  if (carried.length === 0) return request;
  if (beside.length > 0) throw serviceError("NAT_SERVICE_REQUEST", "evidence stands in the PKCS#10 and beside it");
  return { ...request, evidence: carried };
}
