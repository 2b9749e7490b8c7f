// SPDX-License-Identifier: Apache-2.0
// The ports of Natalis on Node.

export {
  authenticatorFromShared,
  type NodeAuthenticator,
  nodeAuthenticator,
  shareAuthenticator,
} from "./authenticator.ts";
export { DurableWriter } from "./durable-writer.ts";
export { FileCheckpointMirror, type MirrorDisk, threadedDisk } from "./checkpoint-mirror.ts";
export { systemClock } from "./clock.ts";
export { readBoundedFile } from "./bounded-file.ts";
export { connectRegistrar, type NodeRegistrarConnection, type RegistrarOptions } from "./connect-registrar.ts";
export { removeAbandonedWrites, renameDurably, writeFileDurably } from "./durable-file.ts";
export { nodeEntropy } from "./entropy.ts";
export { nodeErrors } from "./errors.ts";
export { nodeHash } from "./hash.ts";
export { FileJournal, type JournalPlace, type JournalRecord, readJournal } from "./journal.ts";
export {
  openSecrets,
  readSealedFile,
  type ScryptCost,
  type SealedFile,
  type Secrets,
  sealSecrets,
  writeSealedFile,
} from "./key-file.ts";
export {
  type GeneratedKey,
  generateKey,
  type NodeSigner,
  shareKey,
  signerFromPkcs8,
  signerFromShared,
} from "./keys.ts";
export {
  findSoftHsm,
  formatPkcs11Uri,
  initializePkcs11Token,
  type KeyDescription,
  type KeyName,
  makeSoftHsmFolder,
  type NewTokenOptions,
  openPkcs11Token,
  parsePkcs11Uri,
  type Pkcs11Key,
  type Pkcs11Token,
  type Pkcs11TokenOptions,
  type Pkcs11Uri,
  pkcs11Errors,
  signerInToken,
  softHsmEnvironment,
  type TokenDescription,
  TokenKeeper,
  type TokenKeeperOptions,
  type TokenKeyPlace,
  type TokenName,
} from "./pkcs11/index.ts";
export { FileSealState } from "./seal-state.ts";
export { type PassphraseFile, readPassphraseFile, readSecretFile, type SecretFile } from "./secret-file.ts";
export { type NodeSignatureVerifier, nodeSignatureVerifier } from "./signature-verifier.ts";
export {
  hasSoftwareTpm,
  type HierarchyAuthorizations,
  makeSoftwareTpm,
  nodeCredentialCryptography,
  openTpm,
  readSoftwareTpmAuthority,
  type SoftwareTpm,
  startSoftwareTpm,
  type Tpm,
  type TpmEndorsement,
  tpmErrors,
  type TpmEvidence,
  type TpmKey,
  type TpmOptions,
  type TpmPlace,
} from "./tpm2/index.ts";
