// SPDX-License-Identifier: Apache-2.0
// JSON Web Keys of public keys (RFC 7517; EC in RFC 7518 6.2, OKP in RFC 8037). A private part is refused: what should
// be public and carries one is a leak, not a key.

import { concatBytes, fromBase64Url, isNatalisError, type SignatureAlgorithm } from "../../kernel/index.ts";
import { algorithms, publicKeyInfo } from "../algorithms.ts";
import { jsonMember, jsonObject, type JsonObject, jsonText, type JsonValue } from "../json/index.ts";
import { joseError } from "./errors.ts";

const uncompressed = Uint8Array.of(0x04);

const curves: Readonly<Record<string, { readonly keyType: string; readonly algorithm: SignatureAlgorithm }>> = {
  "P-256": { keyType: "EC", algorithm: algorithms.ES256 },
  "P-384": { keyType: "EC", algorithm: algorithms.ES384 },
  Ed25519: { keyType: "OKP", algorithm: algorithms.EdDSA },
};

/** The DER SubjectPublicKeyInfo of a JSON Web Key; members beside the key's own are ignored. @throws NAT_JOSE_KEY */
export function parseJsonWebKey(value: JsonValue): Uint8Array {
  try {
    return readKey(jsonObject(value));
  } catch (cause) {
    if (!isNatalisError(cause) || cause.code === "NAT_JOSE_KEY") throw cause;
    throw joseError("NAT_JOSE_KEY", cause.detail, cause);
  }
}

function readKey(key: JsonObject): Uint8Array {
  if (jsonMember(key, "d") !== undefined) throw joseError("NAT_JOSE_KEY", "a private part");
  const name = jsonText(jsonMember(key, "crv"));
  const curve = Object.hasOwn(curves, name) ? curves[name] : undefined;
  if (curve === undefined || curve.keyType !== jsonMember(key, "kty"))
    throw joseError("NAT_JOSE_KEY", "an unknown key type or curve");
  const coordinate = (member: string) => fromBase64Url(jsonText(jsonMember(key, member)));
  const { algorithm, keyType } = curve;
  if (keyType === "OKP") return publicKeyInfo(algorithm, coordinate("x"));
  const [x, y] = [coordinate("x"), coordinate("y")];
  // RFC 7518 6.2.1.2: coordinates have the full width.
  if (x.length !== algorithm.ecdsaIntegerLength || y.length !== algorithm.ecdsaIntegerLength)
    throw joseError("NAT_JOSE_KEY", `coordinates of ${x.length} and ${y.length} octets`);
  return publicKeyInfo(algorithm, concatBytes(uncompressed, x, y));
}
