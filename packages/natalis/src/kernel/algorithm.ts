// SPDX-License-Identifier: Apache-2.0
// The shapes of what is known of signatures; the tables with the rows are formats/algorithms.ts (what Natalis signs
// with) and formats/signature-schemes.ts (what it verifies). Code is handed the entry, never a string to look up.

/** Kinds of public keys under which signatures are verified. */
export type KeyKind =
  | "RSA"
  | "P-256"
  | "P-384"
  | "P-521"
  | "Ed25519"
  | "Ed448"
  | "ML-DSA-44"
  | "ML-DSA-65"
  | "ML-DSA-87";

export type Digest = "SHA-1" | "SHA-256" | "SHA-384" | "SHA-512";

/** How a signature is made, as far as a verifier has to know. */
export interface SignatureScheme {
  /** No two schemes have the same. */
  readonly name: string;
  /** What people read. */
  readonly title: string;
  readonly key: KeyKind;
  /** Undefined where the scheme hashes by itself. */
  readonly digest: Digest | undefined;
  /** RSA only: RFC 8017 sections 8.2 and 8.1; the mask of PSS is MGF1 with the same digest. */
  readonly padding?: "PKCS1-v1_5" | "PSS";
  /** Octets of PSS's salt: exactly so many. */
  readonly saltLength?: number;
  /** Made with SHA-1, or named in a form that the standards forbid: only who asks for legacy strength takes it. */
  readonly legacy: boolean;
}

export type SignatureAlgorithmName = "ES256" | "ES384" | "EdDSA" | "ML-DSA-44" | "ML-DSA-65" | "ML-DSA-87";

/** A scheme that Natalis itself signs with: all facts about it in one place. Lengths are in bytes. */
export interface SignatureAlgorithm extends SignatureScheme {
  readonly name: SignatureAlgorithmName;
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
