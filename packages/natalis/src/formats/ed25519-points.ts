// SPDX-License-Identifier: Apache-2.0
// Points of small order on edwards25519 (RFC 8032 section 5.1). Under such a public key one signature fits any message,
// and implementations differ on such an R: both are refused, as the Web Cryptography draft "Secure Curves" requires
// of verification, so that every runtime gives the same answer.

import { fromHex, type SignatureAlgorithm } from "../kernel/index.ts";

/** y-coordinates (little-endian, sign bit cleared) of orders 1, 2, 4 and 8, with the two that are not reduced mod p. */
const smallOrderY: readonly Uint8Array[] = [
  "0100000000000000000000000000000000000000000000000000000000000000",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "0000000000000000000000000000000000000000000000000000000000000000",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
].map(fromHex);

/** Whether the 32 bytes encode a point whose order divides 8. */
export function isSmallOrderPoint(point: Uint8Array): boolean {
  return smallOrderY.some((y) => y.every((octet, i) => octet === ((point[i] ?? 0) & (i === 31 ? 0x7f : 0xff))));
}

/** For Ed25519: whether the public key (DER SubjectPublicKeyInfo) or the signature's R is of small order. */
export function hasSmallOrderPoint(
  algorithm: SignatureAlgorithm,
  publicKey: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (algorithm.name !== "EdDSA") return false;
  return isSmallOrderPoint(publicKey.subarray(algorithm.publicKeyPrefix.length)) || isSmallOrderPoint(signature);
}
