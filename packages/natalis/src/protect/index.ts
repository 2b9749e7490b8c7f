// SPDX-License-Identifier: Apache-2.0
// Custody that is proven: formats of evidence, and the roots that they may end in. `birth` knows of none of it: programs
// give it these formats as its verifiers.

export { evidenceErrors } from "./errors.ts";
export {
  bindingValue,
  type Custody,
  type EvidenceBinding,
  type EvidenceContext,
  type EvidenceFinding,
  type EvidenceFormat,
  type EvidenceRoot,
  type HardwareIdentity,
} from "./evidence.ts";
export * from "./tpm/index.ts";
