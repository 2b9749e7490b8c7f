// SPDX-License-Identifier: Apache-2.0
// COSE_Sign1 (RFC 9052 section 4.2): one signature over protected headers and payload. The envelope of everything a
// device says. The key decides the algorithm, never the header (RFC 9053 section 2.1, RFC 9864).

import type { SignatureVerifier, Signer } from "../../kernel/index.ts";
import { algorithmOfPublicKey, signatureFromCose, signatureToCose } from "../algorithms.ts";
import { type CborMap, type CborValue, decodeCbor, encodeCbor, Tagged } from "../cbor/index.ts";
import { coseError } from "./errors.ts";
import {
  encodeProtectedHeader,
  headerLabels,
  isEmptyProtectedHeader,
  parseProtectedHeader,
  requireUnderstood,
} from "./headers.ts";

/** CBOR tag of COSE_Sign1 (RFC 9052 section 2). */
export const sign1Tag = 18;

export interface Sign1 {
  /** As received: the signature is over these bytes. */
  readonly protectedBytes: Uint8Array;
  readonly protectedHeader: CborMap;
  readonly unprotectedHeader: CborMap;
  readonly payload: Uint8Array;
  /** In COSE form: r and s joined for ECDSA. */
  readonly signature: Uint8Array;
}

export interface Sign1Input {
  /** Without the algorithm, which comes from the signer. */
  readonly protectedHeader: CborMap;
  readonly unprotectedHeader?: CborMap;
  readonly payload: Uint8Array;
  readonly signer: Signer;
  /** Bytes that both sides know and that are signed but not sent; default none. */
  readonly externalAad?: Uint8Array;
}

const none = new Uint8Array(0);

/** The Sig_structure of RFC 9052 section 4.4: what is signed. */
export function encodeSign1Structure(
  protectedBytes: Uint8Array,
  payload: Uint8Array,
  externalAad: Uint8Array = none,
): Uint8Array {
  const body = isEmptyProtectedHeader(protectedBytes) ? none : protectedBytes;
  return encodeCbor(["Signature1", body, externalAad, payload]);
}

/** What is signed in a message that was read. */
export function signedBytes(sign1: Sign1, externalAad?: Uint8Array): Uint8Array {
  return encodeSign1Structure(sign1.protectedBytes, sign1.payload, externalAad);
}

/** A tagged COSE_Sign1; the protected header is the caller's and the algorithm. @throws NAT_CBOR_VALUE */
export async function signSign1(input: Sign1Input): Promise<Uint8Array> {
  const { signer, payload } = input;
  const unprotectedHeader = input.unprotectedHeader ?? new Map();
  const protectedHeader = new Map([...input.protectedHeader, [headerLabels.algorithm, signer.algorithm.coseAlgorithm]]);
  requireUnderstood(protectedHeader, unprotectedHeader);
  const protectedBytes = encodeProtectedHeader(protectedHeader);
  const signature = await signer.sign(encodeSign1Structure(protectedBytes, payload, input.externalAad));
  const parts = [protectedBytes, unprotectedHeader, payload, signatureToCose(signer.algorithm, signature)];
  return encodeCbor(new Tagged(sign1Tag, parts));
}

/**
 * Reads a COSE_Sign1, tagged or bare, its payload inside (never detached), of at most 1 MiB.
 * @throws NAT_COSE_FORM, NAT_COSE_HEADER, NAT_COSE_CRITICAL and the NAT_CBOR_ errors
 */
export function parseSign1(bytes: Uint8Array): Sign1 {
  const item = decodeCbor(bytes, { tags: [sign1Tag], anyKeyOrder: true });
  const [protectedBytes, unprotectedHeader, payload, signature] = partsOf(item instanceof Tagged ? item.value : item);
  const protectedHeader = parseProtectedHeader(protectedBytes);
  requireUnderstood(protectedHeader, unprotectedHeader);
  return { protectedBytes, protectedHeader, unprotectedHeader, payload, signature };
}

/**
 * Checks the signature with a DER SubjectPublicKeyInfo.
 * @throws NAT_COSE_ALGORITHM where the header names another algorithm than the key's, NAT_COSE_SIGNATURE,
 * NAT_ALGORITHM_SIGNATURE for r or s zero, NAT_ALGORITHM_UNKNOWN for a key outside the table
 */
export async function verifySign1(
  sign1: Sign1,
  publicKey: Uint8Array,
  verifier: SignatureVerifier,
  externalAad?: Uint8Array,
): Promise<void> {
  const algorithm = algorithmOfPublicKey(publicKey);
  const named = algorithmHeader(sign1);
  if (typeof named !== "number" || !algorithm.coseAccepted.includes(named))
    throw coseError("NAT_COSE_ALGORITHM", `${typeof named === "number" ? named : "none"} for a ${algorithm.name} key`);
  if (sign1.signature.length !== algorithm.coseSignatureLength)
    throw coseError("NAT_COSE_SIGNATURE", `${sign1.signature.length} bytes for ${algorithm.name}`);
  const signature = signatureFromCose(algorithm, sign1.signature);
  if (!(await verifier.verify(algorithm, publicKey, signedBytes(sign1, externalAad), signature)))
    throw coseError("NAT_COSE_SIGNATURE", `by the ${algorithm.name} key given`);
}

function partsOf(item: CborValue): [Uint8Array, CborMap, Uint8Array, Uint8Array] {
  if (!Array.isArray(item) || item.length !== 4) throw coseError("NAT_COSE_FORM", "not an array of 4");
  const [protectedBytes, unprotectedHeader, payload, signature] = item;
  if (!(protectedBytes instanceof Uint8Array)) throw coseError("NAT_COSE_FORM", "no protected header");
  if (!(unprotectedHeader instanceof Map)) throw coseError("NAT_COSE_FORM", "no unprotected header");
  if (!(payload instanceof Uint8Array)) throw coseError("NAT_COSE_FORM", "no payload inside");
  if (!(signature instanceof Uint8Array)) throw coseError("NAT_COSE_FORM", "no signature");
  return [protectedBytes, unprotectedHeader, payload, signature];
}

/**
 * RFC 9052 section 3.1 wants it protected, which examples of its own working group are not. Here it has no say: it only
 * has to agree with the key. Our own messages must protect it (`hasLabels`).
 */
function algorithmHeader(sign1: Sign1): CborValue | undefined {
  return sign1.protectedHeader.get(headerLabels.algorithm) ?? sign1.unprotectedHeader.get(headerLabels.algorithm);
}
