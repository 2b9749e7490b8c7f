// SPDX-License-Identifier: Apache-2.0
// COSE: signed messages with one signature (RFC 9052), their certificate headers (RFC 9360), public keys.

export { coseErrors } from "./errors.ts";
export {
  encodeX5chain,
  encodeX5t,
  hasLabels,
  headerLabels,
  parseX5chain,
  parseX5t,
} from "./headers.ts";
export { encodeCoseKey, parseCoseKey } from "./key.ts";
export {
  encodeSign1Structure,
  parseSign1,
  type Sign1,
  type Sign1Input,
  sign1Tag,
  signedBytes,
  signSign1,
  verifySign1,
} from "./sign1.ts";
