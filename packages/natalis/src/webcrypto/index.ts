// SPDX-License-Identifier: Apache-2.0
// The ports of Natalis over WebCrypto, for browsers and edges. Its hash is the kernel's `portableHash`: WebCrypto's
// digest is asynchronous and far slower on the small inputs of trees.

export { webClock } from "./clock.ts";
export { webEntropy } from "./entropy.ts";
export { webcryptoErrors } from "./errors.ts";
export { webSignatureVerifier } from "./signature-verifier.ts";
export { generateKeyPair, signerFromKeyPair } from "./signer.ts";
export type { WebKey, WebKeyPair } from "./web-algorithms.ts";
