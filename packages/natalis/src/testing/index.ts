// SPDX-License-Identifier: Apache-2.0
// For tests only, ours and those of other adapters: contract suites, clocks, and randomness that is none.

export { authorityExtensions, type Forged, forgeCertificate, forgeCertificateList } from "./certificate-forge.ts";
export { fixedClock, steppingClock } from "./clock.ts";
export * from "./contract.ts";
export * from "./contracts/attestation-store.ts";
export * from "./contracts/challenge-store.ts";
export * from "./contracts/checkpoint-mirror.ts";
export * from "./contracts/credential-cryptography.ts";
export * from "./contracts/entropy.ts";
export * from "./contracts/hash.ts";
export * from "./contracts/message-authenticator.ts";
export * from "./contracts/registry.ts";
export * from "./contracts/seal-state-store.ts";
export * from "./contracts/signature-verifier.ts";
export * from "./contracts/signer.ts";
export { testingErrors } from "./errors.ts";
export {
  evidenceBinding,
  evidenceRoot,
  forgeCborLayer,
  forgeKeyDescription,
  forgeManifestEntry,
  forgeToken,
  freshSignature,
  requiredValue,
} from "./evidence-forge.ts";
export { InsecureSeededEntropy } from "./insecure-seeded-entropy.ts";
export {
  type InjectedFailure,
  type MemoryTables,
  VolatileInsecureMirror,
  VolatileInsecureRegistry,
} from "./memory-registry.ts";
export { directoryName, distributionPoints, forgeList, type ForgedListFields, issuingPoint } from "./status-forge.ts";
export {
  TestAuthority,
  type TestAuthorityOptions,
  type TestBirth,
  type TestIssuer,
  type TestStationOptions,
  type TestUnit,
  testArc,
  testBaseUrl,
  testMaker,
  testStationPrincipal,
} from "./test-authority.ts";
export {
  attestationExtensions,
  endorsementExtensions,
  forgeArea,
  forgeCertify,
  type ForgedTpm,
  type ForgedTpmOptions,
  forgeTpm,
  forgeTpmCertificate,
} from "./tpm-forge.ts";
export * from "./unsafe-test-log.ts";
