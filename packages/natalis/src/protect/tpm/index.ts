// SPDX-License-Identifier: Apache-2.0
// TPM 2.0: structures, endorsement keys, credentials, and the two formats of evidence.

export { type Activation, type AttestationClaim, type NewActivation, startActivation } from "./activation.ts";
export { digestIdentifier, type TpmCurve, tpmAlgorithms } from "./algorithms.ts";
export { type CertifyAttest, encodeCertifyAttest, parseCertifyAttest } from "./attest.ts";
export { certifyQualifyingData, tpm2Certify } from "./certify.ts";
export { type CertifyStatement, encodeCertifyStatement, parseCertifyStatement } from "./certify-statement.ts";
export {
  type EndorsementTemplate,
  type EndorsementTemplateName,
  endorsementPolicyBranches,
  endorsementTemplateOf,
  endorsementTemplates,
} from "./endorsement-templates.ts";
export { type VerifiedEndorsement, type EndorsementClaim, verifyEndorsement } from "./endorsement.ts";
export { tpmStructureErrors } from "./errors.ts";
export { tpm2CertifyFormat, webauthnTpmFormat } from "./format-names.ts";
export {
  type Credential,
  type CredentialCryptography,
  encodeCredentialFile,
  makeCredential,
  parseCredentialFile,
} from "./make-credential.ts";
export type { Hmac } from "./key-derivation.ts";
export { attributesValue, type ObjectAttribute } from "./object-attributes.ts";
export { readStructure, sized, TpmReader, uint16, uint32, uint8 } from "./octets.ts";
export {
  type AesBits,
  type EccPublicArea,
  encodePublicArea,
  parsePublicArea,
  type PublicArea,
  type RsaPublicArea,
} from "./public-area.ts";
export { objectName, publicKeyOf } from "./public-key.ts";
export {
  encodeTpmSignature,
  parseTpmSignature,
  readTpmSignature,
  type TpmSignature,
  x509Signature,
} from "./signature.ts";
export { parseAttestationObject, type WebauthnTpmStatement } from "./attestation-object.ts";
export { verifyWebauthnTpm, webauthnTpm } from "./webauthn-tpm.ts";
