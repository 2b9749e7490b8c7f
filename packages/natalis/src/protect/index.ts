// SPDX-License-Identifier: Apache-2.0
// Custody that is proven: formats of evidence, the roots that they may end in, and how evidence is carried.

export { encodeChainStatement, type ChainStatement } from "./chain/chain-statement.ts";
export { freshSignatureScheme } from "./chain/fresh-signature.ts";
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
export { androidKey, type AndroidKeyPolicy } from "./x509-attestation/android/android-key.ts";
export { type AndroidStatusList, parseAndroidStatusList } from "./x509-attestation/android/status-list.ts";
export { x509Attestation, x509AttestationFormat } from "./x509-attestation/format.ts";
export type { AttestationVendor } from "./x509-attestation/vendor.ts";
export { yubikeyPiv } from "./x509-attestation/yubikey-piv.ts";
