// SPDX-License-Identifier: Apache-2.0
// OCSP requests (RFC 6960 4.1), written without a requestor's name or signature, which responders do not ask for.

import type { DigestName } from "../../kernel/index.ts";
import { encodeOctetString, encodeOid, encodeSequence, encodeSequenceOf, encodeTagged } from "../der/index.ts";
import { type Certificate, oids } from "../x509/index.ts";
import { certificateId, encodeCertificateId } from "./certificate-id.ts";
import { ocspFormatError } from "./errors.ts";

export interface OcspRequestFields {
  /** What is asked about, each under its issuer; 1 to 256. */
  readonly certificates: readonly { readonly certificate: Certificate; readonly issuer: Certificate }[];
  /** Of the identifiers. Responders of the lightweight profile of RFC 5019 may know SHA-1 alone. */
  readonly digest: DigestName;
  /** 32 to 128 random octets that the response has to bring back (RFC 9654 2.1); absent: none is asked for. */
  readonly nonce?: Uint8Array | undefined;
}

const mostCertificates = 256;
const shortestNonce = 32;
const longestNonce = 128;

/** DER of an OCSPRequest. @throws NAT_OCSP_LIMIT NAT_OCSP_FORM and the NAT_DER_ errors of keys that are none */
export function encodeOcspRequest({ certificates, digest, nonce }: OcspRequestFields): Uint8Array {
  if (certificates.length === 0 || certificates.length > mostCertificates)
    throw ocspFormatError("NAT_OCSP_LIMIT", `${certificates.length} certificates to ask about`);
  const requests = certificates.map(({ certificate, issuer }) =>
    encodeSequence(encodeCertificateId({ ...certificateId(certificate, issuer, digest), digest })),
  );
  return encodeSequence(encodeSequence(encodeSequenceOf(requests), ...encodeNonce(nonce)));
}

function encodeNonce(nonce: Uint8Array | undefined): Uint8Array[] {
  if (nonce === undefined) return [];
  if (nonce.length < shortestNonce || nonce.length > longestNonce)
    throw ocspFormatError("NAT_OCSP_FORM", `a nonce of ${nonce.length} octets`);
  const extension = encodeSequence(encodeOid(oids.ocspNonce), encodeOctetString(encodeOctetString(nonce)));
  return [encodeTagged(2, encodeSequence(extension))];
}
