// SPDX-License-Identifier: Apache-2.0
// Room for a whole certificate around its TBSCertificate (RFC 5280 section 4.1: the signed part, the algorithm, the
// signature): the signature is written behind what it signs, and nothing is copied. Allocating and copying a kilobyte
// three times would cost a birth more than all its checks.

import type { SignatureAlgorithm } from "../kernel/index.ts";
import { issueError } from "./errors.ts";

/** 30 82 and two octets of length: a TBSCertificate has between 256 and 65,535 octets, as has what surrounds it. */
const outerHeadLength = 4;
const longestBitStringHead = 5;
/** What DER adds to the r and s of ECDSA: three heads and two leading zeros. */
const ecdsaOverhead = 9;

export class SignedBuffer {
  /** The signed part, in place. */
  readonly tbs: Uint8Array;
  readonly #bytes: Uint8Array;
  readonly #algorithm: SignatureAlgorithm;

  /** Copies `tbs` to its place. @throws NAT_ISSUE_FACTS where it is not of a length that certificates have */
  constructor(tbs: Uint8Array, algorithm: SignatureAlgorithm) {
    const longestSignature = algorithm.coseSignatureLength + ecdsaOverhead;
    const room = tbs.length + algorithm.signatureIdentifier.length + longestBitStringHead + longestSignature;
    if (tbs.length < 0x100 || room > 0xffff) throw issueError("NAT_ISSUE_FACTS", `${tbs.length} octets to be signed`);
    this.#bytes = new Uint8Array(outerHeadLength + room);
    this.#bytes.set(tbs, outerHeadLength);
    this.#algorithm = algorithm;
    this.tbs = this.#bytes.subarray(outerHeadLength, outerHeadLength + tbs.length);
  }

  /** The whole structure, with the signature as X.509 carries it. @throws NAT_ISSUE_SIGNER if it does not fit */
  close(signature: Uint8Array): Uint8Array {
    const bytes = this.#bytes;
    const { signatureIdentifier, coseSignatureLength } = this.#algorithm;
    if (signature.length > coseSignatureLength + ecdsaOverhead)
      throw issueError("NAT_ISSUE_SIGNER", `a signature of ${signature.length} octets`);
    let at = outerHeadLength + this.tbs.length;
    bytes.set(signatureIdentifier, at);
    at = writeBitStringHead(bytes, at + signatureIdentifier.length, signature.length + 1);
    bytes.set(signature, at);
    at += signature.length;
    writeLongHead(bytes, 0, 0x30, at - outerHeadLength);
    return bytes.subarray(0, at);
  }
}

/** Tag, length and the octet of unused bits; answers where the bits begin. */
function writeBitStringHead(bytes: Uint8Array, start: number, length: number): number {
  let at = start;
  if (length >= 0x100) at = writeLongHead(bytes, at, 0x03, length);
  else {
    bytes[at++] = 0x03;
    if (length >= 0x80) bytes[at++] = 0x81;
    bytes[at++] = length;
  }
  bytes[at++] = 0;
  return at;
}

function writeLongHead(bytes: Uint8Array, at: number, tag: number, length: number): number {
  bytes[at] = tag;
  bytes[at + 1] = 0x82;
  bytes[at + 2] = length >> 8;
  bytes[at + 3] = length & 0xff;
  return at + 4;
}
