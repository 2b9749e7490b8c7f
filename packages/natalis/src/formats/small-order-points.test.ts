// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ed448 } from "@noble/curves/ed448.js";
import { ed25519 } from "@noble/curves/ed25519.js";
import { concatBytes, fromHex, toHex } from "../kernel/index.ts";
import { hasSmallOrderPoint } from "./small-order-points.ts";

interface Case {
  readonly kind: "Ed25519" | "Ed448";
  readonly curve: typeof ed25519;
  readonly field: bigint;
  /** Octets of a point, and bits of its y-coordinate. */
  readonly octets: number;
  readonly bits: bigint;
  /** A point of the highest order there is. */
  readonly torsion: string;
  readonly cofactor: number;
  /** Encodings of small order: every point, once more for each second sign of x = 0 and each y + p that fits. */
  readonly encodings: number;
  /** Of SubjectPublicKeyInfo, RFC 8410. */
  readonly prefix: string;
}

const cases: readonly Case[] = [
  {
    kind: "Ed25519",
    curve: ed25519,
    field: 2n ** 255n - 19n,
    octets: 32,
    bits: 255n,
    torsion: "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    cofactor: 8,
    encodings: 14,
    prefix: "302a300506032b6570032100",
  },
  {
    kind: "Ed448",
    curve: ed448,
    field: 2n ** 448n - 2n ** 224n - 1n,
    octets: 57,
    bits: 448n,
    torsion: "00".repeat(57),
    cofactor: 4,
    encodings: 10,
    prefix: "3043300506032b6571033a00",
  },
];

for (const each of cases)
  describe(each.kind, () => {
    const { kind, curve, octets, bits, prefix } = each;
    const { secretKey, publicKey } = curve.keygen(new Uint8Array(octets).fill(7));
    const key = (raw: Uint8Array) => concatBytes(fromHex(prefix), raw);
    const signature = curve.sign(new Uint8Array(3), secretKey);

    test("every encoding of a point of small order is known, as key and as R", () => {
      const seen = new Set<string>();
      for (const sign of [0n, 1n])
        for (const y of candidates(each)) {
          const encoding = littleEndian(y | (sign << (8n * BigInt(octets) - 1n)), octets);
          const known = hasSmallOrderPoint(kind, key(encoding), signature);
          assert.equal(known, isSmallOrderByArithmetic(each, encoding), toHex(encoding));
          const second = new Uint8Array(octets);
          assert.equal(hasSmallOrderPoint(kind, key(publicKey), concatBytes(encoding, second)), known);
          if (known) seen.add(toHex(encoding));
        }
      assert.equal(seen.size, each.encodings);
      assert.ok(candidates(each).every((y) => y < 2n ** bits));
    });

    test("a generated key and its signature are not of small order", () => {
      assert.equal(hasSmallOrderPoint(kind, key(publicKey), signature), false);
      assert.equal(hasSmallOrderPoint(kind, key(littleEndian(1n, octets)), signature), true);
      assert.equal(hasSmallOrderPoint(kind, key(publicKey), new Uint8Array(2 * octets)), true);
    });
  });

test("other kinds of keys have no such points", () => {
  for (const kind of ["P-256", "RSA", "ML-DSA-44"] as const)
    assert.equal(hasSmallOrderPoint(kind, new Uint8Array(91), new Uint8Array(64)), false);
});

/** All torsion points' y, each also plus p where that still fits, and neighbours that are no such points. */
function candidates({ curve, torsion, cofactor, field, bits }: Case): bigint[] {
  const values = new Set<bigint>([2n, 3n, 4n]);
  const step = curve.Point.fromHex(torsion);
  let point = curve.Point.ZERO;
  for (let i = 0; i < cofactor; i++) {
    const { y } = point.toAffine();
    values.add(y);
    if (y + field < 2n ** bits) values.add(y + field);
    point = point.add(step);
  }
  return [...values];
}

/** By the group law: times the cofactor is the identity. ZIP 215 decoding takes unreduced y and a second sign of 0. */
function isSmallOrderByArithmetic({ curve }: Case, encoding: Uint8Array): boolean {
  try {
    return curve.Point.fromBytes(encoding, true).clearCofactor().is0();
  } catch {
    return false;
  }
}

function littleEndian(value: bigint, octets: number): Uint8Array {
  return Uint8Array.from({ length: octets }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
}
