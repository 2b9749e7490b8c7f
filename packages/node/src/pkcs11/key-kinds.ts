// SPDX-License-Identifier: Apache-2.0
// How PKCS#11 spells our signature algorithms: curve names and raw ECDSA in 2.40 (2.3.1 and 2.3.6 of the mechanisms
// book), Edwards curves in 3.0 (2.3.5, 2.3.14). Hashing is the host's, since many tokens offer raw ECDSA only.

import { algorithms, encodeOid, encodePrintableString } from "natalis/formats";
import { equalBytes, type SignatureAlgorithm } from "natalis/kernel";
import { mechanisms } from "./cryptoki.ts";

export interface KeyKind {
  readonly algorithm: SignatureAlgorithm;
  /** CKA_EC_PARAMS: the one we ask for first, then others that tokens give back for the same curve. */
  readonly parameters: readonly [Uint8Array, ...Uint8Array[]];
  readonly generating: number;
  readonly signing: number;
  /** What is hashed before the token signs. */
  readonly digest: "sha256" | "sha384" | undefined;
}

const ecdsa = { generating: mechanisms.ecKeyPairGeneration, signing: mechanisms.ecdsa };

export const keyKinds: readonly KeyKind[] = [
  { algorithm: algorithms.ES256, parameters: [encodeOid("1.2.840.10045.3.1.7")], digest: "sha256", ...ecdsa },
  { algorithm: algorithms.ES384, parameters: [encodeOid("1.3.132.0.34")], digest: "sha384", ...ecdsa },
  {
    algorithm: algorithms.EdDSA,
    parameters: [encodePrintableString("edwards25519"), encodeOid("1.3.101.112")],
    generating: mechanisms.edwardsKeyPairGeneration,
    signing: mechanisms.eddsa,
    digest: undefined,
  },
];

export function kindOfAlgorithm(algorithm: SignatureAlgorithm): KeyKind | undefined {
  return keyKinds.find((kind) => kind.algorithm === algorithm);
}

export function kindOfParameters(given: Uint8Array): KeyKind | undefined {
  return keyKinds.find(({ parameters }) => parameters.some((one) => equalBytes(one, given)));
}

const octetStringTag = 0x04;

/**
 * The raw key in CKA_EC_POINT. The standard wants it in a DER OCTET STRING; there are tokens that give it bare. The
 * lengths tell which: an uncompressed point begins with the OCTET STRING's own tag. Undefined for anything else.
 */
export function rawKeyIn(point: Uint8Array, { publicKeyLength }: SignatureAlgorithm): Uint8Array | undefined {
  if (point.length === publicKeyLength) return point;
  const isWrapped = point[0] === octetStringTag && point[1] === publicKeyLength && point.length === publicKeyLength + 2;
  return isWrapped ? point.subarray(2) : undefined;
}
