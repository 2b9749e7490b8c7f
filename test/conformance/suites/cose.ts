// SPDX-License-Identifier: Apache-2.0
// COSE_Sign1 (RFC 9052) judged by the examples of the COSE working group, of GlueCOSE, and of the IETF hackathon for
// ML-DSA (RFC 9964). Algorithms outside our table must be refused.

import { encodeSign1Structure, parseCoseKey, parseSign1, signedBytes, verifySign1 } from "natalis/formats";
import { isNatalisError, toHex } from "natalis/kernel";
import { type JsonWebKey, publicKeyOfJson } from "./json-web-key.ts";
import type { ConformanceSuite, SuiteCase, SuitePorts, VectorFiles } from "./suite.ts";
import { bytesOf, jsonVectors, vector } from "./vector-text.ts";

interface WorkingGroupExample {
  readonly fail?: boolean;
  readonly input: { readonly sign0: { readonly key: JsonWebKey; readonly alg: string; readonly external?: string } };
  readonly intermediates: { readonly ToBeSign_hex: string };
  readonly output: { readonly cbor: string };
}

interface GlueExample {
  readonly key: JsonWebKey;
  readonly alg: string;
  readonly "sign1::verify"?: {
    readonly taggedCOSESign1: { readonly cborHex: string };
    readonly external?: string;
    readonly shouldVerify: boolean;
  };
  readonly "sign1::sign"?: {
    readonly payload: string;
    readonly protectedHeaders: { readonly cborHex: string };
    readonly external?: string;
    readonly tbsHex: { readonly cborHex: string };
    readonly expectedOutput: { readonly cborHex: string };
  };
}

interface Judged {
  readonly message: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly externalAad: Uint8Array;
}

const workingGroup = ["sign1-tests", "ecdsa-examples", "eddsa-examples"].map((name) => `cose/cose-wg/${name}`);
const glue = "cose/gluecose";
const postQuantum = ["noble", "py"].map((name) => `pqc/jose-cose/pqc-jose-cose-${name}-ref`);
const tableAlgorithms: readonly string[] = ["ES256", "ES384", "EdDSA"];

export const cose: ConformanceSuite = {
  name: "COSE_Sign1",
  sources: [
    { folder: "cose/cose-wg/sign1-tests", pattern: /^sign-(pass|fail)/ },
    { folder: "cose/cose-wg/ecdsa-examples", pattern: /^ecdsa-sig/ },
    { folder: "cose/cose-wg/eddsa-examples", pattern: /^eddsa-sig/ },
    { folder: glue, pattern: /^sign1-(verify|sign)/ },
    ...postQuantum.map((folder) => ({ folder, pattern: /_(cose_key_pub|cose_sign1)\.cbor$/ })),
  ],
  count: 51,
  cases: (files: VectorFiles) => [
    ...workingGroup.flatMap((folder) =>
      jsonVectors(files, folder).flatMap(({ file, content }) =>
        workingGroupCases(file, content as WorkingGroupExample),
      ),
    ),
    ...jsonVectors(files, glue).flatMap(({ file, content }) => glueCases(file, content as GlueExample)),
    ...postQuantum.flatMap((folder) => latticeCases(files, folder)),
  ],
};

function workingGroupCases(
  file: string,
  { input, intermediates, output, fail = false }: WorkingGroupExample,
): SuiteCase[] {
  const { key, alg, external } = input.sign0;
  const [message, externalAad] = [bytesOf(output.cbor), bytesOf(external)];
  const inTable = tableAlgorithms.includes(alg) && key.crv !== "Ed448";
  const judged = { message, publicKey: publicKeyOfJson(key), externalAad };
  const verified = verifying(file, alg, inTable && !fail, judged);
  if (fail) return [verified];
  const run = () => toHex(signedBytes(parseSign1(message), externalAad));
  return [
    verified,
    { name: `${file}: what is signed`, topic: alg, expected: intermediates.ToBeSign_hex.toLowerCase(), run },
  ];
}

function glueCases(file: string, { key, alg, "sign1::verify": verify, "sign1::sign": sign }: GlueExample): SuiteCase[] {
  const [publicKey, inTable] = [publicKeyOfJson(key), tableAlgorithms.includes(alg)];
  if (verify !== undefined) {
    const [message, externalAad] = [bytesOf(verify.taggedCOSESign1.cborHex), bytesOf(verify.external)];
    return [verifying(file, alg, verify.shouldVerify && inTable, { message, publicKey, externalAad })];
  }
  if (sign === undefined) return [];
  const [message, externalAad] = [bytesOf(sign.expectedOutput.cborHex), bytesOf(sign.external)];
  const run = () =>
    toHex(encodeSign1Structure(bytesOf(sign.protectedHeaders.cborHex), bytesOf(sign.payload), externalAad));
  return [
    { name: `${file}: what is signed`, topic: alg, expected: sign.tbsHex.cborHex.toLowerCase(), run },
    verifying(file, alg, inTable, { message, publicKey, externalAad }),
  ];
}

function latticeCases(files: VectorFiles, folder: string): SuiteCase[] {
  return ["ML-DSA-44", "ML-DSA-65", "ML-DSA-87"].map((name) => {
    const publicKey = parseCoseKey(vector(files, `${folder}/${name}_cose_key_pub.cbor`));
    const message = vector(files, `${folder}/${name}_cose_sign1.cbor`);
    return verifying(`${folder} ${name}`, name, true, { message, publicKey, externalAad: new Uint8Array(0) });
  });
}

function verifying(name: string, topic: string, isAccepted: boolean, judged: Judged): SuiteCase {
  return { name, topic, expected: isAccepted ? "accepted" : "refused", run: (ports) => answer(judged, ports) };
}

async function answer({ message, publicKey, externalAad }: Judged, { verifier }: SuitePorts): Promise<string> {
  try {
    await verifySign1(parseSign1(message), publicKey, verifier, externalAad);
    return "accepted";
  } catch (error) {
    if (isNatalisError(error, "NAT_WEBCRYPTO_UNSUPPORTED")) return error.code;
    if (isNatalisError(error)) return "refused";
    throw error;
  }
}
