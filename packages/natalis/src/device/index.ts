// SPDX-License-Identifier: Apache-2.0
// What runs on the device: ask for a certificate, answer challenges, seal data.

export { type AnswerInput, answerChallenge } from "./answer-challenge.ts";
export { type BirthInput, beBorn } from "./be-born.ts";
export { deviceErrors } from "./errors.ts";
export { birthReceiptPath, fetchBirthReceipt, type ReceiptInput, wholePapers } from "./fetch-birth-receipt.ts";
export type { RegistrarAnswer, RegistrarConnection } from "./registrar-connection.ts";
export { buildCertificationRequest, type CertificationRequestInput } from "./request.ts";
export type { SealStateStore } from "./seal-state-store.ts";
export { type SealedBatch, Sealer, type SealerOptions } from "./sealer.ts";
export {
  type BirthPapers,
  type Born,
  type PapersVerification,
  type ProvisionalPapers,
  type UnitFacts,
  verifyPapers,
} from "./verify-papers.ts";
export { type ProvisionallyBorn, verifyProvisionalPapers } from "./verify-provisional.ts";
