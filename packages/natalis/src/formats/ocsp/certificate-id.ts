// SPDX-License-Identifier: Apache-2.0
// CertID (RFC 6960 4.1.1): how OCSP names a certificate, by digests of its issuer's name and key and by its serial
// number. The digests only identify, so SHA-1, which most responders still ask for, does no harm here.

import { equalBytes, type DigestName, portableDigests } from "../../kernel/index.ts";
import {
  checkDer,
  type DerReader,
  encodeNull,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeTagLengthValue,
  tags,
} from "../der/index.ts";
import { type Certificate, publicKeyBits } from "../x509/index.ts";
import { ocspFormatError } from "./errors.ts";

export interface CertificateId {
  /** Undefined for an algorithm that is not known here: then nothing is identified. */
  readonly digest: DigestName | undefined;
  readonly issuerNameHash: Uint8Array;
  readonly issuerKeyHash: Uint8Array;
  /** Content octets of the INTEGER. */
  readonly serialNumber: Uint8Array;
}

const digestOids: Readonly<Record<DigestName, string>> = {
  "SHA-1": "1.3.14.3.2.26",
  "SHA-256": "2.16.840.1.101.3.4.2.1",
  "SHA-384": "2.16.840.1.101.3.4.2.2",
  "SHA-512": "2.16.840.1.101.3.4.2.3",
};

const digests = new Map(Object.entries(digestOids).map(([name, oid]) => [oid, name as DigestName]));
const maxSerialOctets = 20;

/** The identifier of a certificate under the issuer that its path has above it. @throws the NAT_DER_ errors */
export function certificateId(certificate: Certificate, issuer: Certificate, digest: DigestName): CertificateId {
  const hash = portableDigests[digest];
  return {
    digest,
    issuerNameHash: hash(certificate.issuer.der),
    issuerKeyHash: hash(publicKeyBits(issuer.publicKey)),
    serialNumber: certificate.serialNumber,
  };
}

/**
 * Tells identifiers of the certificate under this issuer from others. Each digest is computed once, when it is first
 * asked about: a response has hundreds of answers, and a name or a key may be long. @throws the NAT_DER_ errors
 */
export function isIdOf(certificate: Certificate, issuer: Certificate): (id: CertificateId) => boolean {
  const computed = new Map<DigestName, CertificateId>();
  return ({ digest, issuerNameHash, issuerKeyHash, serialNumber }) => {
    if (digest === undefined || !equalBytes(serialNumber, certificate.serialNumber)) return false;
    const own = computed.get(digest) ?? certificateId(certificate, issuer, digest);
    computed.set(digest, own);
    return equalBytes(issuerNameHash, own.issuerNameHash) && equalBytes(issuerKeyHash, own.issuerKeyHash);
  };
}

/** @throws NAT_OCSP_FORM and the NAT_DER_ errors */
export function readCertificateId(reader: DerReader): CertificateId {
  const fields = reader.enter();
  const digest = readDigest(fields.enter());
  const issuerNameHash = fields.octetString();
  const issuerKeyHash = fields.octetString();
  const serialNumber = fields.integer();
  fields.end();
  if (serialNumber.length > maxSerialOctets)
    throw ocspFormatError("NAT_OCSP_FORM", `a serial number of ${serialNumber.length} octets`);
  return { digest, issuerNameHash, issuerKeyHash, serialNumber };
}

/** With NULL for parameters, as all peers write it, whatever the digest. */
export function encodeCertificateId(id: CertificateId & { readonly digest: DigestName }): Uint8Array {
  return encodeSequence(
    encodeSequence(encodeOid(digestOids[id.digest]), encodeNull()),
    encodeOctetString(id.issuerNameHash),
    encodeOctetString(id.issuerKeyHash),
    encodeTagLengthValue(tags.integer, id.serialNumber),
  );
}

/** Parameters are NULL or absent for our digests (RFC 5754 2), anything for others. */
function readDigest(fields: DerReader): DigestName | undefined {
  const digest = digests.get(fields.oid());
  if (fields.remaining > 0 && digest !== undefined) fields.null();
  if (fields.remaining > 0 && digest === undefined) checkDer(fields.readRaw());
  fields.end();
  return digest;
}
