// SPDX-License-Identifier: Apache-2.0
// The table of what Natalis signs with: one row an algorithm, with every fact about it; signature-schemes.ts has what
// it verifies beyond. Identifiers and keys have exactly one encoding each: ECDSA RFC 5758 and RFC 5480 (named curve,
// uncompressed point), Ed25519 RFC 8410, ML-DSA RFC 9881 (parameters absent in all). COSE numbers: RFC 9053, RFC 9864,
// RFC 9964; ML-DSA lengths: FIPS 204 table 2.

import {
  beginWith,
  concatBytes,
  equalBytes,
  fromHex,
  type SignatureAlgorithm,
  type SignatureAlgorithmName,
} from "../kernel/index.ts";
import { DerReader, tags } from "./der/index.ts";
import { joinEcdsaIntegers, splitEcdsaIntegers } from "./ecdsa-signature.ts";
import { algorithmError } from "./errors.ts";

/** Every signature algorithm of Natalis by its name. */
export const algorithms: Readonly<Record<SignatureAlgorithmName, SignatureAlgorithm>> = {
  ES256: {
    name: "ES256",
    title: "ECDSA P-256 with SHA-256",
    key: "P-256",
    digest: "SHA-256",
    legacy: false,
    signatureIdentifier: fromHex("300a06082a8648ce3d040302"),
    publicKeyPrefix: fromHex("3059301306072a8648ce3d020106082a8648ce3d030107034200"),
    publicKeyLength: 65,
    coseAlgorithm: -7,
    coseAccepted: [-7, -9],
    coseSignatureLength: 64,
    ecdsaIntegerLength: 32,
  },
  ES384: {
    name: "ES384",
    title: "ECDSA P-384 with SHA-384",
    key: "P-384",
    digest: "SHA-384",
    legacy: false,
    signatureIdentifier: fromHex("300a06082a8648ce3d040303"),
    publicKeyPrefix: fromHex("3076301006072a8648ce3d020106052b81040022036200"),
    publicKeyLength: 97,
    coseAlgorithm: -35,
    coseAccepted: [-35, -51],
    coseSignatureLength: 96,
    ecdsaIntegerLength: 48,
  },
  EdDSA: {
    name: "EdDSA",
    title: "Ed25519",
    key: "Ed25519",
    digest: undefined,
    legacy: false,
    signatureIdentifier: fromHex("300506032b6570"),
    publicKeyPrefix: fromHex("302a300506032b6570032100"),
    publicKeyLength: 32,
    coseAlgorithm: -8,
    coseAccepted: [-8, -19],
    coseSignatureLength: 64,
    ecdsaIntegerLength: undefined,
  },
  "ML-DSA-44": {
    name: "ML-DSA-44",
    title: "ML-DSA-44",
    key: "ML-DSA-44",
    digest: undefined,
    legacy: false,
    signatureIdentifier: fromHex("300b0609608648016503040311"),
    publicKeyPrefix: fromHex("30820532300b06096086480165030403110382052100"),
    publicKeyLength: 1312,
    coseAlgorithm: -48,
    coseAccepted: [-48],
    coseSignatureLength: 2420,
    ecdsaIntegerLength: undefined,
  },
  "ML-DSA-65": {
    name: "ML-DSA-65",
    title: "ML-DSA-65",
    key: "ML-DSA-65",
    digest: undefined,
    legacy: false,
    signatureIdentifier: fromHex("300b0609608648016503040312"),
    publicKeyPrefix: fromHex("308207b2300b0609608648016503040312038207a100"),
    publicKeyLength: 1952,
    coseAlgorithm: -49,
    coseAccepted: [-49],
    coseSignatureLength: 3309,
    ecdsaIntegerLength: undefined,
  },
  "ML-DSA-87": {
    name: "ML-DSA-87",
    title: "ML-DSA-87",
    key: "ML-DSA-87",
    digest: undefined,
    legacy: false,
    signatureIdentifier: fromHex("300b0609608648016503040313"),
    publicKeyPrefix: fromHex("30820a32300b060960864801650304031303820a2100"),
    publicKeyLength: 2592,
    coseAlgorithm: -50,
    coseAccepted: [-50],
    coseSignatureLength: 4627,
    ecdsaIntegerLength: undefined,
  },
};

