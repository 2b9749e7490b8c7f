// SPDX-License-Identifier: Apache-2.0
// The shape of a signature algorithm; the table with the rows is formats/algorithms.ts. Code is handed the entry,
// never a string to look up or to compare.

export type SignatureAlgorithmName = "ES256" | "ES384" | "EdDSA" | "ML-DSA-44" | "ML-DSA-65" | "ML-DSA-87";

/** All facts about one signature algorithm in one place. Lengths are in bytes. */
export interface SignatureAlgorithm {
  readonly name: SignatureAlgorithmName;
  /** What people read. */
  readonly title: string;
  /** DER AlgorithmIdentifier of signatures (X.509 signatureAlgorithm): RFC 5758, RFC 8410, RFC 9881. */
  readonly signatureIdentifier: Uint8Array;
  /** DER of SubjectPublicKeyInfo up to the raw public key: fixed, since the one encoding is required. */
  readonly publicKeyPrefix: Uint8Array;
  /** Raw public key: uncompressed point with its 0x04, or the key octets. */
  readonly publicKeyLength: number;
  /** COSE algorithm that we emit (RFC 9053, RFC 9964). */
  readonly coseAlgorithm: number;
  /** COSE algorithms that we accept for this key, the emitted one first (RFC 9864's fully specified ones too). */
  readonly coseAccepted: readonly number[];
  /** Signature in COSE: r‖s or the raw octets. */
  readonly coseSignatureLength: number;
  /** Octets of one ECDSA integer (r, s), or undefined where X.509 and COSE carry the same octets. */
  readonly ecdsaIntegerLength: number | undefined;
}
