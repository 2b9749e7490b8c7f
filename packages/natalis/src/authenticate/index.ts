// SPDX-License-Identifier: Apache-2.0
// Authentication of devices in two steps, between any two parties: the certificate is verified (path, identity,
// status), and its holder signs a fresh challenge. Everything outside comes in: this runs on any side, in browsers too.

export * from "../path/index.ts";
export { type AnswerPayload, answerErrors, answerType, encodeAnswerPayload, parseAnswerPayload } from "./answer.ts";
export { type Challenge, challenge, challengeLifetimeSeconds, nonceLength } from "./challenge.ts";
export { type ChallengeStore, MemoryChallengeStore } from "./challenge-store.ts";
export { type DeviceIdentity, readDeviceIdentity } from "./device-identity.ts";
export { authenticateErrors } from "./errors.ts";
export type { Finding, StatusSource, StatusSourceKind } from "./finding.ts";
export {
  type AnswerFacts,
  type AuthenticatedIdentity,
  type IdentityFacts,
  isAuthenticatedIdentity,
  isVerifiedIdentity,
  type VerifiedIdentity,
} from "./verified-identity.ts";
export {
  encodeVerdict,
  issueVerdict,
  longestVerdict,
  parseVerdict,
  type Verdict,
  type VerdictInput,
  verdictType,
} from "./verdict.ts";
export { type RememberingOptions, rememberingVerifier } from "./remembering-verifier.ts";
export { type AnswerRequest, type AuthenticationPolicy, verifyAnswer } from "./verify-answer.ts";
export {
  type Evidence,
  type IdentifiedDevice,
  type IdentityRequest,
  identifyDevice,
  type StatusPolicy,
  verifyIdentity,
} from "./verify-identity.ts";
export { type VerdictRequest, type VerifiedVerdict, verifyVerdict } from "./verify-verdict.ts";
export type { DeviceStatus } from "./weigh.ts";
