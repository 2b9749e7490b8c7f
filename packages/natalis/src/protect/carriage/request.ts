// SPDX-License-Identifier: Apache-2.0
// Evidence in PKCS#10: statements of the LAMPS attribute (draft-ietf-lamps-csr-attestation-25; its layout is pinned in
// formats/x509/attestation-bundle.ts), each a conceptual message wrapper (type id-pe-cmw, RFC 9999 section 5) or a TPM's
// (tcg-certify.ts). The certificates of the bundle go to those tokens that carry none. What is of another type is refused:
// passing it over would tell a device that its evidence counted.

import {
  type AttestationBundle,
  type AttestationStatement,
  attestationAttribute,
  attestationBundleOf,
  type CertificationRequest,
  encodeCmwExtension,
  oids,
  parseCmwExtension,
  type RequestAttribute,
} from "../../formats/index.ts";
import { eatFormat } from "../eat/eat.ts";
import { withCertificates } from "../eat/token.ts";
import { evidenceError } from "../errors.ts";
import { wellFormed } from "../refusal.ts";
import { evidenceOfCmwRecord, evidenceToCmwRecord } from "./cmw.ts";
import { type EvidenceMessage, requireFew } from "./evidence-message.ts";
import { readTcgCertify, tcgCertifyType } from "./tcg-certify.ts";

/** The attribute with which a device sends evidence in its request. */
export function evidenceAttribute(messages: readonly EvidenceMessage[]): RequestAttribute {
  const attestations = messages.map((message) => ({
    type: oids.conceptualMessageWrapper,
    statement: encodeCmwExtension(evidenceToCmwRecord(message)),
  }));
  return attestationAttribute({ attestations, certificates: [] });
}

/** The evidence of a request; none, where it has no such attribute. @throws NAT_EVIDENCE_MALFORMED, NAT_EVIDENCE_TYPE */
export function evidenceOfRequest(request: CertificationRequest): readonly EvidenceMessage[] {
  return wellFormed("no evidence in the request", () => {
    const bundle = attestationBundleOf(request);
    return bundle === undefined ? [] : requireFew(bundle.attestations.flatMap((one) => messagesOf(one, bundle)));
  });
}

function messagesOf({ type, statement }: AttestationStatement, { certificates }: AttestationBundle): EvidenceMessage[] {
  if (type === tcgCertifyType) return [readTcgCertify(statement, certificates)];
  if (type !== oids.conceptualMessageWrapper)
    throw evidenceError("NAT_EVIDENCE_TYPE", `a statement of the type ${type} in the request`);
  return parseCmwExtension(statement).map((record) => {
    const message = evidenceOfCmwRecord(record);
    const isToken = message.format === eatFormat && certificates.length > 0;
    return isToken ? { ...message, statement: withCertificates(message.statement, certificates) } : message;
  });
}
