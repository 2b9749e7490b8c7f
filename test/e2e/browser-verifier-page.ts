// SPDX-License-Identifier: Apache-2.0
// What runs in the page of the browser verifier's test: the contract of SignatureVerifier, and what of its known
// signatures the browser cannot judge.

import { isNatalisError } from "natalis/kernel";
import { knownSignatures, signatureVerifierContract } from "natalis/testing";
import { webSignatureVerifier } from "natalis/webcrypto";

export const page = {
  /** Names of the promises that are broken, with what was seen. */
  async brokenPromises(): Promise<string[]> {
    const broken: string[] = [];
    for (const promise of signatureVerifierContract)
      try {
        await promise.run(webSignatureVerifier);
      } catch (error) {
        broken.push(`${promise.name}: ${String(error)}`);
      }
    return broken;
  },

  /** Names of the schemes by the answer to a valid signature: "true", or the code of a refusal. */
  async schemesByAnswer(): Promise<Record<string, string[]>> {
    const answers: Record<string, string[]> = {};
    for (const { scheme, publicKey, data, signature } of knownSignatures) {
      const judged = Promise.resolve(webSignatureVerifier.verify(scheme, publicKey, data, signature));
      const answer = await judged.catch(codeOf);
      answers[String(answer)] = [...(answers[String(answer)] ?? []), scheme.name];
    }
    return answers;
  },
};

function codeOf(error: unknown): string {
  if (isNatalisError(error)) return error.code;
  throw error;
}

Object.assign(globalThis, { page });
