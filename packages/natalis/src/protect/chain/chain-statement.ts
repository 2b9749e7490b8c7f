// SPDX-License-Identifier: Apache-2.0
// The statement of formats that are a chain and a signature (`vendor-idevid`, `x509-attestation`): deterministic CBOR
//   { 1: [DER certificates, leaf first, at most 10; the root may be left out],
//     2: signature of the birth key over the binding value, as X.509 carries it (ECDSA: DER) }
// where 2 may be absent. ECDSA and RSA hash the 32 octets of the binding value once more, with the digest of the key's
// usual scheme: SHA-256 for P-256 and RSA (PKCS#1 v1.5), SHA-384 for P-384, SHA-512 for P-521.

import {
  asArray,
  asBytes,
  asMap,
  type Certificate,
  type CborKey,
  type CborValue,
  decodeCbor,
  encodeCbor,
  parseCertificate,
} from "../../formats/index.ts";
import { evidenceError } from "../errors.ts";
import { maximumStatementLength } from "../evidence.ts";
import { wellFormed } from "../refusal.ts";

export interface ChainStatement {
  /** DER, leaf first. */
  readonly certificates: readonly Uint8Array[];
  readonly signature?: Uint8Array;
}

const keys = { certificates: 1, signature: 2 } as const;
const mostCertificates = 10;

export function encodeChainStatement({ certificates, signature }: ChainStatement): Uint8Array {
  const fields: [CborKey, CborValue][] = [[keys.certificates, certificates]];
  if (signature !== undefined) fields.push([keys.signature, signature]);
  return encodeCbor(new Map(fields));
}

/** @throws NAT_EVIDENCE_MALFORMED */
export function parseChainStatement(
  statement: Uint8Array,
  { least = 1 }: { readonly least?: number } = {},
): { readonly chain: readonly Certificate[]; readonly signature?: Uint8Array } {
  return wellFormed("no chain with a signature", () => {
    const map = asMap(decodeCbor(statement, { maximumBytes: maximumStatementLength }), Object.values(keys));
    const chain = parseCertificates(map.get(keys.certificates), least);
    const signature = map.get(keys.signature);
    return { chain, ...(signature === undefined ? {} : { signature: asBytes(signature) }) };
  });
}

/** An array of DER certificates, from `least` to 10. @throws NAT_EVIDENCE_MALFORMED and the errors of the codecs */
export function parseCertificates(value: CborValue | undefined, least = 1): readonly Certificate[] {
  const certificates = asArray(value);
  if (certificates.length < least || certificates.length > mostCertificates)
    throw evidenceError(
      "NAT_EVIDENCE_MALFORMED",
      `${certificates.length} certificates, from ${least} to ${mostCertificates}`,
    );
  return certificates.map((der) => parseCertificate(asBytes(der)));
}
