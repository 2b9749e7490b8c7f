// SPDX-License-Identifier: Apache-2.0
// RSA public keys (RFC 8017 A.1.1) under rsaEncryption (RFC 4055 1.2: parameters NULL) and id-RSASSA-PSS (RFC 4055
// section 3.1: parameters absent, or what the key is bound to). The bounds keep a stranger's key from being dear to use.

import { equalBytes, fromHex } from "../kernel/index.ts";
import { type DerReader, encodeBitString, encodeSequence, readExactly, tags } from "./der/index.ts";
import { algorithmError, refusedAs } from "./errors.ts";
import type { KeyFacts } from "./key-facts.ts";
import { pssObjectIdentifier, readPssIdentifier } from "./pss-parameters.ts";

const rsaLimits = {
  leastBits: 1024,
  mostBits: 8192,
  /** Keys of fewer bits are weak (NIST SP 800-131A). */
  weakBelowBits: 2048,
  /** OpenSSL's own limit for large moduli: the exponent's length is the length of a verification. */
  mostExponentBits: 64,
} as const;

const rsaEncryption = fromHex("300d06092a864886f70d0101010500");
const pssWithoutParameters = encodeSequence(pssObjectIdentifier);

/** Facts of an RSA key; undefined for another algorithm's. @throws NAT_ALGORITHM_KEY, NAT_ALGORITHM_UNKNOWN */
export function readRsaKey(identifier: Uint8Array, key: Uint8Array): KeyFacts | undefined {
  if (equalBytes(identifier, rsaEncryption)) return factsOf(key);
  if (equalBytes(identifier, pssWithoutParameters)) return { ...factsOf(key), padding: "PSS" };
  const pss = readPssIdentifier(identifier);
  return pss && { ...factsOf(key), padding: "PSS", pss };
}

/** SubjectPublicKeyInfo of an RSA key under rsaEncryption, for those who cannot read id-RSASSA-PSS. */
export function rsaEncryptionKey(publicKey: Uint8Array): Uint8Array {
  return encodeSequence(rsaEncryption, encodeBitString(openPublicKey(publicKey).key));
}

/** The AlgorithmIdentifier and the key's octets in a SubjectPublicKeyInfo. @throws NAT_ALGORITHM_KEY */
export function openPublicKey(publicKey: Uint8Array): { identifier: Uint8Array; key: Uint8Array } {
  const detail = `public key of ${publicKey.length} octets`;
  return refusedAs("NAT_ALGORITHM_KEY", detail, () => readExactly(publicKey, readPublicKeyInfo));
}

function readPublicKeyInfo(reader: DerReader): { identifier: Uint8Array; key: Uint8Array } {
  const fields = reader.enter();
  const identifier = fields.readRaw(tags.sequence);
  const key = fields.bitStringOctets();
  fields.end();
  return { identifier, key };
}

function factsOf(key: Uint8Array): KeyFacts {
  const detail = "not an RSAPublicKey in DER";
  const bits = refusedAs("NAT_ALGORITHM_KEY", detail, () => readExactly(key, readModulusBits));
  const signatureLength = Math.ceil(bits / 8);
  return { kind: "RSA", bits, weak: bits < rsaLimits.weakBelowBits, signatureLength, ecdsaIntegerLength: undefined };
}

/** modulus and publicExponent, both odd and in bounds. */
function readModulusBits(reader: DerReader): number {
  const fields = reader.enter();
  const bits = readOddBits(fields, "modulus", rsaLimits.leastBits, rsaLimits.mostBits);
  readOddBits(fields, "exponent", 2, rsaLimits.mostExponentBits);
  fields.end();
  return bits;
}

/** Bits of an INTEGER that is positive and odd. */
function readOddBits(fields: DerReader, what: string, least: number, most: number): number {
  const content = fields.integer();
  const magnitude = content[0] === 0 ? content.subarray(1) : content;
  const bits = 8 * magnitude.length + 24 - Math.clz32(magnitude[0] ?? 0);
  const isOddAndPositive = (content[0] as number) < 0x80 && ((content.at(-1) as number) & 1) === 1;
  if (!isOddAndPositive || bits < least || bits > most)
    throw algorithmError("NAT_ALGORITHM_KEY", `RSA ${what} of ${bits} bits, even, negative or out of bounds`);
  return bits;
}
