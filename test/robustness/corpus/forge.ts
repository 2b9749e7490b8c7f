// SPDX-License-Identifier: Apache-2.0
// Certificates and revocation lists with any content, signed by any key. The same fields give the same bytes where the
// signer's signatures are fixed.

import {
  assembleSigned,
  encodeAuthorityKeyIdentifier,
  encodeBasicConstraints,
  encodeCrlNumber,
  encodeKeyUsage,
  encodeName,
  encodeSubjectKeyIdentifier,
  encodeTbsCertificate,
  encodeTbsCertificateList,
  type Extension,
  keyIdentifier,
  oids,
  type RevokedCertificateFields,
} from "natalis/formats";
import { type Awaitable, encodeUtf8, portableHash, type SignatureAlgorithm, type Signer } from "natalis/kernel";

/** A signer of any scheme, also of those that Natalis does not sign with. */
export interface PaperSigner extends Pick<Signer, "publicKey"> {
  readonly algorithm: Pick<SignatureAlgorithm, "signatureIdentifier">;
  sign(data: Uint8Array): Awaitable<Uint8Array>;
}

/** A name with the key behind it. */
export interface Party {
  /** DER Name. */
  readonly name: Uint8Array;
  readonly signer: PaperSigner;
}

export interface IssuedFields {
  readonly issuer: Party;
  readonly subject: Party;
  /** Beside the key identifiers. */
  readonly extensions?: readonly Extension[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

export interface IssuedListFields {
  readonly issuer: Party;
  readonly revoked: readonly RevokedCertificateFields[];
  readonly extensions?: readonly Extension[];
}

/** An instant within every validity of the corpus. */
export const corpusTime = new Date("2026-11-24T12:00:00Z");

const [begin, end] = [new Date("2026-01-01T00:00:00Z"), new Date("2046-01-01T00:00:00Z")];

export function party(commonName: string, signer: PaperSigner): Party {
  return { name: encodeName([{ oid: oids.commonName, value: commonName }]), signer };
}

/** DER Certificate. Its serial number follows from the subject and its key. */
export function issue({ issuer, subject, extensions = [], notBefore = begin, notAfter = end }: IssuedFields) {
  const identity = [subject.signer.publicKey, subject.name, issuer.name, encodeUtf8(String(extensions.length))];
  const digest = portableHash.sha256(new Uint8Array(identity.flatMap((part) => [...portableHash.sha256(part)])));
  const tbs = encodeTbsCertificate({
    serialNumber: digest.subarray(0, 16).with(0, 0x40),
    signatureIdentifier: issuer.signer.algorithm.signatureIdentifier,
    issuer: issuer.name,
    notBefore,
    notAfter,
    subject: subject.name,
    publicKey: subject.signer.publicKey,
    extensions: [...keyIdentifiers(issuer, subject), ...extensions],
  });
  return signed(tbs, issuer.signer);
}

/** DER CertificateList. */
export function issueList({ issuer, revoked, extensions = [] }: IssuedListFields): Promise<Uint8Array> {
  const authority = keyIdentifier(issuer.signer.publicKey, portableHash);
  const tbs = encodeTbsCertificateList({
    signatureIdentifier: issuer.signer.algorithm.signatureIdentifier,
    issuer: issuer.name,
    thisUpdate: new Date("2026-11-24T00:00:00Z"),
    nextUpdate: new Date("2026-11-25T00:00:00Z"),
    revoked,
    extensions: [
      extension(oids.authorityKeyIdentifier, encodeAuthorityKeyIdentifier(authority)),
      extension(oids.crlNumber, encodeCrlNumber(7)),
      ...extensions,
    ],
  });
  return signed(tbs, issuer.signer);
}

async function signed(tbs: Uint8Array, signer: PaperSigner): Promise<Uint8Array> {
  return assembleSigned(tbs, signer.algorithm.signatureIdentifier, await signer.sign(tbs));
}

export function extension(oid: string, value: Uint8Array, critical = false): Extension {
  return { oid, critical, value };
}

/** What makes an authority. */
export function authorityExtensions(): Extension[] {
  return [
    extension(oids.basicConstraints, encodeBasicConstraints({ isAuthority: true }), true),
    extension(oids.keyUsage, encodeKeyUsage(["keyCertSign", "cRLSign"]), true),
  ];
}

function keyIdentifiers(issuer: Party, subject: Party): Extension[] {
  const [by, of] = [issuer, subject].map(({ signer }) => keyIdentifier(signer.publicKey, portableHash));
  return [
    extension(oids.authorityKeyIdentifier, encodeAuthorityKeyIdentifier(by as Uint8Array)),
    extension(oids.subjectKeyIdentifier, encodeSubjectKeyIdentifier(of as Uint8Array)),
  ];
}
