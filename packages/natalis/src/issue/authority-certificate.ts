// SPDX-License-Identifier: Apache-2.0
// Certificates of authorities (RFC 5280 sections 4.2.1.9, 4.2.1.3, 4.2.1.4; DESIGN 3.1): a root, which signs itself,
// and issuing authorities under it. They end in 9999 too: an issuer that expired would end certificates that never do.

import {
  algorithmOfPublicKey,
  type Certificate,
  encodeBasicConstraints,
  encodeName,
  encodeTbsCertificate,
  type Extension,
  keyIdentifier,
  oids,
} from "../formats/index.ts";
import type { Hash } from "../kernel/index.ts";
import type { Authority } from "./authority.ts";
import { issueError } from "./errors.ts";
import { critical, issuerExtensions, keyUsageExtension, policyExtension, subjectKeyExtension } from "./extensions.ts";
import { type PreparedCertificate, prepareTbs } from "./prepared.ts";
import { isNameText } from "./text.ts";
import { noExpiry, validityFrom, wholeSecond } from "./validity.ts";

/** How an authority is named; root and issuing authorities must differ. */
export interface AuthorityName {
  /** 1 to 64 visible characters. */
  readonly organization: string;
  /** 1 to 64 visible characters. */
  readonly commonName: string;
}

export interface RootCertificateInput {
  readonly name: AuthorityName;
  /** DER SubjectPublicKeyInfo of the root's own signer. */
  readonly publicKey: Uint8Array;
  /** As `newSerial` gives them. */
  readonly serialNumber: Uint8Array;
  readonly notBefore: Date;
  readonly hash: Hash;
}

export interface IssuingCertificateInput extends Omit<RootCertificateInput, "hash"> {
  /** The root. */
  readonly authority: Authority;
}

/** A root: to be signed by its own key. @throws NAT_ISSUE_FACTS, NAT_ISSUE_LINT, NAT_ALGORITHM_UNKNOWN */
export function prepareRootCertificate(input: RootCertificateInput): PreparedCertificate {
  const algorithm = algorithmOfPublicKey(input.publicKey);
  const subject = encodeAuthorityName(input.name);
  const tbs = encodeTbsCertificate({
    serialNumber: input.serialNumber,
    signatureIdentifier: algorithm.signatureIdentifier,
    issuer: subject,
    notBefore: wholeSecond(input.notBefore),
    notAfter: noExpiry,
    subject,
    publicKey: input.publicKey,
    extensions: authorityExtensions(input.publicKey, input.hash, undefined),
  });
  return prepareTbs(tbs, algorithm, { kind: "root", hash: input.hash });
}

/** An issuing authority under a root. @throws NAT_ISSUE_FACTS, NAT_ISSUE_LINT, NAT_ALGORITHM_UNKNOWN, NAT_ISSUE_SERIAL */
export function prepareIssuingCertificate(input: IssuingCertificateInput): PreparedCertificate {
  const { authority, publicKey, serialNumber } = input;
  const tbs = encodeTbsCertificate({
    serialNumber,
    signatureIdentifier: authority.algorithm.signatureIdentifier,
    issuer: authority.certificate.subject.der,
    ...validityFrom(input.notBefore, undefined, authority.certificate.notAfter),
    subject: encodeAuthorityName(input.name),
    publicKey,
    extensions: [...issuerExtensions(authority, serialNumber), ...authorityExtensions(publicKey, authority.hash, 1)],
  });
  return prepareTbs(tbs, authority.algorithm, { kind: "issuing", hash: authority.hash, authority });
}

/**
 * Whether a root that somebody else made is as one made here; its signature is for `path` to check.
 * @throws NAT_ISSUE_LINT, NAT_ALGORITHM_UNKNOWN
 */
export function checkRootCertificate({ tbs, publicKey }: Certificate, hash: Hash): void {
  prepareTbs(tbs, algorithmOfPublicKey(publicKey), { kind: "root", hash });
}

/** The same of an issuing authority under this root. @throws NAT_ISSUE_LINT */
export function checkIssuingCertificate({ tbs }: Certificate, authority: Authority): void {
  prepareTbs(tbs, authority.algorithm, { kind: "issuing", hash: authority.hash, authority });
}

function authorityExtensions(publicKey: Uint8Array, hash: Hash, pathLength: number | undefined): Extension[] {
  const constraints = { isAuthority: true, ...(pathLength === undefined ? {} : { pathLength }) };
  return [
    subjectKeyExtension(keyIdentifier(publicKey, hash)),
    critical(oids.basicConstraints, encodeBasicConstraints(constraints)),
    keyUsageExtension("keyCertSign", "cRLSign"),
    policyExtension(oids.anyPolicy),
  ];
}

/** DER Name. @throws NAT_ISSUE_FACTS */
export function encodeAuthorityName({ organization, commonName }: AuthorityName): Uint8Array {
  if (!isNameText(organization))
    throw issueError("NAT_ISSUE_FACTS", "the organization is not 1 to 64 visible characters");
  if (!isNameText(commonName)) throw issueError("NAT_ISSUE_FACTS", "the common name is not 1 to 64 visible characters");
  return encodeName([
    { oid: oids.organizationName, value: organization },
    { oid: oids.commonName, value: commonName },
  ]);
}
