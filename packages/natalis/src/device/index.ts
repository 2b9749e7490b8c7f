// SPDX-License-Identifier: Apache-2.0
// What runs on the device: ask for a certificate, answer challenges, seal data.

export { type AnswerInput, answerChallenge } from "./answer-challenge.ts";
export { deviceErrors } from "./errors.ts";
export { buildCertificationRequest, type CertificationRequestInput } from "./request.ts";
export type { SealStateStore } from "./seal-state-store.ts";
export { type SealedBatch, Sealer, type SealerOptions } from "./sealer.ts";
