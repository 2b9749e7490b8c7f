// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import test from "node:test";
import { ed25519 } from "@noble/curves/ed25519.js";
import { toHex } from "../kernel/index.ts";
import { algorithms, publicKeyInfo } from "./algorithms.ts";
import { hasSmallOrderPoint, isSmallOrderPoint } from "./ed25519-points.ts";

const { Point } = ed25519;
const field = 2n ** 255n - 19n;

test("every encoding of a point of small order is known", () => {
  const seen: string[] = [];
  for (const sign of [0n, 1n])
    for (const y of candidates()) {
      const encoding = littleEndian(y | (sign << 255n));
      assert.equal(isSmallOrderPoint(encoding), isSmallOrderByArithmetic(encoding), toHex(encoding));
      if (isSmallOrderPoint(encoding)) seen.push(toHex(encoding));
    }
  // Eight points; the identity and the one of order 2 have a second sign, and four are reachable by y + p.
  assert.equal(new Set(seen).size, 14);
});

test("a generated key and its signature are not of small order", () => {
  const { secretKey, publicKey } = ed25519.keygen(new Uint8Array(32).fill(7));
  const signature = ed25519.sign(new Uint8Array(3), secretKey);
  const spki = publicKeyInfo(algorithms.EdDSA, publicKey);
  assert.equal(hasSmallOrderPoint(algorithms.EdDSA, spki, signature), false);
  const weak = publicKeyInfo(algorithms.EdDSA, littleEndian(1n));
  assert.equal(hasSmallOrderPoint(algorithms.EdDSA, weak, signature), true);
  assert.equal(hasSmallOrderPoint(algorithms.EdDSA, spki, new Uint8Array(64)), true);
  assert.equal(hasSmallOrderPoint(algorithms.ES256, weak, signature), false);
});

/** All torsion points' y, each also plus p where that still fits 255 bits, and neighbours that are no such points. */
function candidates(): bigint[] {
  const torsion = Point.fromHex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a");
  const values = new Set<bigint>([2n, 3n, 4n]);
  let point = Point.ZERO;
  for (let i = 0; i < 8; i++) {
    values.add(point.toAffine().y);
    if (point.toAffine().y + field < 2n ** 255n) values.add(point.toAffine().y + field);
    point = point.add(torsion);
  }
  return [...values];
}

/** By the group law: times 8 is the identity. ZIP 215 decoding takes unreduced y. */
function isSmallOrderByArithmetic(encoding: Uint8Array): boolean {
  try {
    return Point.fromBytes(encoding, true).clearCofactor().is0();
  } catch {
    return false;
  }
}

function littleEndian(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
}
