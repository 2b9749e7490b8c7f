// SPDX-License-Identifier: Apache-2.0
// The request of an issuing authority (PKCS#10): what it is called, that it is signed by the key that it names, and that
// this key is one which an authority here may have.

import { nodeSignatureVerifier } from "@natalis/node";
import {
  algorithmOfPublicKey,
  attributeValues,
  type CertificationRequest,
  oids,
  parseCertificationRequest,
  signatureSchemeFor,
} from "natalis/formats";
import type { AuthorityName } from "natalis/issue";
import { isNatalisError } from "natalis/kernel";
import { ceremonyError } from "./errors.ts";

export interface IssuingRequest {
  readonly name: AuthorityName;
  readonly publicKey: Uint8Array;
}

/** @throws NAT_CEREMONY_REQUEST */
export function readRequest(der: Uint8Array, maker: string): IssuingRequest {
  try {
    const request = parseCertificationRequest(der);
    requirePossession(request);
    algorithmOfPublicKey(request.publicKey);
    return { name: nameIn(request, maker), publicKey: request.publicKey };
  } catch (cause) {
    if (!isNatalisError(cause) || cause.code.startsWith("NAT_CEREMONY_")) throw cause;
    throw ceremonyError("NAT_CEREMONY_REQUEST", cause.message, cause);
  }
}

function requirePossession({ info, signature, signatureIdentifier, publicKey }: CertificationRequest): void {
  const scheme = signatureSchemeFor(signatureIdentifier, publicKey);
  if (scheme === undefined || scheme.legacy || !nodeSignatureVerifier.verify(scheme, publicKey, info, signature))
    throw ceremonyError("NAT_CEREMONY_REQUEST", "it is not signed by the key that it names");
}

function nameIn({ subject }: CertificationRequest, maker: string): AuthorityName {
  const [organization, ...organizations] = attributeValues(subject, oids.organizationName);
  const [commonName, ...commonNames] = attributeValues(subject, oids.commonName);
  const { length } = subject.relativeNames;
  if (
    organization !== maker ||
    organizations.length > 0 ||
    commonName === undefined ||
    commonNames.length > 0 ||
    length !== 2
  )
    throw ceremonyError("NAT_CEREMONY_REQUEST", `its subject is not the organization ${maker} and one common name`);
  return { organization, commonName };
}
