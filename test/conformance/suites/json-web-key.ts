// SPDX-License-Identifier: Apache-2.0
// Public keys of vectors, written as JSON Web Keys (RFC 7517, RFC 8037), as SubjectPublicKeyInfo: of any kind, also
// such as Natalis must refuse.

import { encodeBitString, encodeInteger, encodeNull, encodeOid, encodeSequence } from "natalis/formats";
import { concatBytes, fromBase64Url, fromHex } from "natalis/kernel";

/** Members as text; the COSE working group writes some in hexadecimal, under another name. */
export type JsonWebKey = Readonly<Record<string, string>>;

const curves: Readonly<Record<string, string>> = {
  "P-256": "1.2.840.10045.3.1.7",
  "P-384": "1.3.132.0.34",
  "P-521": "1.3.132.0.35",
};

const edwardsKeys: Readonly<Record<string, string>> = { Ed25519: "1.3.101.112", Ed448: "1.3.101.113" };

/** DER SubjectPublicKeyInfo (RFC 3279 2.3, RFC 5480, RFC 8410). */
export function publicKeyOfJson(key: JsonWebKey): Uint8Array {
  const { kty = "", crv = "" } = key;
  if (kty === "RSA") return rsaKey(member(key, "n"), member(key, "e"));
  const edwards = edwardsKeys[crv];
  if (edwards !== undefined)
    return encodeSequence(encodeSequence(encodeOid(edwards)), encodeBitString(member(key, "x")));
  const point = concatBytes(Uint8Array.of(4), member(key, "x"), member(key, "y"));
  const algorithm = encodeSequence(encodeOid("1.2.840.10045.2.1"), encodeOid(curves[crv] ?? ""));
  return encodeSequence(algorithm, encodeBitString(point));
}

function rsaKey(modulus: Uint8Array, exponent: Uint8Array): Uint8Array {
  const algorithm = encodeSequence(encodeOid("1.2.840.113549.1.1.1"), encodeNull());
  return encodeSequence(algorithm, encodeBitString(encodeSequence(encodeInteger(modulus), encodeInteger(exponent))));
}

function member(key: JsonWebKey, name: string): Uint8Array {
  const hex = key[`${name}_hex`];
  return hex === undefined ? fromBase64Url(key[name] ?? "") : fromHex(hex.toLowerCase());
}
