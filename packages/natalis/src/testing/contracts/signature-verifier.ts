// SPDX-License-Identifier: Apache-2.0
// What every SignatureVerifier must do: say yes to published signatures, no to everything else, and throw at neither.

import { algorithms, encodeInteger, encodeSequence, publicKeyInfo, signatureFromCose } from "../../formats/index.ts";
import {
  concatBytes,
  encodeUtf8,
  fromHex,
  type SignatureAlgorithm,
  type SignatureVerifier,
} from "../../kernel/index.ts";
import { type ContractSuite, expectThat } from "../contract.ts";

interface KnownAnswer {
  readonly algorithm: SignatureAlgorithm;
  readonly publicKey: Uint8Array;
  readonly data: Uint8Array;
  readonly signature: Uint8Array;
}

const { ES256, ES384, EdDSA } = algorithms;

/** RFC 6979 A.2.5 with SHA-256, "sample". */
const p256: KnownAnswer = {
  algorithm: ES256,
  publicKey: publicKeyInfo(
    ES256,
    fromHex(
      "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6" +
        "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
    ),
  ),
  data: encodeUtf8("sample"),
  signature: signatureFromCose(
    ES256,
    fromHex(
      "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716" +
        "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
    ),
  ),
};

/** RFC 6979 A.2.6 with SHA-384, "sample". */
const p384: KnownAnswer = {
  algorithm: ES384,
  publicKey: publicKeyInfo(
    ES384,
    fromHex(
      "04ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a254515480bc13" +
        "8015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1288b231c3ae0d4fe7344fd2533264720",
    ),
  ),
  data: encodeUtf8("sample"),
  signature: signatureFromCose(
    ES384,
    fromHex(
      "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46" +
        "99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8",
    ),
  ),
};

/** RFC 8032 section 7.1, test 2. */
const ed25519: KnownAnswer = {
  algorithm: EdDSA,
  publicKey: publicKeyInfo(EdDSA, fromHex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")),
  data: fromHex("72"),
  signature: fromHex(
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da" +
      "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  ),
};

const knownAnswers = [p256, p384, ed25519];

async function expectValid(verifier: SignatureVerifier, answer: KnownAnswer, valid: boolean, what: string) {
  const { algorithm, publicKey, data, signature } = answer;
  const answered = await verifier.verify(algorithm, publicKey, data, signature);
  expectThat(answered === valid, `${algorithm.name}, ${what}: answered ${answered}`);
}

export const signatureVerifierContract: ContractSuite<SignatureVerifier> = [
  {
    name: "published signatures are valid, however often they are asked about",
    async run(verifier) {
      for (const answer of [...knownAnswers, ...knownAnswers]) await expectValid(verifier, answer, true, "published");
    },
  },
  {
    name: "a flipped bit in data, signature or key makes it invalid",
    async run(verifier) {
      for (const answer of knownAnswers)
        for (const field of ["data", "signature", "publicKey"] as const)
          for (let at = 0; at < answer[field].length; at += 5) {
            const flipped = answer[field].slice();
            flipped[at] = (flipped[at] as number) ^ 0x04;
            await expectValid(verifier, { ...answer, [field]: flipped }, false, `bit in octet ${at} of ${field}`);
          }
    },
  },
  {
    name: "what is verified is what was given at the time of the call",
    async run(verifier) {
      for (const { algorithm, ...answer } of knownAnswers) {
        const [publicKey, data, signature] = [answer.publicKey.slice(), answer.data.slice(), answer.signature.slice()];
        const pending = verifier.verify(algorithm, publicKey, data, signature);
        for (const given of [publicKey, data, signature]) given.fill(0);
        expectThat(await pending, `${algorithm.name}: valid as it was`);
      }
    },
  },
  {
    name: "a malformed signature is invalid, not an exception",
    async run(verifier) {
      for (const answer of knownAnswers)
        for (const signature of malformed(answer.signature))
          await expectValid(verifier, { ...answer, signature }, false, `signature of ${signature.length} octets`);
    },
  },
  {
    name: "a malformed key is invalid, not an exception",
    async run(verifier) {
      for (const answer of knownAnswers)
        for (const publicKey of malformed(answer.publicKey))
          await expectValid(verifier, { ...answer, publicKey }, false, `key of ${publicKey.length} octets`);
    },
  },
  {
    name: "another algorithm than the key's is invalid",
    async run(verifier) {
      for (const answer of knownAnswers)
        for (const algorithm of [ES256, ES384, EdDSA])
          if (algorithm !== answer.algorithm)
            await expectValid(verifier, { ...answer, algorithm }, false, "under a key of another algorithm");
    },
  },
  {
    name: "ECDSA: other encodings of the same r and s are invalid (X.690 10.1, 8.3.2)",
    async run(verifier) {
      const { signature } = p256;
      const longLength = concatBytes(Uint8Array.of(0x30, 0x81, signature.length - 2), signature.subarray(2));
      await expectValid(verifier, { ...p256, signature: longLength }, false, "length not in its shortest form");
      const contents = concatBytes(Uint8Array.of(0x02, 0x22, 0x00), signature.subarray(4));
      const padded = concatBytes(Uint8Array.of(0x30, contents.length), contents);
      await expectValid(verifier, { ...p256, signature: padded }, false, "r with a zero too many");
    },
  },
  {
    name: "ECDSA: r and s of zero are invalid (FIPS 186-5 6.4.2)",
    async run(verifier) {
      const signature = encodeSequence(encodeInteger(0), encodeInteger(0));
      await expectValid(verifier, { ...p256, signature }, false, "r = s = 0");
    },
  },
  {
    name: "Ed25519: a key of small order is invalid, though the equation holds",
    async run(verifier) {
      const identity = new Uint8Array(32);
      identity[0] = 1;
      const publicKey = publicKeyInfo(EdDSA, identity);
      const signature = concatBytes(identity, new Uint8Array(32));
      await expectValid(verifier, { ...ed25519, publicKey, signature }, false, "identity as key and as R, S = 0");
    },
  },
];

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
