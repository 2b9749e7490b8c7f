// SPDX-License-Identifier: Apache-2.0
// Signatures that cost one hash and prove nothing: everyone can make them. Keys look like Ed25519 (RFC 8410), so that
// requests, certificates and checkpoints have their true form; a simulation asks who commits what, not who signs.

import { nodeHash } from "@natalis/node";
import { algorithms, publicKeyInfo } from "natalis/formats";
import { concatBytes, encodeUtf8, equalBytes, type SignatureVerifier, type Signer } from "natalis/kernel";

const signatureOf = (publicKey: Uint8Array, data: Uint8Array): Uint8Array => {
  const half = nodeHash.sha256(concatBytes(publicKey, data));
  return concatBytes(half, nodeHash.sha256(half));
};

/** The same name gives the same key. */
export function mockSigner(name: string): Signer {
  const publicKey = publicKeyInfo(algorithms.EdDSA, nodeHash.sha256(encodeUtf8(`mock key of ${name}`)));
  return { algorithm: algorithms.EdDSA, publicKey, sign: (data) => signatureOf(publicKey, data) };
}

export const mockVerifier: SignatureVerifier = {
  verify: (_, publicKey, data, signature) => equalBytes(signature, signatureOf(publicKey, data)),
};
