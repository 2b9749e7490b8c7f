// SPDX-License-Identifier: Apache-2.0
// Custody that is proven: formats of evidence, the roots that they may end in, certified hardware, and how evidence is
// carried. `birth` knows of none of it: programs give it these formats as its verifiers.

export { encodeEvidenceCmw, parseEvidenceCmw } from "./carriage/cmw.ts";
export type { EvidenceMessage } from "./carriage/evidence-message.ts";
export { encodeEvidenceJson, parseEvidenceJson } from "./carriage/json.ts";
export { evidenceAttribute, evidenceOfRequest } from "./carriage/request.ts";
export { type Certification, certificationOf, certifications, withCertifications } from "./certifications.ts";
export { type ChainStatement, encodeChainStatement } from "./chain/chain-statement.ts";
export { freshSignatureScheme } from "./chain/fresh-signature.ts";
export { dice } from "./dice/dice.ts";
export { type DiceStatement, encodeDiceStatement } from "./dice/statement.ts";
export { diceFormat } from "./dice/verify-layers.ts";
export { eat, eatFormat, type EatPolicy } from "./eat/eat.ts";
export { type EndorsedKey, type Endorsement, EndorsementIndex, type Endorsements } from "./endorsement.ts";
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
export {
  importManifest,
  importManifestEntry,
  manifestEntries,
  secureElementManifestFormat,
} from "./vendor-idevid/manifest.ts";
export { vendorIdevid, vendorIdevidFormat, type VendorIdevidPolicy } from "./vendor-idevid/vendor-idevid.ts";
export { androidKey, type AndroidKeyPolicy } from "./x509-attestation/android/android-key.ts";
export { type AndroidStatusList, parseAndroidStatusList } from "./x509-attestation/android/status-list.ts";
export { x509Attestation, x509AttestationFormat } from "./x509-attestation/format.ts";
export type { AttestationVendor } from "./x509-attestation/vendor.ts";
export { yubikeyPiv } from "./x509-attestation/yubikey-piv.ts";
export * from "./tpm/index.ts";
