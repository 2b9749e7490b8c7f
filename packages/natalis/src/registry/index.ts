// SPDX-License-Identifier: Apache-2.0
// The registry: events, log, state tree, lifecycle, receipts and proofs. Storage only by ports.

export type * from "./admission-ports.ts";
export * from "./audit/index.ts";
export { authorityEvent, stationAuthority } from "./authority-event.ts";
export { type BirthReceipt, encodeBirthReceipt, parseBirthReceipt, verifyBirthReceipt } from "./birth-receipt.ts";
export * from "./body.ts";
export { attemptKey } from "./draft-admission.ts";
export * from "./entry.ts";
export * from "./errors.ts";
export type * from "./events.ts";
export * from "./lifecycle.ts";
export { type OpenInput, openRegistry } from "./open.ts";
export * from "./ports.ts";
export { birthReceiptOf, readBirth, readBornEntry } from "./read-birth.ts";
export {
  type ProofTrust,
  type ProvenPlace,
  type ReceiptStores,
  receiptOf,
  type VerifiedReceipt,
  verifyReceipt,
} from "./receipt.ts";
export { ServedLog, type ServedLogStores } from "./served-log.ts";
export * from "./sequence.ts";
export * from "./sequencer.ts";
export { isSameHead } from "./stable-head.ts";
export * from "./state-leaf.ts";
export {
  encodeStateProof,
  parseStateProof,
  type StateAge,
  type StateProof,
  type StateProofStores,
  stateProofOf,
  type VerifiedState,
  verifyStateProof,
} from "./state-proof.ts";
export * from "./trust-file.ts";
export * from "./unit-tag.ts";
export { isValidAt, type Validity } from "./validity.ts";
