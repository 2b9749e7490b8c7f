// SPDX-License-Identifier: Apache-2.0
// TPMT_SIGNATURE (TPM 2.0 Library Part 2, 11.3.4) of the schemes RSASSA, RSAPSS and ECDSA, and what our verifiers make
// of it.

import { encodeInteger, encodeSequence, type KeyFacts, readKeyFacts } from "../../formats/index.ts";
import {
  concatBytes,
  type Digest,
  isNatalisError,
  type SignatureScheme,
  type SignatureVerifier,
} from "../../kernel/index.ts";
import { digestIdentifier, digestOctets, digestOf, tpmAlgorithms } from "./algorithms.ts";
import { structureError } from "./errors.ts";
import { readStructure, sized, type TpmReader, uint16 } from "./octets.ts";

export type TpmSignature =
  | { readonly scheme: "RSASSA" | "RSAPSS"; readonly digest: Digest; readonly value: Uint8Array }
  | { readonly scheme: "ECDSA"; readonly digest: Digest; readonly r: Uint8Array; readonly s: Uint8Array };

const longestRsa = 512;
const longestInteger = 66;

/** @throws NAT_TPM_STRUCTURE */
export function parseTpmSignature(bytes: Uint8Array): TpmSignature {
  return readStructure(bytes, readTpmSignature);
}

export function encodeTpmSignature(signature: TpmSignature): Uint8Array {
  const digest = uint16(digestIdentifier(signature.digest));
  if (signature.scheme === "ECDSA")
    return concatBytes(uint16(tpmAlgorithms.ecdsa), digest, sized(signature.r), sized(signature.s));
  const scheme = signature.scheme === "RSASSA" ? tpmAlgorithms.rsassa : tpmAlgorithms.rsapss;
  return concatBytes(uint16(scheme), digest, sized(signature.value));
}

/** Reads it where it stands behind something else. @throws NAT_TPM_STRUCTURE */
export function readTpmSignature(reader: TpmReader): TpmSignature {
  const scheme = reader.uint16();
  const digest = digestOf(reader.uint16());
  if (scheme === tpmAlgorithms.ecdsa)
    return { scheme: "ECDSA", digest, r: readInteger(reader), s: readInteger(reader) };
  if (scheme !== tpmAlgorithms.rsassa && scheme !== tpmAlgorithms.rsapss)
    throw structureError(`signature scheme 0x${scheme.toString(16)}`);
  return { scheme: scheme === tpmAlgorithms.rsassa ? "RSASSA" : "RSAPSS", digest, value: reader.sized(longestRsa) };
}

/** Whether the signature is one of this key (DER SubjectPublicKeyInfo) over the data; a key of no known kind has none. */
export async function isSignatureOf(
  signature: TpmSignature,
  publicKey: Uint8Array,
  data: Uint8Array,
  verifier: SignatureVerifier,
): Promise<boolean> {
  const bytes = x509Signature(signature);
  for (const scheme of possibleSchemes(signature, publicKey))
    if (await verifier.verify(scheme, publicKey, data, bytes)) return true;
  return false;
}

/** As X.509 carries it: ECDSA in DER (RFC 3279 2.2.3). */
export function x509Signature(signature: TpmSignature): Uint8Array {
  if (signature.scheme !== "ECDSA") return signature.value;
  return encodeSequence(encodeInteger(signature.r), encodeInteger(signature.s));
}

function readInteger(reader: TpmReader): Uint8Array {
  const integer = reader.sized(longestInteger);
  if (integer.length === 0) throw structureError("an empty integer");
  return integer;
}

/**
 * A TPM's PSS salt is as long as the digest (Part 1, B.7, as FIPS 186-5 wants it) or, before that was said, as long as
 * it can be; the signature does not tell which.
 */
function possibleSchemes({ scheme, digest }: TpmSignature, publicKey: Uint8Array): SignatureScheme[] {
  const facts = keyFactsOf(publicKey);
  if (facts === undefined) return [];
  const { kind, bits } = facts;
  if ((kind === "RSA") === (scheme === "ECDSA")) return [];
  const legacy = digest === "SHA-1";
  if (scheme === "ECDSA") return [{ ...named(`${kind} with ${digest}`), key: kind, digest, legacy }];
  if (scheme === "RSASSA")
    return [{ ...named(`RSA PKCS#1 v1.5 with ${digest}`), key: kind, digest, padding: "PKCS1-v1_5", legacy }];
  const saltLengths = new Set([digestOctets(digest), Math.ceil((bits - 1) / 8) - digestOctets(digest) - 2]);
  return [...saltLengths].map((saltLength) => ({
    ...named(`RSA PSS with ${digest}, salt ${saltLength}`),
    key: kind,
    digest,
    padding: "PSS",
    saltLength,
    legacy,
  }));
}

/** Undefined for a key that is in no table of ours. */
export function keyFactsOf(publicKey: Uint8Array): KeyFacts | undefined {
  try {
    return readKeyFacts(publicKey);
  } catch (error) {
    if (isNatalisError(error)) return undefined;
    throw error;
  }
}

function named(name: string): { readonly name: string; readonly title: string } {
  return { name, title: name };
}
