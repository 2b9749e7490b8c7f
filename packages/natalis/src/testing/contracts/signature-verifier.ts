// SPDX-License-Identifier: Apache-2.0
// What every SignatureVerifier must do: say yes to published signatures, no to everything else, and throw at neither. A
// runtime that lacks a scheme says so (NAT_WEBCRYPTO_UNSUPPORTED), but for the three that every one has.

import { algorithms, encodeInteger, encodeSequence, publicKeyInfo } from "../../formats/index.ts";
import { concatBytes, isNatalisError, type SignatureScheme, type SignatureVerifier } from "../../kernel/index.ts";
import { type ContractSuite, expectThat } from "../contract.ts";
import { pkcs1Signatures, pssIdentifiers, pssSignatures, rsaKey, rsaKeyUnder } from "./known-rsa-signatures.ts";
import { type KnownSignature, publishedSignatures } from "./known-signatures.ts";

const { p256, p384, p521, ed25519, ed448 } = publishedSignatures;

/** A valid signature of every scheme but ML-DSA, whose sizes belong in vectors. */
export const knownSignatures: readonly KnownSignature[] = [
  ...p256,
  ...p384,
  ...p521,
  ed25519,
  ed448,
  ...pkcs1Signatures,
  ...pssSignatures,
];

const inEveryRuntime: ReadonlySet<SignatureScheme> = new Set([algorithms.ES256, algorithms.ES384, algorithms.EdDSA]);
const es256 = knownWith(p256, "SHA-256");
const rsaWithZero = [knownWith(pkcs1Signatures, "SHA-256"), knownWith(pssSignatures, "SHA-256")];

function knownWith(known: readonly KnownSignature[], digest: string): KnownSignature {
  return known.find(({ scheme }) => scheme.digest === digest) as KnownSignature;
}

async function expectValid(verifier: SignatureVerifier, given: KnownSignature, valid: boolean, what: string) {
  const answered = await answerOf(verifier, given);
  expectThat(answered === valid || answered === "unsupported", `${given.scheme.name}, ${what}: answered ${answered}`);
}

async function answerOf(verifier: SignatureVerifier, given: KnownSignature): Promise<boolean | "unsupported"> {
  const { scheme, publicKey, data, signature } = given;
  try {
    return await verifier.verify(scheme, publicKey, data, signature);
  } catch (error) {
    if (!isNatalisError(error, "NAT_WEBCRYPTO_UNSUPPORTED")) throw error;
    expectThat(!inEveryRuntime.has(scheme), `${scheme.name}: every runtime has it`);
    return "unsupported";
  }
}

