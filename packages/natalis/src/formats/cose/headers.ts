// SPDX-License-Identifier: Apache-2.0
// COSE header maps (RFC 9052 section 3) and the two certificate headers of RFC 9360 that Natalis uses: x5t, the
// certificate's hash, and x5chain, the certificates themselves, leaf first.

import type { Hash } from "../../kernel/index.ts";
import { type CborMap, type CborValue, decodeCbor, encodeCbor } from "../cbor/index.ts";
import { coseError } from "./errors.ts";

/** Header labels: RFC 9052 section 3.1, RFC 9596 (typ), RFC 9360 (x5chain, x5t). */
export const headerLabels = { algorithm: 1, critical: 2, keyId: 4, type: 16, x5chain: 33, x5t: 34 } as const;

const understood: ReadonlySet<CborValue> = new Set(Object.values(headerLabels));
const sha256Algorithm = -16;
const maximumCertificates = 10;
const emptyMap = 0xa0;

/** An empty map is written as the empty byte string (RFC 9052 section 3). */
export function encodeProtectedHeader(header: CborMap): Uint8Array {
  return header.size === 0 ? new Uint8Array(0) : encodeCbor(header);
}

/** Accepts the empty byte string and `a0` alike. @throws NAT_COSE_HEADER and the NAT_CBOR_ errors */
export function parseProtectedHeader(bytes: Uint8Array): CborMap {
  if (isEmptyProtectedHeader(bytes)) return new Map();
  const header = decodeCbor(bytes, { anyKeyOrder: true });
  if (!(header instanceof Map)) throw coseError("NAT_COSE_HEADER", "the protected header is not a map");
  return header as CborMap;
}

/** Both encodings are the same header, and only the empty byte string is signed (RFC 9052 section 4.4). */
export function isEmptyProtectedHeader(bytes: Uint8Array): boolean {
  return bytes.length === 0 || (bytes.length === 1 && bytes[0] === emptyMap);
}

/**
 * RFC 9052 section 3.1: no label in both buckets; `crit` only protected, not empty, naming only headers that are
 * present and understood.
 * @throws NAT_COSE_HEADER, NAT_COSE_CRITICAL
 */
export function requireUnderstood(protectedHeader: CborMap, unprotectedHeader: CborMap): void {
  for (const label of unprotectedHeader.keys())
    if (protectedHeader.has(label)) throw coseError("NAT_COSE_HEADER", `label ${label} is in both buckets`);
  if (unprotectedHeader.has(headerLabels.critical)) throw coseError("NAT_COSE_CRITICAL", "crit is not protected");
  const critical = protectedHeader.get(headerLabels.critical);
  if (critical === undefined) return;
  if (!Array.isArray(critical) || critical.length === 0) throw coseError("NAT_COSE_CRITICAL", "crit is not a list");
  for (const label of critical)
    if (!understood.has(label) || !protectedHeader.has(label))
      throw coseError("NAT_COSE_CRITICAL", typeof label === "number" ? `label ${label}` : "a text label");
}

/** Whether a header has all these labels and no other: our own messages leave no room for what somebody may ignore. */
export function hasLabels(header: CborMap, labels: readonly number[]): boolean {
  return header.size === labels.length && labels.every((label) => header.has(label));
}

/** The x5t value of a certificate: [-16, SHA-256 of its DER]. */
export function encodeX5t(certificate: Uint8Array, hash: Hash): CborValue {
  return [sha256Algorithm, hash.sha256(certificate)];
}

/** The SHA-256 in an x5t value; other hashes are refused. @throws NAT_COSE_HEADER */
export function parseX5t(value: CborValue | undefined): Uint8Array {
  if (Array.isArray(value) && value.length === 2 && value[0] === sha256Algorithm) {
    const digest: unknown = value[1];
    if (digest instanceof Uint8Array && digest.length === 32) return digest;
  }
  throw coseError("NAT_COSE_HEADER", "x5t is not [-16, 32 bytes]");
}

/** The x5chain value: one certificate as a byte string, more as an array (RFC 9360 section 2). @throws NAT_COSE_HEADER */
export function encodeX5chain(certificates: readonly Uint8Array[]): CborValue {
  const [only] = certificates;
  if (only === undefined || certificates.length > maximumCertificates)
    throw coseError("NAT_COSE_HEADER", `${certificates.length} certificates in x5chain`);
  return certificates.length === 1 ? only : certificates;
}

/** DER certificates, leaf first, 1 to 10. @throws NAT_COSE_HEADER */
export function parseX5chain(value: CborValue | undefined): readonly Uint8Array[] {
  const single = value instanceof Uint8Array;
  const list = single ? [value] : value;
  const atLeast = single ? 1 : 2;
  if (!Array.isArray(list) || list.length < atLeast || list.length > maximumCertificates)
    throw coseError("NAT_COSE_HEADER", "x5chain is not one certificate or an array of 2 to 10");
  return list.map((item) => {
    if (!(item instanceof Uint8Array)) throw coseError("NAT_COSE_HEADER", "x5chain holds more than byte strings");
    return item;
  });
}
