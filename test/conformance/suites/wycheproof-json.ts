// SPDX-License-Identifier: Apache-2.0
// C2SP Wycheproof JSON Web Signature and Key vectors. Natalis has no JOSE: what is judged is the signature in each (RFC
// 7515, RFC 7518) under the public key in each. What only a reader of JWKs could refuse is named.

import { encodeInteger, encodeSequence, signatureSchemeFor } from "natalis/formats";
import { decodeUtf8, encodeUtf8, fromBase64Url, fromHex, isNatalisError } from "natalis/kernel";
import { type JsonWebKey, publicKeyOfJson } from "./json-web-key.ts";
import type { ConformanceSuite, SuiteCase, SuitePorts, VectorFiles } from "./suite.ts";
import { jsonVectors } from "./vector-text.ts";

type Keys = JsonWebKey | { readonly keys: readonly JsonWebKey[] };

interface Vector {
  readonly tcId: number;
  readonly comment: string;
  readonly jws: string;
  readonly result: "valid" | "invalid";
}

interface VectorFile {
  /** Symmetric keys have no public half. */
  readonly testGroups: readonly { readonly private: Keys; readonly public?: Keys; readonly tests: readonly Vector[] }[];
}

/** DER identifiers of the signature algorithms of RFC 7518 section 3.1, and the octets of r and s. */
const digest = (last: string) => `300d060960864801650304020${last}0500`;
const pss = (last: string, salt: string) =>
  `304106092a864886f70d01010a3034a00f${digest(last)}a11c301a06092a864886f70d010108${digest(last)}a2030201${salt}`;
const signatureAlgorithms = new Map<unknown, { readonly identifier: string; readonly width?: number }>([
  ["RS256", { identifier: "300d06092a864886f70d01010b0500" }],
  ["RS384", { identifier: "300d06092a864886f70d01010c0500" }],
  ["RS512", { identifier: "300d06092a864886f70d01010d0500" }],
  ["PS256", { identifier: pss("1", "20") }],
  ["PS384", { identifier: pss("2", "30") }],
  ["PS512", { identifier: pss("3", "40") }],
  ["ES256", { identifier: "300a06082a8648ce3d040302", width: 32 }],
  ["ES384", { identifier: "300a06082a8648ce3d040303", width: 48 }],
  ["ES512", { identifier: "300a06082a8648ce3d040304", width: 66 }],
]);

/**
 * Vectors that the suite wants refused for what their JWK says of its key, which a SubjectPublicKeyInfo cannot say: the
 * signature holds. By file, then by number.
 */
const refusedByJwkAlone: Readonly<Record<string, ReadonlyMap<number, string>>> = {
  "json_web_signature_test.json": new Map([
    ...[332, 334, 336, 338, 340].map((tcId) => [tcId, "alg is another algorithm of the same kind of key"] as const),
    ...[353, 354].map((tcId) => [tcId, "use is enc"] as const),
    ...[355, 356].map((tcId) => [tcId, "key_ops is encrypt"] as const),
  ]),
  "json_web_key_test.json": new Map([
    [6, "use is enc"],
    [7, "made by a generator with a flaw (ROCA, CVE-2017-15361): revocation is what tells of such keys"],
    [8, "RSA of 1024 bits: weak, which the strength of a path decides"],
    [19, "alg is of another curve"],
    [20, "alg is of another curve"],
    [21, "use is enc"],
  ]),
};

export const wycheproofJson: ConformanceSuite = {
  name: "Wycheproof JSON Web Signatures",
  sources: [{ folder: "wycheproof", pattern: /^json_web_(?:signature|key)_test\.json$/ }],
  count: 427,
  cases: (files: VectorFiles) =>
    jsonVectors(files, "wycheproof").flatMap(({ file, content }) =>
      (content as VectorFile).testGroups.flatMap((group) => {
        const isSymmetric = group.public === undefined;
        const key = firstKey(group.public ?? group.private);
        return group.tests.map((one) => caseOf(file, one, key, isSymmetric));
      }),
    ),
};

function caseOf(
  file: string,
  { tcId, comment, jws, result }: Vector,
  key: JsonWebKey,
  isSymmetric: boolean,
): SuiteCase {
  const holds = (result === "valid" && !isSymmetric) || refusedByJwkAlone[file]?.has(tcId) === true;
  return {
    name: `${file} ${tcId}: ${comment}`,
    topic: key.kty ?? "",
    expected: String(holds),
    run: (ports) => answer(key, jws, ports),
  };
}

async function answer(key: JsonWebKey, jws: string, { verifier }: SuitePorts): Promise<string> {
  try {
    return String(await isSigned(key, jws.split("."), verifier));
  } catch (error) {
    if (isNatalisError(error, "NAT_WEBCRYPTO_UNSUPPORTED")) return error.code;
    if (isNatalisError(error) || error instanceof SyntaxError) return "false";
    throw error;
  }
}

/** Whether a compact JWS has a signature that holds under the key; a MAC is none. @throws for what is malformed */
async function isSigned(
  key: JsonWebKey,
  [header = "", payload = "", encoded = "", ...others]: readonly string[],
  verifier: SuitePorts["verifier"],
): Promise<boolean> {
  const { alg } = JSON.parse(decodeUtf8(fromBase64Url(header))) as { alg?: unknown };
  const algorithm = signatureAlgorithms.get(alg);
  fromBase64Url(payload);
  if (others.length > 0 || algorithm === undefined || key.kty === "oct") return false;
  const publicKey = publicKeyOfJson(key);
  const scheme = signatureSchemeFor(fromHex(algorithm.identifier), publicKey);
  const signature = ecdsaValue(fromBase64Url(encoded), algorithm.width);
  if (scheme === undefined || signature === undefined) return false;
  return verifier.verify(scheme, publicKey, encodeUtf8(`${header}.${payload}`), signature);
}

/** Ecdsa-Sig-Value of r and s joined, where there is a width; undefined where they have another. */
function ecdsaValue(signature: Uint8Array, width?: number): Uint8Array | undefined {
  if (width === undefined) return signature;
  if (signature.length !== 2 * width) return undefined;
  return encodeSequence(encodeInteger(signature.subarray(0, width)), encodeInteger(signature.subarray(width)));
}

/** Sets of public keys have one each. */
function firstKey(keys: Keys): JsonWebKey {
  return "keys" in keys ? ((keys.keys as readonly JsonWebKey[])[0] as JsonWebKey) : keys;
}
