// SPDX-License-Identifier: Apache-2.0
// Keys and signatures: the table of algorithms, both verifiers, and the import of private keys. A verifier answers
// false to whatever is malformed, both alike, and never true to what was not signed.

import assert from "node:assert/strict";
import { nodeSignatureVerifier, signerFromPkcs8 } from "@natalis/node";
import {
  algorithmOfPublicKey,
  algorithmOfSignatureIdentifier,
  algorithms,
  parseCertificationRequest,
  parseSign1,
  signatureFromCose,
  signatureToCose,
  signedBytes,
  verifySign1,
} from "natalis/formats";
import { equalBytes, isNatalisError, type SignatureAlgorithm, type Signer, toHex } from "natalis/kernel";
import { webSignatureVerifier } from "natalis/webcrypto";
import { fixedSigner } from "../corpus/fixed-signer.ts";
import { type Format, parsers, type Target } from "../format.ts";

const data = new Uint8Array(40).fill(0x2a);
const signers: readonly Signer[] = Object.values(algorithms).map(({ name }) => fixedSigner(`leaf ${name}`, name));
const signatures: readonly Uint8Array[] = await Promise.all(signers.map(async (signer) => signer.sign(data)));

/** Public keys whose signatures are known, then those of the corpus. */
export function publicKeyFormat(others: readonly Uint8Array[]): Format {
  const own = signers.map(({ publicKey }) => publicKey);
  const verify: Target = {
    name: "verifiers on a bent key",
    attack: async (bytes, sample) => {
      const which = sample % signers.length;
      const { algorithm, publicKey } = signers[which] as Signer;
      const isTrue = await verifyByBoth(algorithm, bytes, signatures[which] as Uint8Array);
      assert.ok(!isTrue || equalBytes(bytes, publicKey), "a signature verifies under another key");
    },
  };
  const targets = [...parsers(algorithmOfPublicKey), verify];
  return { name: "public key", encoding: "DER", share: 4, samples: [...own, ...others], targets };
}

export function signatureFormat(): Format {
  const verify: Target = {
    name: "verifiers on a bent signature",
    attack: async (bytes, sample) => {
      const { algorithm, publicKey } = signers[sample] as Signer;
      const isTrue = await verifyByBoth(algorithm, publicKey, bytes);
      assert.ok(!isTrue || equalBytes(bytes, signatures[sample] as Uint8Array), "a signature that nobody made");
    },
  };
  const algorithmAt = (sample: number) => (signers[sample] as Signer).algorithm;
  const codecs: readonly Target[] = [
    { name: signatureToCose.name, attack: (bytes, sample) => signatureToCose(algorithmAt(sample), bytes) },
    { name: signatureFromCose.name, attack: (bytes, sample) => signatureFromCose(algorithmAt(sample), bytes) },
  ];
  return { name: "signature", encoding: "DER", share: 4, samples: signatures, targets: [verify, ...codecs] };
}

export function signatureIdentifierFormat(): Format {
  const samples = signers.map(({ algorithm }) => algorithm.signatureIdentifier);
  const targets = parsers(algorithmOfSignatureIdentifier);
  return { name: "signature identifier", encoding: "DER", share: 1, samples, targets };
}

/** Keys that are imported must sign, and their signatures verify. */
export const privateKeyTargets: readonly Target[] = [
  {
    name: "import of a private key",
    attack: (bytes) => {
      const signer = signerFromPkcs8(bytes);
      assert.ok(
        nodeSignatureVerifier.verify(signer.algorithm, signer.publicKey, data, signer.sign(data)),
        "a key that does not sign",
      );
    },
  },
];

/** A request that proves possession is one that was made. */
export function possessionTarget(made: readonly Uint8Array[]): Target {
  return {
    name: "possession",
    attack: (bytes) => {
      const { publicKey, info, signatureIdentifier, signature } = parseCertificationRequest(bytes);
      const algorithm = algorithmOfPublicKey(publicKey);
      // The identifier is not signed: who asks for possession compares it, as birth does.
      if (!equalBytes(signatureIdentifier, algorithm.signatureIdentifier)) return;
      const isProven = nodeSignatureVerifier.verify(algorithm, publicKey, info, signature);
      assert.ok(!isProven || made.some((one) => equalBytes(one, bytes)), "a bent request proves possession");
    },
  };
}

/** Headers outside of the signature may differ; what is signed may not. The first messages are of `signers`, in order. */
export function sign1Target(made: readonly Uint8Array[]): Target {
  const known = new Set(made.slice(0, signers.length).map(identityOf));
  return {
    name: verifySign1.name,
    attack: async (bytes, sample) => {
      const { publicKey } = signers[sample % signers.length] as Signer;
      await verifySign1(parseSign1(bytes), publicKey, nodeSignatureVerifier);
      assert.ok(known.has(identityOf(bytes)), "a message that nobody signed");
    },
  };
}

function identityOf(bytes: Uint8Array): string {
  const message = parseSign1(bytes);
  return `${toHex(signedBytes(message))} ${toHex(message.signature)}`;
}

async function verifyByBoth(
  algorithm: SignatureAlgorithm,
  publicKey: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  const byNode = nodeSignatureVerifier.verify(algorithm, publicKey, data, signature);
  const byWeb = await webAnswer(algorithm, publicKey, signature);
  if (byWeb !== undefined) assert.equal(byWeb, byNode, `${algorithm.title}: WebCrypto says ${byWeb}`);
  return byNode;
}

/** Undefined where this runtime lacks the algorithm. */
async function webAnswer(algorithm: SignatureAlgorithm, publicKey: Uint8Array, signature: Uint8Array) {
  try {
    return await webSignatureVerifier.verify(algorithm, publicKey, data, signature);
  } catch (error) {
    if (isNatalisError(error, "NAT_WEBCRYPTO_UNSUPPORTED")) return undefined;
    throw error;
  }
}
