// SPDX-License-Identifier: Apache-2.0
// Trust in data: records and their hashes, seals over them, and what a data set that comes with seals is worth.

export {
  type BatchComparison,
  type BatchesToCompare,
  type ComparedBatch,
  compareBatches,
} from "./compare-batches.ts";
export {
  type AlteredRow,
  compareRows,
  isIntact,
  type MissingRecord,
  type MovedRow,
  type RowComparison,
  type RowsToCompare,
  type SealedPosition,
} from "./compare-rows.ts";
export { trustErrors } from "./errors.ts";
export { parseReadings, parseTimestamp, type Reading } from "./readings.ts";
export {
  type DataRecord,
  encodeRecord,
  leafLength,
  leafOfRecord,
  leavesOfRecords,
  recordSchema,
  splitLeaves,
} from "./record.ts";
export type { RowRange } from "./row-map.ts";
export {
  certificatesOfSeals,
  encodeSealPayload,
  largestBatch,
  parseSealPayload,
  parseSealSequence,
  type Seal,
  type SealCheckpoint,
  sealType,
} from "./seal.ts";
export { type SealingCertificate, sealingCertificate } from "./sealing-certificate.ts";
export { isVerifiedSeal, type SealVerification, type VerifiedSeal, verifyLeaves, verifySeal } from "./verify-seal.ts";
export {
  type ForkReason,
  type SealFinding,
  type SealHistory,
  type SealsVerification,
  verifySeals,
} from "./verify-seals.ts";
