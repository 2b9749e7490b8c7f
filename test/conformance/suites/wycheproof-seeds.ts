// SPDX-License-Identifier: Apache-2.0
// C2SP Wycheproof's ML-DSA signing vectors, as far as they are about signatures: each verifies under the public key of
// its seed, or does not. That seeds are imported and sign is for runtimes whose keys have bytes (../wycheproof-ml-dsa-seed).

import { algorithms, publicKeyInfo } from "natalis/formats";
import { fromHex, type SignatureAlgorithm } from "natalis/kernel";
import type { ConformanceSuite, SuiteCase, VectorFiles } from "./suite.ts";
import { jsonVectors } from "./vector-text.ts";

interface Vector {
  readonly tcId: number;
  readonly comment: string;
  /** Absent where the vector begins within the algorithm, after the message was hashed. */
  readonly msg?: string;
  /** Context string, in hexadecimal. */
  readonly ctx?: string;
  readonly sig: string;
  readonly result: "valid" | "invalid";
}

interface VectorFile {
  readonly testGroups: readonly { readonly publicKey: string | null; readonly tests: readonly Vector[] }[];
}

const judged: ReadonlyMap<string, SignatureAlgorithm> = new Map([
  ["mldsa_44_sign_seed_test.json", algorithms["ML-DSA-44"]],
  ["mldsa_65_sign_seed_test.json", algorithms["ML-DSA-65"]],
]);

export const wycheproofSeeds: ConformanceSuite = {
  name: "Wycheproof ML-DSA seeds",
  sources: [{ folder: "wycheproof", pattern: /^mldsa_\d\d_sign_seed_test\.json$/ }],
  count: 160,
  cases: (files: VectorFiles) =>
    jsonVectors(files, "wycheproof").flatMap(({ file, content }) => {
      const algorithm = judged.get(file) as SignatureAlgorithm;
      return (content as VectorFile).testGroups.flatMap(({ publicKey, tests }) =>
        publicKey === null ? [] : tests.flatMap((one) => casesOf(algorithm, fromHex(publicKey), one)),
      );
    }),
};

/** We verify with the empty context (RFC 9881 section 3), so another context is another message. */
function casesOf(algorithm: SignatureAlgorithm, rawKey: Uint8Array, vector: Vector): SuiteCase[] {
  const { tcId, comment, msg, ctx = "", sig, result } = vector;
  if (msg === undefined) return [];
  const [publicKey, data, signature] = [publicKeyInfo(algorithm, rawKey), fromHex(msg), fromHex(sig)];
  return [
    {
      name: `${algorithm.name} ${tcId}: ${comment}`,
      topic: algorithm.name,
      expected: String(result === "valid" && ctx === ""),
      run: async ({ verifier }) => String(await verifier.verify(algorithm, publicKey, data, signature)),
    },
  ];
}
