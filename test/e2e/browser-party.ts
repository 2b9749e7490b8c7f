// SPDX-License-Identifier: Apache-2.0
// What runs in the page of the browser test: a verifier and a device over WebCrypto, made of nothing but `natalis`.
// Bytes come and go as base64, refusals as their code.

import { challenge, MemoryChallengeStore, verifyAnswer } from "natalis/authenticate";
import { answerChallenge, buildCertificationRequest } from "natalis/device";
import { algorithms, encodePem } from "natalis/formats";
import {
  formatUuid,
  fromBase64,
  isNatalisError,
  portableHash,
  type SignatureAlgorithmName,
  toBase64,
} from "natalis/kernel";
import { parseTrustFile } from "natalis/registry";
import {
  generateKeyPair,
  signerFromKeyPair,
  webClock,
  webEntropy,
  webSignatureVerifier,
  type WebKeyPair,
} from "natalis/webcrypto";

export interface AskedChallenge {
  readonly nonce: string;
  readonly audience: string;
}

export interface PresentedAnswer {
  readonly answer: string;
  readonly audience: string;
  readonly trust: string;
  readonly stateProof: string;
  readonly crls: readonly string[];
}

export interface AnswerOrder {
  readonly challenge: AskedChallenge;
  readonly expectedAudience: string;
  readonly certificate: string;
  readonly chain: readonly string[];
}

export interface Accepted {
  readonly device: string;
  readonly serial: string;
  readonly state: string;
  readonly sources: readonly string[];
}

export interface Refused {
  readonly refused: string;
}

const challenges = new MemoryChallengeStore();
let keyPair: WebKeyPair | undefined;

export const party = {
  /** As verifier: a new challenge. */
  ask(audience: string): AskedChallenge {
    const asked = challenge({ audience, at: webClock.now(), entropy: webEntropy });
    challenges.put(asked);
    return { nonce: toBase64(asked.nonce), audience };
  },

  /** As verifier: what an answer proves, or why it proves nothing. */
  verify(presented: PresentedAnswer): Promise<Accepted | Refused> {
    return toldOrRefused(async () => {
      const identity = await verifyAnswer({
        answer: fromBase64(presented.answer),
        challenges,
        audience: presented.audience,
        trust: parseTrustFile(presented.trust),
        evidence: { stateProof: fromBase64(presented.stateProof), crls: presented.crls.map(fromBase64) },
        policy: { unknownStatus: "refuse", maxStateAge: 900 },
        at: webClock.now(),
        verifier: webSignatureVerifier,
        hash: portableHash,
      });
      const { deviceId, serial, state, statusSources } = identity;
      return { device: formatUuid(deviceId), serial, state, sources: statusSources.map(({ kind }) => kind) };
    });
  },

  /** As device: makes its key, which stays here, and asks for its birth. */
  async request(serial: string, algorithm: SignatureAlgorithmName): Promise<string> {
    keyPair = await generateKeyPair(algorithms[algorithm]);
    const request = await buildCertificationRequest({ serial, signer: await signerFromKeyPair(keyPair) });
    return encodePem("CERTIFICATE REQUEST", request);
  },

  /** As device: what becomes of a try to take the private key out. */
  async takeKeyOut(): Promise<string> {
    const { privateKey } = keyPair as WebKeyPair;
    return crypto.subtle.exportKey("pkcs8", privateKey).then(
      () => "taken",
      (error: Error) => error.name,
    );
  },

  /** As device: answers a challenge, in base64. */
  answer({ challenge: asked, expectedAudience, certificate, chain }: AnswerOrder): Promise<string | Refused> {
    return toldOrRefused(async () => {
      const answer = await answerChallenge({
        challenge: { nonce: fromBase64(asked.nonce), audience: asked.audience },
        expectedAudience,
        certificate: fromBase64(certificate),
        chain: chain.map(fromBase64),
        signer: await signerFromKeyPair(keyPair as WebKeyPair),
        at: webClock.now(),
      });
      return toBase64(answer);
    });
  },
};

async function toldOrRefused<Told>(work: () => Promise<Told>): Promise<Told | Refused> {
  try {
    return await work();
  } catch (error) {
    if (isNatalisError(error)) return { refused: error.code };
    throw error;
  }
}

Object.assign(globalThis, { party });
