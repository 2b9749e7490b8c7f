// SPDX-License-Identifier: Apache-2.0
// JSON Web Signature in the flattened JSON serialization (RFC 7515 section 7.2.2), read only: makers of secure elements
// sign their manifests so. The key decides the algorithm, never the header (RFC 8725 section 3.1).

import {
  concatBytes,
  decodeUtf8,
  encodeUtf8,
  fromBase64Url,
  isNatalisError,
  type SignatureVerifier,
} from "../../kernel/index.ts";
import { algorithmOfPublicKey, signatureFromCose } from "../algorithms.ts";
import { jsonMember, jsonObject, type JsonObject, jsonText, type JsonValue, parseJson } from "../json/index.ts";
import { joseError } from "./errors.ts";

export interface JsonWebSignature {
  readonly protectedHeader: JsonObject;
  /** Not signed; empty where there is none. */
  readonly header: JsonObject;
  readonly payload: Uint8Array;
  /** As JWS carries it: r and s joined for ECDSA. */
  readonly signature: Uint8Array;
  /** What the signature is over. */
  readonly signingInput: Uint8Array;
}

/** @throws NAT_JOSE_FORM, NAT_JOSE_HEADER */
export function parseJsonWebSignature(value: JsonValue): JsonWebSignature {
  try {
    return readSignature(jsonObject(value));
  } catch (cause) {
    if (!isNatalisError(cause) || cause.code.startsWith("NAT_JOSE_")) throw cause;
    throw joseError("NAT_JOSE_FORM", cause.detail, cause);
  }
}

/** @throws NAT_JOSE_ALGORITHM, NAT_JOSE_SIGNATURE, NAT_ALGORITHM_UNKNOWN for a key outside the table */
export async function verifyJsonWebSignature(
  { protectedHeader, signature, signingInput }: JsonWebSignature,
  publicKey: Uint8Array,
  verifier: SignatureVerifier,
): Promise<void> {
  const algorithm = algorithmOfPublicKey(publicKey);
  const named = jsonMember(protectedHeader, "alg");
  // RFC 9864 names EdDSA by its curve.
  if (named !== algorithm.name && !(algorithm.name === "EdDSA" && named === "Ed25519"))
    throw joseError("NAT_JOSE_ALGORITHM", `${JSON.stringify(named)?.slice(0, 32)} for a key of ${algorithm.name}`);
  if (signature.length !== algorithm.coseSignatureLength)
    throw joseError("NAT_JOSE_SIGNATURE", `${signature.length} octets for ${algorithm.name}`);
  if (!(await verifier.verify(algorithm, publicKey, signingInput, signatureFromCose(algorithm, signature))))
    throw joseError("NAT_JOSE_SIGNATURE", `by the ${algorithm.name} key given`);
}

function readSignature(jws: JsonObject): JsonWebSignature {
  const [encodedHeader, encodedPayload, encodedSignature] = ["protected", "payload", "signature"].map((name) =>
    jsonText(jsonMember(jws, name)),
  ) as [string, string, string];
  const protectedHeader = jsonObject(parseJson(decodeUtf8(fromBase64Url(encodedHeader))));
  const unprotected = jsonMember(jws, "header");
  const header = unprotected === undefined ? {} : jsonObject(unprotected);
  requireUnderstood(protectedHeader, header);
  return {
    protectedHeader,
    header,
    payload: fromBase64Url(encodedPayload),
    signature: fromBase64Url(encodedSignature),
    signingInput: concatBytes(encodeUtf8(encodedHeader), encodeUtf8("."), encodeUtf8(encodedPayload)),
  };
}

/** No extension is understood (RFC 7515 4.1.11), and no name may stand in both headers (7.2.1). */
function requireUnderstood(protectedHeader: JsonObject, header: JsonObject): void {
  for (const name of Object.keys(header))
    if (name === "alg" || name === "crit" || jsonMember(protectedHeader, name) !== undefined)
      throw joseError("NAT_JOSE_HEADER", `${JSON.stringify(name.slice(0, 32))} is not protected, or stands twice`);
  if (jsonMember(protectedHeader, "crit") !== undefined) throw joseError("NAT_JOSE_HEADER", "crit");
}