export const signatureVerifierContract: ContractSuite<SignatureVerifier> = [
  {
    name: "known signatures are valid, however often they are asked about",
    async run(verifier) {
      for (const known of [...knownSignatures, ...knownSignatures]) await expectValid(verifier, known, true, "known");
    },
  },
  {
    name: "a flipped bit in data, signature or key makes it invalid",
    async run(verifier) {
      for (const known of knownSignatures)
        for (const field of ["data", "signature", "publicKey"] as const)
          for (const at of places(known[field])) {
            const flipped = known[field].slice();
            flipped[at] = (flipped[at] as number) ^ 0x04;
            await expectValid(verifier, { ...known, [field]: flipped }, false, `bit in octet ${at} of ${field}`);
          }
    },
  },
  {
    name: "what is verified is what was given at the time of the call",
    async run(verifier) {
      for (const { scheme, ...known } of knownSignatures) {
        const given = {
          publicKey: known.publicKey.slice(),
          data: known.data.slice(),
          signature: known.signature.slice(),
        };
        const pending = answerOf(verifier, { scheme, ...given });
        for (const bytes of Object.values(given)) bytes.fill(0);
        expectThat((await pending) !== false, `${scheme.name}: valid as it was`);
      }
    },
  },
  {
    name: "a malformed signature is invalid, not an exception",
    async run(verifier) {
      for (const known of knownSignatures)
        for (const signature of malformed(known.signature))
          await expectValid(verifier, { ...known, signature }, false, `signature of ${signature.length} octets`);
    },
  },
  {
    name: "a malformed key is invalid, not an exception",
    async run(verifier) {
      for (const known of knownSignatures)
        for (const publicKey of malformed(known.publicKey))
          await expectValid(verifier, { ...known, publicKey }, false, `key of ${publicKey.length} octets`);
    },
  },
  {
    name: "another scheme is invalid: another kind of key, digest, padding or salt",
    async run(verifier) {
      const schemes = new Set([...Object.values(algorithms), ...knownSignatures.map(({ scheme }) => scheme)]);
      for (const known of knownSignatures)
        for (const scheme of schemes)
          if (scheme.name !== known.scheme.name)
            await expectValid(verifier, { ...known, scheme }, false, `made with ${known.scheme.name}`);
    },
  },
  {
    name: "ECDSA: other encodings of the same r and s are invalid (X.690 10.1, 8.3.2)",
    async run(verifier) {
      const { signature } = es256;
      const longLength = concatBytes(Uint8Array.of(0x30, 0x81, signature.length - 2), signature.subarray(2));
      await expectValid(verifier, { ...es256, signature: longLength }, false, "length not in its shortest form");
      const contents = concatBytes(Uint8Array.of(0x02, 0x22, 0x00), signature.subarray(4));
      const padded = concatBytes(Uint8Array.of(0x30, contents.length), contents);
      await expectValid(verifier, { ...es256, signature: padded }, false, "r with a zero too many");
    },
  },
  {
    name: "ECDSA: r and s of zero are invalid (FIPS 186-5 6.4.2)",
    async run(verifier) {
      const signature = encodeSequence(encodeInteger(0), encodeInteger(0));
      for (const known of [...p256, ...p384, ...p521])
        await expectValid(verifier, { ...known, signature }, false, "r = s = 0");
    },
  },
  {
    name: "EdDSA: a key of small order is invalid, though the equation holds",
    async run(verifier) {
      for (const [known, octets] of [
        [ed25519, 32],
        [ed448, 57],
      ] as const) {
        const identity = new Uint8Array(octets);
        identity[0] = 1;
        const publicKey = concatBytes(known.publicKey.subarray(0, known.publicKey.length - octets), identity);
        const signature = concatBytes(identity, new Uint8Array(octets));
        await expectValid(verifier, { ...known, publicKey, signature }, false, "identity as key and as R, S = 0");
      }
    },
  },
  {
    name: "RSA: a signature has the length of the modulus, leading zeros too (RFC 8017 8.1.2, 8.2.2)",
    async run(verifier) {
      for (const known of rsaWithZero) {
        expectThat(known.signature[0] === 0, "the known signature begins with a zero octet");
        const [shorter, longer] = [known.signature.subarray(1), concatBytes(new Uint8Array(1), known.signature)];
        for (const signature of [shorter, longer])
          await expectValid(verifier, { ...known, signature }, false, `${signature.length} octets`);
      }
    },
  },
  {
    name: "RSA: a signature is less than the modulus (RFC 8017 5.2.2)",
    async run(verifier) {
      for (const known of rsaWithZero) {
        const signature = sum(known.signature, rsaKey.subarray(33, 33 + known.signature.length));
        await expectValid(verifier, { ...known, signature }, false, "the modulus added");
      }
    },
  },
  {
    name: "RSA under id-RSASSA-PSS: valid as far as the key is bound (RFC 4055 3.1)",
    async run(verifier) {
      const { unbound, sha256, sha384 } = pssIdentifiers;
      for (const known of pssSignatures) {
        const { digest, saltLength = 0 } = known.scheme;
        const under = (identifier: Uint8Array) => ({ ...known, publicKey: rsaKeyUnder(identifier) });
        await expectValid(verifier, under(unbound), true, "unbound");
        await expectValid(verifier, under(sha256), digest === "SHA-256" && saltLength >= 32, "bound to SHA-256");
        await expectValid(verifier, under(sha384), digest === "SHA-384", "bound to SHA-384");
      }
      for (const known of pkcs1Signatures)
        await expectValid(verifier, { ...known, publicKey: rsaKeyUnder(unbound) }, false, "key for PSS alone");
    },
  },
  {
    name: "ML-DSA: a signature of zeros is invalid",
    async run(verifier) {
      for (const scheme of [algorithms["ML-DSA-44"], algorithms["ML-DSA-65"], algorithms["ML-DSA-87"]]) {
        const publicKey = publicKeyInfo(scheme, new Uint8Array(scheme.publicKeyLength));
        const signature = new Uint8Array(scheme.coseSignatureLength);
        await expectValid(verifier, { scheme, publicKey, data: es256.data, signature }, false, "zeros");
      }
    },
  },
];

/** About 40 octets, in even steps. */
function places({ length }: Uint8Array): number[] {
  const step = Math.max(5, Math.ceil(length / 40));
  return Array.from({ length: Math.ceil(length / step) }, (_, i) => i * step);
}

/** Of two numbers of one length, whose sum has that length too. */
function sum(a: Uint8Array, b: Uint8Array): Uint8Array {
  const total = a.slice();
  let carry = 0;
  for (let i = a.length - 1; i >= 0; i--) {
    carry += (a[i] as number) + (b[i] as number);
    total[i] = carry & 0xff;
    carry >>= 8;
  }
  return total;
}

/** Cut short, grown, emptied, filled. */
function malformed(bytes: Uint8Array): Uint8Array[] {
  return [
    new Uint8Array(0),
    bytes.subarray(0, 1),
    bytes.subarray(0, bytes.length - 1),
    bytes.subarray(1),
    concatBytes(bytes, new Uint8Array(1)),
    new Uint8Array(bytes.length),
    new Uint8Array(bytes.length).fill(0xff),
  ];
}
