// SPDX-License-Identifier: Apache-2.0
// What certificates, requests and CRLs have in common: a signed part, an AlgorithmIdentifier and a signature
// (RFC 5280 4.1.1, the SIGNED macro of X.509), and the two structures that stand in all signed parts.

import { checkDer, type DerReader, encodeBitString, encodeSequence, readExactly, tags } from "../der/index.ts";
import { equalBytes } from "../../kernel/index.ts";
import { x509Error } from "./errors.ts";

/** The three parts of a signed structure, views of it. */
export interface SignedParts {
  /** The whole encoding that the signature is over. */
  readonly tbs: Uint8Array;
  /** DER AlgorithmIdentifier of the signature. */
  readonly signatureIdentifier: Uint8Array;
  /** The signature as X.509 carries it. */
  readonly signature: Uint8Array;
}

/** Takes a signed structure apart; the signed part is not looked into. @throws the NAT_DER_ errors */
export function openSigned(der: Uint8Array, maxBytes?: number): SignedParts {
  return readExactly(der, readSigned, maxBytes);
}

/**
 * Puts a certificate, request or CRL together from its signed part and the signature over it.
 * @param signature as X.509 carries it (ECDSA: DER)
 */
export function assembleSigned(tbs: Uint8Array, signatureIdentifier: Uint8Array, signature: Uint8Array): Uint8Array {
  return encodeSequence(tbs, signatureIdentifier, encodeBitString(signature));
}

/** RFC 5280 4.1.1.2 and 5.1.1.2: the algorithm is named twice and must be the same. @throws NAT_X509_ALGORITHM */
export function requireSameAlgorithm(inner: Uint8Array, outer: Uint8Array): void {
  if (!equalBytes(inner, outer)) throw x509Error("NAT_X509_ALGORITHM", `${inner.length} and ${outer.length} bytes`);
}

/** The whole encoding of an AlgorithmIdentifier; parameters of any type. @throws the NAT_DER_ errors */
export function readAlgorithmIdentifier(reader: DerReader): Uint8Array {
  const identifier = reader.readRaw(tags.sequence);
  readExactly(identifier, checkAlgorithmIdentifier);
  return identifier;
}

/** The whole encoding of a SubjectPublicKeyInfo of any algorithm. @throws the NAT_DER_ errors */
export function readPublicKey(reader: DerReader): Uint8Array {
  const publicKey = reader.readRaw(tags.sequence);
  readExactly(publicKey, checkPublicKey);
  return publicKey;
}

function readSigned(reader: DerReader): SignedParts {
  const fields = reader.enter();
  const tbs = fields.readRaw(tags.sequence);
  const signatureIdentifier = readAlgorithmIdentifier(fields);
  const signature = fields.bitStringOctets();
  fields.end();
  return { tbs, signatureIdentifier, signature };
}

function checkAlgorithmIdentifier(reader: DerReader): void {
  const outer = reader.descend();
  reader.skipOid();
  if (reader.remaining > 0) checkDer(reader.readRaw());
  reader.ascend(outer);
}

function checkPublicKey(reader: DerReader): void {
  const outer = reader.descend();
  checkAlgorithmIdentifier(reader);
  reader.bitString();
  reader.ascend(outer);
}
