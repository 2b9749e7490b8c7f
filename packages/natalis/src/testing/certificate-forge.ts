// SPDX-License-Identifier: Apache-2.0
// Signs whatever a test asks for, also what no authority may sign: certificates and revocation lists with any names,
// times and extensions. Only for showing what verifiers refuse.

import {
  assembleSigned,
  type Certificate,
  type CertificateList,
  encodeAuthorityKeyIdentifier,
  encodeBasicConstraints,
  encodeCertificatePolicies,
  encodeCrlNumber,
  encodeKeyUsage,
  encodeName,
  encodeSubjectKeyIdentifier,
  encodeTbsCertificate,
  encodeTbsCertificateList,
  type Extension,
  keyIdentifier,
  oids,
  parseCertificate,
  parseCertificateList,
  type RevokedCertificateFields,
} from "../formats/index.ts";
import { portableHash, type Signer } from "../kernel/index.ts";

/** A certificate with the key that it certifies. */
export interface Forged {
  readonly certificate: Certificate;
  readonly signer: Signer;
}

export interface ForgedFields {
  /** Common name of the subject. */
  readonly name: string;
  /** Absent: signed by itself. */
  readonly issuer?: Forged | undefined;
  readonly signer: Signer;
  readonly serialNumber?: Uint8Array | undefined;
  readonly notBefore?: Date | undefined;
  readonly notAfter?: Date | undefined;
  /** Beside the key identifiers; one of those given here replaces that one. */
  readonly extensions?: readonly Extension[] | undefined;
  /** DER Name instead of `name`. */
  readonly subject?: Uint8Array | undefined;
}

export interface ForgedListFields {
  readonly issuer: Forged;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly revoked?: readonly RevokedCertificateFields[] | undefined;
  /** Beside authority key identifier and number; one of those given here replaces that one. */
  readonly extensions?: readonly Extension[] | undefined;
}

const firstInstant = new Date(Date.UTC(2020, 0, 1));
const lastInstant = new Date("9999-12-31T23:59:59Z");

export async function forgeCertificate(fields: ForgedFields): Promise<Forged> {
  const { signer, issuer, extensions = [] } = fields;
  const subject = fields.subject ?? encodeName([{ oid: oids.commonName, value: fields.name }]);
  const by = issuer?.signer ?? signer;
  const tbs = encodeTbsCertificate({
    serialNumber: fields.serialNumber ?? portableHash.sha256(signer.publicKey).subarray(0, 16).with(0, 0x40),
    signatureIdentifier: by.algorithm.signatureIdentifier,
    issuer: issuer?.certificate.subject.der ?? subject,
    notBefore: fields.notBefore ?? firstInstant,
    notAfter: fields.notAfter ?? lastInstant,
    subject,
    publicKey: signer.publicKey,
    extensions: replacing([authorityKey(by), subjectKey(signer)], extensions),
  });
  // What an issuer's name needs, the certificates below it need too.
  return { certificate: parseCertificate(await signed(tbs, by), issuer?.certificate.tolerance), signer };
}

export async function forgeCertificateList(fields: ForgedListFields): Promise<CertificateList> {
  const { issuer, thisUpdate, nextUpdate, revoked = [], extensions = [] } = fields;
  const { signer } = issuer;
  const number = extension(oids.crlNumber, encodeCrlNumber(1));
  const tbs = encodeTbsCertificateList({
    signatureIdentifier: signer.algorithm.signatureIdentifier,
    issuer: issuer.certificate.subject.der,
    thisUpdate,
    nextUpdate,
    revoked,
    extensions: replacing([authorityKey(signer), number], extensions),
  });
  return parseCertificateList(await signed(tbs, signer));
}

export function extension(oid: string, value: Uint8Array, critical = false): Extension {
  return { oid, critical, value };
}

/** What makes an authority: basic constraints, key usage, any policy. */
export function authorityExtensions(pathLength?: number): readonly Extension[] {
  const constraints = { isAuthority: true, ...(pathLength === undefined ? {} : { pathLength }) };
  return [
    extension(oids.basicConstraints, encodeBasicConstraints(constraints), true),
    extension(oids.keyUsage, encodeKeyUsage(["keyCertSign", "cRLSign"]), true),
    extension(oids.certificatePolicies, encodeCertificatePolicies([oids.anyPolicy])),
  ];
}

function authorityKey(by: Signer): Extension {
  return extension(
    oids.authorityKeyIdentifier,
    encodeAuthorityKeyIdentifier(keyIdentifier(by.publicKey, portableHash)),
  );
}

function subjectKey(signer: Signer): Extension {
  return extension(
    oids.subjectKeyIdentifier,
    encodeSubjectKeyIdentifier(keyIdentifier(signer.publicKey, portableHash)),
  );
}

function replacing(usual: readonly Extension[], given: readonly Extension[]): Extension[] {
  return [...usual.filter(({ oid }) => !given.some((other) => other.oid === oid)), ...given];
}

async function signed(tbs: Uint8Array, by: Signer): Promise<Uint8Array> {
  return assembleSigned(tbs, by.algorithm.signatureIdentifier, await by.sign(tbs));
}
