// SPDX-License-Identifier: Apache-2.0
// Keys that live in WebCrypto. What is generated here is not extractable: the private key can sign and nothing else.

import { algorithmOfPublicKey, signatureFromCose } from "../formats/index.ts";
import { isNatalisError, type SignatureAlgorithm, type Signer } from "../kernel/index.ts";
import { webcryptoError } from "./errors.ts";
import { webSignatureVerifier } from "./signature-verifier.ts";
import { keyParameters, signatureParameters, unsupportedOr, type WebKey, type WebKeyPair } from "./web-algorithms.ts";

/** A new key pair whose private half cannot be exported. @throws NAT_WEBCRYPTO_UNSUPPORTED */
export async function generateKeyPair(algorithm: SignatureAlgorithm): Promise<WebKeyPair> {
  try {
    const pair = await crypto.subtle.generateKey(keyParameters(algorithm), false, ["sign", "verify"]);
    return pair as WebKeyPair;
  } catch (error) {
    throw unsupportedOr(error, algorithm);
  }
}

/**
 * The signer of a key pair, wherever the pair came from: its halves are proven to belong together.
 * @throws NAT_WEBCRYPTO_KEY
 */
export async function signerFromKeyPair({ privateKey, publicKey }: WebKeyPair): Promise<Signer> {
  const fits = privateKey.type === "private" && privateKey.usages.includes("sign") && publicKey.type === "public";
  if (!fits || !isSameAlgorithm(privateKey, publicKey))
    throw webcryptoError(
      "NAT_WEBCRYPTO_KEY",
      `${privateKey.type} and ${publicKey.type} key of ${publicKey.algorithm.name}`,
    );
  const signer = signerOf(privateKey, new Uint8Array(await crypto.subtle.exportKey("spki", publicKey)));
  await requireOneKey(signer);
  return signer;
}

function signerOf(privateKey: WebKeyPair["privateKey"], publicKey: Uint8Array): Signer {
  const algorithm = knownAlgorithm(publicKey);
  return {
    algorithm,
    publicKey,
    async sign(data) {
      const signed = await crypto.subtle.sign(signatureParameters(algorithm), privateKey, new Uint8Array(data));
      return signatureFromCose(algorithm, new Uint8Array(signed));
    },
  };
}

/** By name and curve: WebCrypto would refuse the one mixture with an error of its own, and sign under the other. */
function isSameAlgorithm(one: WebKey, other: WebKey): boolean {
  const [a, b] = [one, other].map(({ algorithm }): { name: string; namedCurve?: string } => algorithm);
  return a?.name === b?.name && a?.namedCurve === b?.namedCurve;
}

function knownAlgorithm(publicKey: Uint8Array): SignatureAlgorithm {
  try {
    return algorithmOfPublicKey(publicKey);
  } catch (cause) {
    if (isNatalisError(cause)) throw webcryptoError("NAT_WEBCRYPTO_KEY", cause.detail, cause);
    throw cause;
  }
}

async function requireOneKey(signer: Signer): Promise<void> {
  const probe = new Uint8Array(32);
  const signature = await signer.sign(probe);
  if (!(await webSignatureVerifier.verify(signer.algorithm, signer.publicKey, probe, signature)))
    throw webcryptoError("NAT_WEBCRYPTO_KEY", "the private and the public half do not belong together");
}