const all: readonly SignatureAlgorithm[] = Object.values(algorithms);

/**
 * The algorithm of a DER SubjectPublicKeyInfo in its one canonical encoding, so that "the same key" can be compared
 * by bytes. That a point lies on its curve is for the verifier to find.
 * @throws NAT_ALGORITHM_UNKNOWN
 */
export function algorithmOfPublicKey(publicKey: Uint8Array): SignatureAlgorithm {
  for (const algorithm of all) if (isKeyOf(algorithm, publicKey)) return algorithm;
  throw algorithmError("NAT_ALGORITHM_UNKNOWN", `public key of ${publicKey.length} bytes`);
}

/** The algorithm of a DER AlgorithmIdentifier of signatures. @throws NAT_ALGORITHM_UNKNOWN */
export function algorithmOfSignatureIdentifier(identifier: Uint8Array): SignatureAlgorithm {
  for (const algorithm of all) if (equalBytes(algorithm.signatureIdentifier, identifier)) return algorithm;
  throw algorithmError("NAT_ALGORITHM_UNKNOWN", `signature identifier of ${identifier.length} bytes`);
}

/** The raw key inside a SubjectPublicKeyInfo: point with its 0x04, or key octets. @throws NAT_ALGORITHM_KEY */
export function rawPublicKey(algorithm: SignatureAlgorithm, publicKey: Uint8Array): Uint8Array {
  if (!isKeyOf(algorithm, publicKey)) throw algorithmError("NAT_ALGORITHM_KEY", `no ${algorithm.name} key`);
  return publicKey.subarray(algorithm.publicKeyPrefix.length);
}

/** DER SubjectPublicKeyInfo around a raw key. @throws NAT_ALGORITHM_KEY */
export function publicKeyInfo(algorithm: SignatureAlgorithm, raw: Uint8Array): Uint8Array {
  const publicKey = concatBytes(algorithm.publicKeyPrefix, raw);
  if (!isKeyOf(algorithm, publicKey))
    throw algorithmError("NAT_ALGORITHM_KEY", `${raw.length} bytes for ${algorithm.name}`);
  return publicKey;
}

/** DER AlgorithmIdentifier of the algorithm's keys: the first part of their SubjectPublicKeyInfo. */
export function publicKeyAlgorithm({ publicKeyPrefix }: Pick<SignatureAlgorithm, "publicKeyPrefix">): Uint8Array {
  const length = publicKeyPrefix[1] as number;
  const header = 2 + (length >= 0x80 ? length & 0x7f : 0);
  return new DerReader(publicKeyPrefix.subarray(header)).readRaw(tags.sequence);
}

/**
 * From the form that X.509 carries to the one of COSE: ECDSA's Ecdsa-Sig-Value (RFC 3279 2.2.3, strict DER) to
 * r and s joined (RFC 9053 2.1); the others are the same octets in both.
 * @throws NAT_ALGORITHM_SIGNATURE
 */
export function signatureToCose(algorithm: SignatureAlgorithm, signature: Uint8Array): Uint8Array {
  const width = algorithm.ecdsaIntegerLength;
  return width === undefined ? sized(algorithm, signature) : joinEcdsaIntegers(signature, width);
}

/** The way back of `signatureToCose`. @throws NAT_ALGORITHM_SIGNATURE */
export function signatureFromCose(algorithm: SignatureAlgorithm, signature: Uint8Array): Uint8Array {
  const width = algorithm.ecdsaIntegerLength;
  sized(algorithm, signature);
  return width === undefined ? signature : splitEcdsaIntegers(signature, width);
}

function isKeyOf(algorithm: SignatureAlgorithm, publicKey: Uint8Array): boolean {
  const prefix = algorithm.publicKeyPrefix;
  if (publicKey.length !== prefix.length + algorithm.publicKeyLength) return false;
  if (!beginWith(publicKey, prefix)) return false;
  return algorithm.ecdsaIntegerLength === undefined || publicKey[prefix.length] === 0x04;
}

function sized(algorithm: SignatureAlgorithm, signature: Uint8Array): Uint8Array {
  if (signature.length !== algorithm.coseSignatureLength)
    throw algorithmError("NAT_ALGORITHM_SIGNATURE", `${signature.length} bytes for ${algorithm.name}`);
  return signature;
}
