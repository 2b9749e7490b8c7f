// SPDX-License-Identifier: Apache-2.0
// Birth: admission, birth record, proof of possession, and the way from a request to the event that the registry
// sequences. Birth = issue + registry.

export { type Admission, type AspiringUnit, admit, notAdmitted, profileAdmission, termsOf } from "./admission.ts";
export { answerBirth, type BirthAnswer, type RegisteredBirth } from "./answer.ts";
export {
  type AttestationContext,
  type AttestationRequest,
  type AttestationStore,
  attestationGone,
  attestationLifetimeSeconds,
  beginAttestation,
  type OpenAttestation,
} from "./attestation.ts";
export { bornFactsReader, type DocumentContext } from "./born-facts.ts";
export { requireDeviceKey } from "./device-key.ts";
export { birthErrors } from "./errors.ts";
export {
  declaredCustody,
  type EvidenceActivation,
  type EvidenceBinding,
  type EvidenceFinding,
  type EvidenceStatement,
  type EvidenceVerifier,
  proveCustody,
  requireCustody,
  unprovenCustody,
} from "./evidence.ts";
export { type BirthFacts, checkFacts, factsBytes, factsHash } from "./facts.ts";
export {
  type AppraisedStatement,
  encodeKeptEvidence,
  type KeptEvidence,
  keptEvidenceDigests,
  parseKeptEvidence,
} from "./kept-evidence.ts";
export { type KnownFacts, type LookUpContext, lookUpBirth } from "./known.ts";
export {
  encodePkcs11Declaration,
  type Pkcs11Declaration,
  parsePkcs11Declaration,
  pkcs11DeclaredFormat,
  pkcs11DeclaredVerifier,
} from "./pkcs11-declaration.ts";
export {
  type BirthContext,
  type NewBirth,
  type PreparedBirth,
  prepareBirth,
  type StoredBirth,
} from "./prepare.ts";
export { type Action, allowedRoles, authorize, isAuthorized, type Principal, requireValidity } from "./principal.ts";
export { type BirthRecord, type EvidenceReference, encodeBirthRecord, parseBirthRecord } from "./record.ts";
export type { BirthRequest, UnitToBear } from "./request.ts";
export {
  type ClaimContext,
  type ClaimedBirth,
  enteredDevice,
  parseClaimedRecord,
  verifyClaimedBirth,
} from "./claimed.ts";
export { signBirth } from "./sign.ts";
