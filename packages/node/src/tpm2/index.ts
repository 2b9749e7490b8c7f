// SPDX-License-Identifier: Apache-2.0
// Keys in TPMs.

export { nodeCredentialCryptography } from "./credential-cryptography.ts";
export { tpmErrors } from "./errors.ts";
export type { HierarchyAuthorizations } from "./object-slots.ts";
export {
  hasSoftwareTpm,
  makeSoftwareTpm,
  readSoftwareTpmAuthority,
  type SoftwareTpm,
  startSoftwareTpm,
} from "./software-tpm.ts";
export { openTpm, type Tpm, type TpmEndorsement, type TpmEvidence, type TpmOptions } from "./tpm.ts";
export type { TpmKey } from "./tpm-key.ts";
export type { TpmPlace } from "./transport.ts";
