// SPDX-License-Identifier: Apache-2.0
// Both steps of authentication in one: a device's answer (COSE_Sign1, RFC 9052) to a challenge of this verifier.
// Cheap checks come first, and the challenge is spent whatever follows: no answer is judged twice.

import {
  hasLabels,
  headerLabels,
  parseSign1,
  parseX5chain,
  parseX5t,
  type Sign1,
  verifySign1,
} from "../formats/index.ts";
import { equalBytes, type Hash, type SignatureVerifier } from "../kernel/index.ts";
import { type AnswerPayload, answerType, parseAnswerPayload } from "./answer.ts";
import type { Challenge } from "./challenge.ts";
import type { ChallengeStore } from "./challenge-store.ts";
import { authenticateError } from "./errors.ts";
import { type Evidence, type IdentityRequest, type StatusPolicy, verifyIdentity } from "./verify-identity.ts";
import { AuthenticatedIdentity } from "./verified-identity.ts";

export interface AuthenticationPolicy extends StatusPolicy {
  /** The tls-exporter value (RFC 9266) of the connection that the answer must be bound to; absent: no binding needed. */
  readonly channelBinding?: Uint8Array | undefined;
}

export interface AnswerRequest extends Omit<IdentityRequest, "certificate" | "policy" | "purpose"> {
  /** The COSE_Sign1 as received. */
  readonly answer: Uint8Array;
  readonly challenges: ChallengeStore;
  /** Who this verifier is. */
  readonly audience: string;
  readonly policy: AuthenticationPolicy;
  /** Verifies what many devices have in common (certificates, lists, checkpoints); absent: `verifier` does. */
  readonly evidenceVerifier?: SignatureVerifier | undefined;
}

const longestAnswer = 1 << 16;
const protectedLabels = [headerLabels.algorithm, headerLabels.type, headerLabels.x5t];

/**
 * @throws NAT_AUTHENTICATE_ codes, NAT_COSE_SIGNATURE and NAT_COSE_ALGORITHM where another key answered, and what
 * verifyIdentity throws; NAT_COSE_, NAT_CBOR_ and NAT_ANSWER_ codes of malformed answers
 */
export async function verifyAnswer(request: AnswerRequest): Promise<AuthenticatedIdentity> {
  const answer = readAnswer(request.answer);
  const challenge = await takeChallenge(answer.payload, request);
  checkChallenge(challenge, answer.payload, request);
  const presented = presentedCertificates(answer, request.evidence, request.hash);
  const evidence = { ...request.evidence, chain: presented.others };
  // An answer is signed for the purpose of answering, whatever else a request that was spread in may say.
  const identity = await verifyIdentity({
    ...request,
    certificate: presented.certificate,
    evidence,
    purpose: undefined,
    verifier: request.evidenceVerifier ?? request.verifier,
  });
  await verifySign1(answer.sign1, identity.certificate.publicKey, request.verifier);
  return new AuthenticatedIdentity(identity, factsOf(answer.payload, request.policy));
}

interface ReadAnswer {
  readonly sign1: Sign1;
  readonly payload: AnswerPayload;
  /** SHA-256 of the certificate that the device means. */
  readonly certificateHash: Uint8Array;
  readonly chain: readonly Uint8Array[];
}

function readAnswer(bytes: Uint8Array): ReadAnswer {
  if (bytes.length > longestAnswer) throw authenticateError("NAT_AUTHENTICATE_ANSWER", `${bytes.length} bytes`);
  const sign1 = parseSign1(bytes);
  if (sign1.protectedHeader.get(headerLabels.type) !== answerType)
    throw authenticateError("NAT_AUTHENTICATE_ANSWER", "its typ is not that of answers");
  if (!hasLabels(sign1.protectedHeader, protectedLabels))
    throw authenticateError("NAT_AUTHENTICATE_ANSWER", "its protected headers are not algorithm, typ and x5t");
  const chain = sign1.unprotectedHeader.get(headerLabels.x5chain);
  return {
    sign1,
    payload: parseAnswerPayload(sign1.payload),
    certificateHash: parseX5t(sign1.protectedHeader.get(headerLabels.x5t)),
    chain: chain === undefined ? [] : parseX5chain(chain),
  };
}

async function takeChallenge({ nonce }: AnswerPayload, { challenges }: AnswerRequest): Promise<Challenge> {
  const challenge = await challenges.take(nonce);
  if (challenge === undefined)
    throw authenticateError("NAT_AUTHENTICATE_CHALLENGE_UNKNOWN", "no challenge with this nonce is open");
  return challenge;
}

function checkChallenge(challenge: Challenge, payload: AnswerPayload, { audience, policy, at }: AnswerRequest): void {
  const left = challenge.expiresAt.getTime() - at.getTime();
  // Not `left <= 0`: a store that lost the instant must not make the challenge everlasting.
  if (!(left > 0)) throw authenticateError("NAT_AUTHENTICATE_CHALLENGE_EXPIRED", `${-left} ms ago`);
  if (challenge.audience !== audience)
    throw authenticateError("NAT_AUTHENTICATE_AUDIENCE", "the challenge was made for another audience");
  if (payload.audience !== audience)
    throw authenticateError("NAT_AUTHENTICATE_AUDIENCE", "the answer was made for another audience");
  if (policy.channelBinding !== undefined && !isBoundTo(policy.channelBinding, payload))
    throw authenticateError(
      "NAT_AUTHENTICATE_CHANNEL",
      payload.channelBinding ? "another channel" : "no channel named",
    );
}

function isBoundTo(channelBinding: Uint8Array, payload: AnswerPayload): boolean {
  return payload.channelBinding !== undefined && equalBytes(payload.channelBinding, channelBinding);
}

/** The certificate that the signed header names, wherever it was presented, and the others beside it. */
function presentedCertificates(
  { certificateHash, chain }: ReadAnswer,
  evidence: Evidence,
  hash: Hash,
): { certificate: Uint8Array; others: readonly Uint8Array[] } {
  const presented = [...chain, ...(evidence.chain ?? [])];
  const certificate = presented.find((der) => equalBytes(hash.sha256(der), certificateHash));
  if (certificate === undefined)
    throw authenticateError("NAT_AUTHENTICATE_CERTIFICATE", `none of the ${presented.length} presented`);
  return { certificate, others: presented.filter((der) => der !== certificate) };
}

function factsOf({ audience, nonce, deviceTime }: AnswerPayload, { channelBinding }: AuthenticationPolicy) {
  return { audience, nonce, deviceTime, channelBound: channelBinding !== undefined };
}
