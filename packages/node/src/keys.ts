// SPDX-License-Identifier: Apache-2.0
// Software keys: made here, or read from PKCS#8 (RFC 5958; ML-DSA as RFC 9881 section 6). The private half stays in
// an OpenSSL KeyObject; its bytes leave only as the `pkcs8` of a key that was just made, for a sealed key file.

import { createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { algorithmOfPublicKey, rawPublicKey } from "natalis/formats";
import { equalBytes, type SignatureAlgorithm, type Signer } from "natalis/kernel";
import { nodeError } from "./errors.ts";
import { digestName, keyGenerators } from "./node-algorithms.ts";
import { readPublicHalf } from "./private-key-form.ts";
import { nodeSignatureVerifier } from "./signature-verifier.ts";

/** A signer that answers at once. */
export interface NodeSigner extends Signer {
  sign(data: Uint8Array): Uint8Array;
}

export interface GeneratedKey {
  readonly signer: NodeSigner;
  /** DER PKCS#8, unencrypted: seal it (`writeSealedFile`) or wipe it. */
  readonly pkcs8: Uint8Array;
}

/** A new key pair from the operating system's randomness. */
export function generateKey(algorithm: SignatureAlgorithm): GeneratedKey {
  const { privateKey, publicKey } = keyGenerators[algorithm.name]();
  const pkcs8 = plain(privateKey.export({ format: "der", type: "pkcs8" }));
  return { signer: signerOf(privateKey, publicKey), pkcs8 };
}

/**
 * The signer of a DER PKCS#8 private key, of ML-DSA in each of its three encodings. It must verify its own signature,
 * since a key file may carry a public half that does not belong to the private one.
 * @throws NAT_KEY_IMPORT
 */
export function signerFromPkcs8(pkcs8: Uint8Array): NodeSigner {
  const signer = importSigner(pkcs8);
  const probe = new Uint8Array(32);
  if (!nodeSignatureVerifier.verify(signer.algorithm, signer.publicKey, probe, firstSignature(signer, probe)))
    throw nodeError("NAT_KEY_IMPORT", "the private and the public half do not belong together");
  return signer;
}

/** OpenSSL imports keys that it cannot sign with: a scalar of more octets than the curve's order has. */
function firstSignature(signer: NodeSigner, probe: Uint8Array): Uint8Array {
  try {
    return signer.sign(probe);
  } catch (cause) {
    throw nodeError("NAT_KEY_IMPORT", "OpenSSL cannot sign with it", cause);
  }
}

function importSigner(pkcs8: Uint8Array): NodeSigner {
  try {
    const publicHalf = readPublicHalf(pkcs8);
    const privateKey = createPrivateKey({ key: viewOf(pkcs8), format: "der", type: "pkcs8" });
    const signer = signerOf(privateKey, createPublicKey(privateKey));
    if (publicHalf !== undefined && !equalBytes(publicHalf, rawPublicKey(signer.algorithm, signer.publicKey)))
      throw nodeError("NAT_KEY_IMPORT", "the public half is another key's");
    return signer;
  } catch (cause) {
    throw nodeError("NAT_KEY_IMPORT", `${pkcs8.length} bytes`, cause);
  }
}

/** What the signers made here sign with, for `shareKey`. */
const privateKeys = new WeakMap<Signer, KeyObject>();

/**
 * The private key of a signer for another thread of this process: a handle to what OpenSSL holds. Its bytes are not
 * copied, and do not travel in the message that carries the handle. @throws NAT_KEY_SHARED for a signer of another make
 */
export function shareKey(signer: Signer): KeyObject {
  const key = privateKeys.get(signer);
  if (key === undefined) throw nodeError("NAT_KEY_SHARED", signer.algorithm.title);
  return key;
}

/** The signer of a key that another thread shares. @throws NAT_KEY_SHARED where it is no private key */
export function signerFromShared(key: KeyObject): NodeSigner {
  if (key.type !== "private") throw nodeError("NAT_KEY_SHARED", `a ${key.type} key`);
  return signerOf(key, createPublicKey(key));
}

function signerOf(privateKey: KeyObject, publicKey: KeyObject): NodeSigner {
  const spki = plain(publicKey.export({ format: "der", type: "spki" }));
  const algorithm = algorithmOfPublicKey(spki);
  const digest = digestName(algorithm);
  const signer: NodeSigner = { algorithm, publicKey: spki, sign: (data) => plain(sign(digest, data, privateKey)) };
  privateKeys.set(signer, privateKey);
  return signer;
}

/** The same bytes as a Buffer: no second copy of a secret. */
function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** The bytes of a Buffer without its methods, so that callers see what the ports promise. */
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}
