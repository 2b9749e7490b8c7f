// SPDX-License-Identifier: Apache-2.0
// What every Signer must do, judged by a SignatureVerifier that has passed its own contract.

import { algorithmOfPublicKey, signatureToCose } from "../../formats/index.ts";
import { encodeUtf8, type SignatureVerifier, type Signer } from "../../kernel/index.ts";
import { type ContractSuite, expectSame, expectThat } from "../contract.ts";

export interface SignerUnderTest {
  readonly signer: Signer;
  readonly verifier: SignatureVerifier;
}

const message = encodeUtf8("born once");

export const signerContract: ContractSuite<SignerUnderTest> = [
  {
    name: "the public key is the canonical SubjectPublicKeyInfo of its algorithm",
    run({ signer }) {
      expectSame(algorithmOfPublicKey(signer.publicKey), signer.algorithm, "algorithm of the public key");
    },
  },
  {
    name: "a signature is valid for its data and for no other",
    async run({ signer, verifier }) {
      for (const data of [message, new Uint8Array(0), new Uint8Array(100_000).fill(1)]) {
        const signature = await signer.sign(data);
        const isValid = async (bytes: Uint8Array) =>
          verifier.verify(signer.algorithm, signer.publicKey, bytes, signature);
        expectThat(await isValid(data), `a signature over ${data.length} bytes is valid`);
        expectThat(!(await isValid(Uint8Array.of(...data.subarray(0, 50), 7))), "and not over other bytes");
      }
    },
  },
  {
    name: "signatures have the form that X.509 carries",
    async run({ signer }) {
      const joined = signatureToCose(signer.algorithm, await signer.sign(message));
      expectSame(joined.length, signer.algorithm.coseSignatureLength, "length in COSE form");
    },
  },
  {
    name: "what is signed is the data at the time of the call",
    async run({ signer, verifier }) {
      const data = message.slice();
      const pending = signer.sign(data);
      data.fill(0);
      expectThat(
        await verifier.verify(signer.algorithm, signer.publicKey, message, await pending),
        "the signature covers the data as it was",
      );
    },
  },
  {
    name: "signing many at once mixes nothing up",
    async run({ signer, verifier }) {
      const all = Array.from({ length: 16 }, (_, i) => new Uint8Array(40).fill(i));
      const signatures = await Promise.all(all.map(async (data) => signer.sign(data)));
      for (const [i, signature] of signatures.entries())
        expectThat(
          await verifier.verify(signer.algorithm, signer.publicKey, new Uint8Array(40).fill(i), signature),
          `signature ${i} belongs to data ${i}`,
        );
    },
  },
];
