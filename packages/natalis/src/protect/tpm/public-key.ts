// SPDX-License-Identifier: Apache-2.0
// The key in a TPM's public area as everyone else writes it: a SubjectPublicKeyInfo (RFC 5480, RFC 4055 1.2), so that
// it can be compared with certificates and requests; and the object's name (TPM 2.0 Library Part 1, 16).

import {
  encodeBitString,
  encodeInteger,
  encodeNull,
  encodeOid,
  encodeSequence,
  publicKeyInfo,
} from "../../formats/index.ts";
import { concatBytes, portableDigests } from "../../kernel/index.ts";
import { curveFacts, digestIdentifier } from "./algorithms.ts";
import { structureError } from "./errors.ts";
import { uint16 } from "./octets.ts";
import { type EccPublicArea, parsePublicArea, type PublicArea, type RsaPublicArea } from "./public-area.ts";

const rsaEncryption = "1.2.840.113549.1.1.1";
const usualExponent = 65537;
const uncompressed = Uint8Array.of(0x04);

/** DER SubjectPublicKeyInfo. @throws NAT_TPM_STRUCTURE for a template, which holds no key */
export function publicKeyOf(area: PublicArea): Uint8Array {
  return area.type === "RSA" ? rsaKey(area) : publicKeyInfo(curveFacts(area.curve).algorithm, pointOf(area));
}

/** nameAlg and the digest of the whole public area. @throws NAT_TPM_STRUCTURE */
export function objectName(publicArea: Uint8Array): Uint8Array {
  const { nameDigest } = parsePublicArea(publicArea);
  return concatBytes(uint16(digestIdentifier(nameDigest)), portableDigests[nameDigest](publicArea));
}

/** A coordinate in the full length of its field. */
export function coordinate(value: Uint8Array, octets: number): Uint8Array {
  return concatBytes(new Uint8Array(octets - value.length), value);
}

function rsaKey({ keyBits, exponent, modulus }: RsaPublicArea): Uint8Array {
  if (modulus.length !== keyBits / 8 || (modulus[0] as number) < 0x80)
    throw structureError(`a modulus of ${modulus.length} octets for ${keyBits} bits`);
  const key = encodeSequence(encodeInteger(modulus), encodeInteger(exponent === 0 ? usualExponent : exponent));
  return encodeSequence(encodeSequence(encodeOid(rsaEncryption), encodeNull()), encodeBitString(key));
}

/** Uncompressed (SEC 1, 2.3.3). */
function pointOf({ curve, x, y }: EccPublicArea): Uint8Array {
  if (x.length === 0 || y.length === 0) throw structureError("no point");
  const { octets } = curveFacts(curve);
  return concatBytes(uncompressed, coordinate(x, octets), coordinate(y, octets));
}
