// SPDX-License-Identifier: Apache-2.0
// The formats: pure codecs and checks, one room each.

export * from "./algorithms.ts";
export * from "./cbor/index.ts";
export * from "./cms/index.ts";
export * from "./cmw/index.ts";
export * from "./cose/index.ts";
export * from "./der/index.ts";
export { joinEcdsaIntegers } from "./ecdsa-signature.ts";
export { algorithmErrors } from "./errors.ts";
export * from "./jose/index.ts";
export * from "./json/index.ts";
export { type KeyFacts, readKeyFacts } from "./key-facts.ts";
export * from "./ocsp/index.ts";
export * from "./pem.ts";
export type { PssParameters } from "./pss-parameters.ts";
export { rsaEncryptionKey } from "./rsa-keys.ts";
export * from "./signature-schemes.ts";
export * from "./tlog/index.ts";
export * from "./x509/index.ts";
