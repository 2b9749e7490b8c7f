// SPDX-License-Identifier: Apache-2.0
// Certificates and nothing else in a CMS message: signed data that nobody signed (RFC 5652 section 5.1), which CMC
// calls a certs-only Simple PKI Response (RFC 5272 section 4.1) and EST answers with. Written and read is DER, but that
// the certificates are read in any order: nothing is signed, CMS as such is BER, and OpenSSL leaves them unsorted.

import { compareBytes, equalBytes } from "../../kernel/index.ts";
import {
  contextTag,
  type DerReader,
  encodeInteger,
  encodeOid,
  encodeSequence,
  encodeSetOf,
  encodeTagged,
  readExactly,
  tags,
} from "../der/index.ts";
import { type Certificate, parseCertificate } from "../x509/index.ts";
import { cmsError } from "./errors.ts";

const contentTypes = { data: "1.2.840.113549.1.7.1", signedData: "1.2.840.113549.1.7.2" } as const;

/** No attribute certificates, no other formats, content of type data, no signers: version 1. */
const certsOnlyVersion = 1;
const certificatesTag = contextTag(0);
const maxCertificates = 100;

/**
 * The message that holds these certificates (DER), each as it is.
 * @throws NAT_CMS_CERTIFICATES where there are none, or one stands twice
 */
export function encodeCertsOnly(certificates: readonly Uint8Array[]): Uint8Array {
  requireSet(certificates);
  const none = encodeSetOf([]);
  const signedData = encodeSequence(
    encodeInteger(certsOnlyVersion),
    none,
    encodeSequence(encodeOid(contentTypes.data)),
    encodeSetOf(certificates, certificatesTag),
    none,
  );
  return encodeSequence(encodeOid(contentTypes.signedData), encodeTagged(0, signedData));
}

/**
 * The certificates of a message that holds nothing else, views of it.
 * @throws NAT_CMS_CONTENT, NAT_CMS_CERTS_ONLY, NAT_CMS_CERTIFICATES, NAT_DER_… and the NAT_X509_… of a certificate
 */
export function parseCertsOnly(der: Uint8Array): readonly Certificate[] {
  return readExactly(der, readContentInfo).map((certificate) => parseCertificate(certificate));
}

function readContentInfo(reader: DerReader): readonly Uint8Array[] {
  const fields = reader.enter();
  const type = fields.oid();
  if (type !== contentTypes.signedData) throw cmsError("NAT_CMS_CONTENT", `content type ${type}`);
  const content = fields.enter(contextTag(0));
  fields.end();
  const certificates = readSignedData(content);
  content.end();
  return certificates;
}

function readSignedData(content: DerReader): readonly Uint8Array[] {
  const fields = content.enter();
  const version = fields.smallInteger();
  if (version !== certsOnlyVersion) throw cmsError("NAT_CMS_CONTENT", `version ${version}`);
  requireNone("digest algorithms", fields.setOf());
  readNoContent(fields.enter());
  const certificates = fields.optional(certificatesTag)?.rest() ?? [];
  if (fields.peekTag() === contextTag(1)) throw cmsError("NAT_CMS_CERTS_ONLY", "revocation lists");
  requireNone("signatures", fields.setOf());
  fields.end();
  return requireSet(certificates);
}

/** Where nobody signs, the content is of type data and absent (RFC 5652 section 5.2). */
function readNoContent(fields: DerReader): void {
  const type = fields.oid();
  if (type !== contentTypes.data || fields.remaining > 0)
    throw cmsError("NAT_CMS_CERTS_ONLY", `content of type ${type}`);
}

function requireNone(what: string, { length }: readonly Uint8Array[]): void {
  if (length > 0) throw cmsError("NAT_CMS_CERTS_ONLY", `${length} ${what}`);
}

function requireSet(certificates: readonly Uint8Array[]): readonly Uint8Array[] {
  if (certificates.length === 0 || certificates.length > maxCertificates)
    throw cmsError("NAT_CMS_CERTIFICATES", `${certificates.length} of 1 to ${maxCertificates}`);
  // The other choices (RFC 5652 section 10.2.2) have context tags.
  const other = certificates.find(([tag]) => tag !== tags.sequence);
  if (other !== undefined) throw cmsError("NAT_CMS_CERTIFICATES", `one begins with ${other[0] ?? "nothing"}`);
  const sorted = certificates.toSorted(compareBytes);
  if (sorted.some((certificate, i) => i > 0 && equalBytes(certificate, sorted[i - 1] as Uint8Array)))
    throw cmsError("NAT_CMS_CERTIFICATES", "one stands twice");
  return certificates;
}
