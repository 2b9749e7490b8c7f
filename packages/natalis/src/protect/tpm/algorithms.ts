// SPDX-License-Identifier: Apache-2.0
// The algorithm and curve identifiers of TPM 2.0 (Library Part 2, 6.3 and 6.4) that Natalis meets, each with what the
// rest of the house calls it.

import { algorithms } from "../../formats/index.ts";
import type { Digest, SignatureAlgorithm } from "../../kernel/index.ts";
import { structureError } from "./errors.ts";

/** TPM_ALG_… */
export const tpmAlgorithms = {
  rsa: 0x0001,
  sha1: 0x0004,
  aes: 0x0006,
  sha256: 0x000b,
  sha384: 0x000c,
  sha512: 0x000d,
  null: 0x0010,
  rsassa: 0x0014,
  rsaes: 0x0015,
  rsapss: 0x0016,
  oaep: 0x0017,
  ecdsa: 0x0018,
  ecdh: 0x0019,
  ecc: 0x0023,
  cfb: 0x0043,
} as const;

const digests: readonly (readonly [identifier: number, digest: Digest, octets: number])[] = [
  [tpmAlgorithms.sha256, "SHA-256", 32],
  [tpmAlgorithms.sha384, "SHA-384", 48],
  [tpmAlgorithms.sha512, "SHA-512", 64],
  [tpmAlgorithms.sha1, "SHA-1", 20],
];

/** TPMI_ALG_HASH @throws NAT_TPM_STRUCTURE */
export function digestOf(identifier: number): Digest {
  const row = digests.find(([known]) => known === identifier);
  if (row === undefined) throw structureError(`hash algorithm 0x${identifier.toString(16)}`);
  return row[1];
}

export function digestIdentifier(digest: Digest): number {
  return rowOf(digest)[0];
}

export function digestOctets(digest: Digest): number {
  return rowOf(digest)[2];
}

/** Names of curves whose keys have an algorithm of ours. */
export type TpmCurve = "P-256" | "P-384";

export interface CurveFacts {
  /** TPM_ECC_… */
  readonly identifier: number;
  readonly curve: TpmCurve;
  /** Of one coordinate. */
  readonly octets: number;
  readonly algorithm: SignatureAlgorithm;
}

const curves: readonly CurveFacts[] = [
  { identifier: 0x0003, curve: "P-256", octets: 32, algorithm: algorithms.ES256 },
  { identifier: 0x0004, curve: "P-384", octets: 48, algorithm: algorithms.ES384 },
];

/** @throws NAT_TPM_STRUCTURE */
export function curveOf(identifier: number): TpmCurve {
  const facts = curves.find((one) => one.identifier === identifier);
  if (facts === undefined) throw structureError(`curve 0x${identifier.toString(16)}`);
  return facts.curve;
}

export function curveFacts(curve: TpmCurve): CurveFacts {
  return curves.find((one) => one.curve === curve) as CurveFacts;
}

function rowOf(digest: Digest) {
  return digests.find(([, known]) => known === digest) as (typeof digests)[number];
}
