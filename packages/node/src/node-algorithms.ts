// SPDX-License-Identifier: Apache-2.0
// How node:crypto spells our signature algorithms; everything else about them stands in formats/algorithms.

import { generateKeyPairSync, type KeyPairKeyObjectResult } from "node:crypto";
import type { SignatureAlgorithmName } from "natalis/kernel";

export interface NodeAlgorithm {
  /** First argument of `sign` and `verify`: null where the algorithm hashes by itself. */
  readonly digest: "sha256" | "sha384" | null;
  generate(): KeyPairKeyObjectResult;
}

export const nodeAlgorithms: Readonly<Record<SignatureAlgorithmName, NodeAlgorithm>> = {
  ES256: { digest: "sha256", generate: () => generateKeyPairSync("ec", { namedCurve: "P-256" }) },
  ES384: { digest: "sha384", generate: () => generateKeyPairSync("ec", { namedCurve: "P-384" }) },
  EdDSA: { digest: null, generate: () => generateKeyPairSync("ed25519") },
  "ML-DSA-44": { digest: null, generate: () => generateKeyPairSync("ml-dsa-44") },
  "ML-DSA-65": { digest: null, generate: () => generateKeyPairSync("ml-dsa-65") },
  "ML-DSA-87": { digest: null, generate: () => generateKeyPairSync("ml-dsa-87") },
};
