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
  readKeyFacts,
  signatureFromCose,
  signatureSchemeFor,
  signatureToCose,
  signedBytes,
  verifySign1,
} from "natalis/formats";
import { equalBytes, isNatalisError, type Signer, toHex } from "natalis/kernel";
import { knownSignatures } from "natalis/testing";
import { webSignatureVerifier } from "natalis/webcrypto";
import { fixedSigner } from "../corpus/fixed-signer.ts";
import { type Format, parsers, type Target } from "../format.ts";

type KnownSignature = (typeof knownSignatures)[number];

const data = new Uint8Array(40).fill(0x2a);
const signers: readonly Signer[] = Object.values(algorithms).map(({ name }) => fixedSigner(`leaf ${name}`, name));
const signatures: readonly Uint8Array[] = await Promise.all(signers.map(async (signer) => signer.sign(data)));

/** A signature of every scheme: ours, then published ones. */
const knownOnes: readonly KnownSignature[] = [
  ...signers.map(({ algorithm, publicKey }, i) => {
    return { scheme: algorithm, publicKey, data, signature: signatures[i] as Uint8Array };
  }),
  ...knownSignatures,
];

const identifiers = Object.values(algorithms).map(({ signatureIdentifier }) => signatureIdentifier);

/** Public keys whose signatures are known, then those of the corpus. */
export function publicKeyFormat(others: readonly Uint8Array[]): Format {
  const verify: Target = {
    name: "verifiers on a bent key",
    attack: async (bytes, sample) => {
      const one = knownOnes[sample % knownOnes.length] as KnownSignature;
      const isTrue = await verifyByBoth({ ...one, publicKey: bytes });
      assert.ok(!isTrue || equalBytes(bytes, one.publicKey), "a signature verifies under another key");
    },
  };
  const schemeFor: Target = {
    name: "signatureSchemeFor a bent key",
    attack: (bytes) => identifiers.map((identifier) => signatureSchemeFor(identifier, bytes)),
  };
  const samples = [...knownOnes.map(({ publicKey }) => publicKey), ...others];
  const targets = [...parsers(algorithmOfPublicKey, readKeyFacts), schemeFor, verify];
  return { name: "public key", encoding: "DER", share: 5, samples, targets };
}

export function signatureFormat(): Format {
  const verify: Target = {
    name: "verifiers on a bent signature",
    attack: async (bytes, sample) => {
      const one = knownOnes[sample] as KnownSignature;
      const isTrue = await verifyByBoth({ ...one, signature: bytes });
      assert.ok(!isTrue || equalBytes(bytes, one.signature), "a signature that nobody made");
    },
  };
  const algorithmAt = (sample: number) => (signers[sample % signers.length] as Signer).algorithm;
  const codecs: readonly Target[] = [
    { name: signatureToCose.name, attack: (bytes, sample) => signatureToCose(algorithmAt(sample), bytes) },
    { name: signatureFromCose.name, attack: (bytes, sample) => signatureFromCose(algorithmAt(sample), bytes) },
  ];
  const samples = knownOnes.map(({ signature }) => signature);
  return { name: "signature", encoding: "DER", share: 5, samples, targets: [verify, ...codecs] };
}

/** @param identifiers of certificates and lists */
export function signatureIdentifierFormat(samples: readonly Uint8Array[]): Format {
  const schemeFor: Target = {
    name: signatureSchemeFor.name,
    attack: (bytes) => knownOnes.map(({ publicKey }) => signatureSchemeFor(bytes, publicKey)),
  };
  const targets = [...parsers(algorithmOfSignatureIdentifier), schemeFor];
  return { name: "signature identifier", encoding: "DER", share: 2, samples, targets };
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

async function verifyByBoth(given: KnownSignature): Promise<boolean> {
  const { scheme, publicKey, data: signed, signature } = given;
  const byNode = nodeSignatureVerifier.verify(scheme, publicKey, signed, signature);
  const byWeb = await webAnswer(given);
  if (byWeb !== undefined) assert.equal(byWeb, byNode, `${scheme.title}: WebCrypto says ${byWeb}`);
  return byNode;
}

/** Undefined where this runtime lacks the scheme. */
async function webAnswer({ scheme, publicKey, data: signed, signature }: KnownSignature) {
  try {
    return await webSignatureVerifier.verify(scheme, publicKey, signed, signature);
  } catch (error) {
    if (isNatalisError(error, "NAT_WEBCRYPTO_UNSUPPORTED")) return undefined;
    throw error;
  }
}
