// SPDX-License-Identifier: Apache-2.0
// What a SubjectPublicKeyInfo says of its key. Kinds other than RSA have one encoding (RFC 5480 with a named curve and
// an uncompressed point, RFC 8410, RFC 9881) and are found by its octets alone. That a point lies on its curve is for
// the verifier to find.

import { beginWith, equalBytes, fromHex, type KeyKind, toHex } from "../kernel/index.ts";
import { algorithms, publicKeyAlgorithm } from "./algorithms.ts";
import { algorithmError } from "./errors.ts";
import type { PssParameters } from "./pss-parameters.ts";
import { openPublicKey, readRsaKey } from "./rsa-keys.ts";

export interface KeyFacts {
  readonly kind: KeyKind;
  /** Of the RSA modulus, of the curve's field, of the public key's octets for the others. */
  readonly bits: number;
  /** RSA below 2048 bits. */
  readonly weak: boolean;
  /** Octets of every signature; undefined for ECDSA, whose DER varies. */
  readonly signatureLength: number | undefined;
  /** Octets of r and of s in ECDSA. */
  readonly ecdsaIntegerLength: number | undefined;
  /** RSA under id-RSASSA-PSS (RFC 4055 1.2): the key signs with no other padding. */
  readonly padding?: "PSS";
  /** What such a key may be bound to: this digest, and a salt of at least this length (RFC 4055 3.1). */
  readonly pss?: PssParameters;
}

interface FixedKey {
  readonly facts: KeyFacts;
  /** DER of SubjectPublicKeyInfo up to the raw key. */
  readonly prefix: Uint8Array;
  /** Octets of the whole SubjectPublicKeyInfo. */
  readonly length: number;
}

const uncompressedPoint = 0x04;
const fieldBits: Readonly<Partial<Record<KeyKind, number>>> = { "P-256": 256, "P-384": 384, "P-521": 521 };

const fixedKeys: readonly FixedKey[] = [
  ...Object.values(algorithms).map((row) =>
    fixedKey(row.key, row.publicKeyPrefix, row.publicKeyLength, row.ecdsaIntegerLength ?? row.coseSignatureLength),
  ),
  fixedKey("P-521", fromHex("30819b301006072a8648ce3d020106052b8104002303818600"), 133, 66),
  fixedKey("Ed448", fromHex("3043300506032b6571033a00"), 57, 114),
];

/** @param octets of one ECDSA integer, or of a whole signature of another kind */
function fixedKey(kind: KeyKind, prefix: Uint8Array, rawLength: number, octets: number): FixedKey {
  const field = fieldBits[kind];
  const signatureLength = field === undefined ? octets : undefined;
  const ecdsaIntegerLength = field === undefined ? undefined : octets;
  const facts = { kind, bits: field ?? 8 * rawLength, weak: false, signatureLength, ecdsaIntegerLength };
  return { facts, prefix, length: prefix.length + rawLength };
}

/**
 * Facts of a DER SubjectPublicKeyInfo.
 * @throws NAT_ALGORITHM_UNKNOWN for an algorithm, parameters or a curve that are not verified here; NAT_ALGORITHM_KEY
 * for a key that is not in the one form of its algorithm, and for RSA of less than 1024 or more than 8192 bits
 */
export function readKeyFacts(publicKey: Uint8Array): KeyFacts {
  for (const key of fixedKeys) if (isEncodingOf(key, publicKey)) return key.facts;
  const { identifier, key } = openPublicKey(publicKey);
  const facts = readRsaKey(identifier, key);
  if (facts !== undefined) return facts;
  if (fixedKeys.some(({ prefix }) => equalBytes(publicKeyAlgorithm({ publicKeyPrefix: prefix }), identifier)))
    throw algorithmError("NAT_ALGORITHM_KEY", `${key.length} octets, the first ${key[0]}`);
  throw algorithmError("NAT_ALGORITHM_UNKNOWN", `public key with the identifier ${toHex(identifier.subarray(0, 32))}`);
}

function isEncodingOf({ prefix, length, facts }: FixedKey, publicKey: Uint8Array): boolean {
  if (publicKey.length !== length || !beginWith(publicKey, prefix)) return false;
  return facts.ecdsaIntegerLength === undefined || publicKey[prefix.length] === uncompressedPoint;
}
