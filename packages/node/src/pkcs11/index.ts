// SPDX-License-Identifier: Apache-2.0
// Keys in PKCS#11 tokens.

export { pkcs11Errors } from "./errors.ts";
export { initializePkcs11Token, type NewTokenOptions } from "./initialize-token.ts";
export type { Pkcs11Key } from "./key.ts";
export { findSoftHsm, makeSoftHsmFolder, softHsmEnvironment } from "./soft-hsm.ts";
export { openPkcs11Token, type Pkcs11Token, type Pkcs11TokenOptions } from "./token.ts";
export { TokenKeeper, type TokenKeeperOptions } from "./token-keeper.ts";
export { signerInToken, type TokenKeyPlace } from "./token-key.ts";
export {
  formatPkcs11Uri,
  type KeyDescription,
  type KeyName,
  parsePkcs11Uri,
  type Pkcs11Uri,
  type TokenDescription,
  type TokenName,
} from "./uri.ts";
