// SPDX-License-Identifier: Apache-2.0
// Points of small order on edwards25519 and edwards448 (RFC 8032 sections 5.1 and 5.2). Under such a public key one
// signature fits any message, and implementations differ on such an R: both are refused, as the Web Cryptography draft
// "Secure Curves" requires of verification, so that every runtime gives the same answer.

import { fromHex, type KeyKind } from "../kernel/index.ts";

interface Curve {
  /** Octets of an encoded point; the highest bit is the sign of x. */
  readonly length: number;
  /** y-coordinates (little-endian, sign bit cleared), those that are not reduced mod p among them. */
  readonly smallOrderY: readonly Uint8Array[];
}

const ones = (octets: number) => "ff".repeat(octets);
const zeros = (octets: number) => "00".repeat(octets);

const curves: Readonly<Partial<Record<KeyKind, Curve>>> = {
  /** Orders 1, 2, 4 and 8. */
  Ed25519: {
    length: 32,
    smallOrderY: [
      `01${zeros(31)}`,
      `ec${ones(30)}7f`,
      zeros(32),
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
      `ed${ones(30)}7f`,
      `ee${ones(30)}7f`,
    ].map(fromHex),
  },
  /** Orders 1, 2 and 4: y of 1, -1 and 0, where p is 2^448 - 2^224 - 1. */
  Ed448: {
    length: 57,
    smallOrderY: [
      `01${zeros(56)}`,
      `fe${ones(27)}fe${ones(27)}00`,
      zeros(57),
      `${ones(28)}fe${ones(27)}00`,
      `${zeros(28)}${ones(28)}00`,
    ].map(fromHex),
  },
};

/** Whether the public key (DER SubjectPublicKeyInfo) or the signature's R is of small order; never for other kinds. */
export function hasSmallOrderPoint(kind: KeyKind, publicKey: Uint8Array, signature: Uint8Array): boolean {
  const curve = curves[kind];
  if (curve === undefined) return false;
  const point = publicKey.subarray(publicKey.length - curve.length);
  return isSmallOrder(curve, point) || isSmallOrder(curve, signature.subarray(0, curve.length));
}

function isSmallOrder({ length, smallOrderY }: Curve, point: Uint8Array): boolean {
  return smallOrderY.some((y) => y.every((octet, i) => octet === ((point[i] ?? 0) & (i === length - 1 ? 0x7f : 0xff))));
}
