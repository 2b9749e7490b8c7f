// SPDX-License-Identifier: Apache-2.0
// JOSE, as far as endorsements of makers need it: one signature (RFC 7515), public keys (RFC 7517).

export { joseErrors } from "./errors.ts";
export { parseJsonWebKey } from "./key.ts";
export { type JsonWebSignature, parseJsonWebSignature, verifyJsonWebSignature } from "./signature.ts";
