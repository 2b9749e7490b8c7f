// SPDX-License-Identifier: Apache-2.0
// Points of P-256 and P-384 that are given by x and the sign of y (SEC 1 version 2, section 2.3.4; COSE allows it, RFC
// 9053 section 7.1.1, and small devices use it). Keys have one form here, so y is computed: both primes are 3 modulo 4.

import { fromHex, toHex } from "../kernel/index.ts";
import { evidenceError } from "./errors.ts";

interface Curve {
  readonly prime: bigint;
  /** Of y² = x³ - 3x + b. */
  readonly b: bigint;
  /** Octets of a coordinate. */
  readonly width: number;
}

/** By their numbers in COSE. */
const curves: Readonly<Record<number, Curve>> = {
  1: {
    prime: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
    width: 32,
  },
  2: {
    prime: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
    width: 48,
  },
};

/** The y coordinate. @throws NAT_EVIDENCE_MALFORMED for other curves, and where no point has this x */
export function yOfPoint(curve: number, x: Uint8Array, isOdd: boolean): Uint8Array {
  const known = Object.hasOwn(curves, curve) ? curves[curve] : undefined;
  if (known === undefined || x.length !== known.width) throw refused(`a compressed point of ${x.length} octets`);
  const { prime, b, width } = known;
  const abscissa = BigInt(`0x${toHex(x)}`);
  const square = modulo(abscissa ** 3n - 3n * abscissa + b, prime);
  const root = power(square, (prime + 1n) / 4n, prime);
  if (abscissa >= prime || (root * root) % prime !== square) throw refused("no point has this coordinate");
  const y = (root & 1n) === (isOdd ? 1n : 0n) ? root : prime - root;
  return fromHex(y.toString(16).padStart(2 * width, "0"));
}

function modulo(value: bigint, prime: bigint): bigint {
  return ((value % prime) + prime) % prime;
}

function power(base: bigint, exponent: bigint, prime: bigint): bigint {
  let result = 1n;
  for (let square = base, rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % prime;
    square = (square * square) % prime;
  }
  return result;
}

function refused(detail: string) {
  return evidenceError("NAT_EVIDENCE_MALFORMED", detail);
}
