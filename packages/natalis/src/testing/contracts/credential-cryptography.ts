// SPDX-License-Identifier: Apache-2.0
// What every CredentialCryptography must do: known answers where a primitive has them, and the other side's view where it
// draws randomness.

import { type Awaitable, type Digest, encodeUtf8, fromHex } from "../../kernel/index.ts";
import type { CredentialCryptography } from "../../protect/index.ts";
import { type ContractSuite, expectBytes, expectSame, expectThat } from "../contract.ts";

export interface CredentialCryptographyUnderTest {
  readonly cryptography: CredentialCryptography;
  /** An RSA key pair, and what its private half opens; undefined where it does not open. */
  readonly rsa: {
    /** DER SubjectPublicKeyInfo. */
    readonly publicKey: Uint8Array;
    open(digest: Digest, label: Uint8Array, sealed: Uint8Array): Awaitable<Uint8Array | undefined>;
  };
  /** Key pairs on P-256 and P-384, and what their private halves share with another public key. */
  readonly curves: readonly {
    readonly publicKey: Uint8Array;
    agree(ephemeral: Uint8Array): Awaitable<Uint8Array>;
  }[];
}

const label = encodeUtf8("IDENTITY\0");
const message = Uint8Array.from({ length: 34 }, (_, i) => i);

export const credentialCryptographyContract: ContractSuite<CredentialCryptographyUnderTest> = [
  {
    name: "HMAC: test case 2 of RFC 4231",
    async run({ cryptography }) {
      const [key, data] = [encodeUtf8("Jefe"), encodeUtf8("what do ya want for nothing?")];
      const expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
      expectBytes(await cryptography.hmac("SHA-256", key, data), fromHex(expected), "with SHA-256");
      const longer = await cryptography.hmac("SHA-384", key, data);
      expectSame(longer.length, 48, "length with SHA-384");
      expectBytes(longer.subarray(0, 8), fromHex("af45d2e376484031"), "with SHA-384");
    },
  },
  {
    name: "AES in CFB mode: a first block of zeros becomes AES of the initial vector of zeros",
    async run({ cryptography }) {
      const key = fromHex("2b7e151628aed2a6abf7158809cf4f3c");
      const zeros = new Uint8Array(16);
      expectBytes(await cryptography.encryptCfb(key, zeros), fromHex("7df76b0c1ab899b33e42f047b91b546f"), "AES-128");
    },
  },
  {
    name: "AES in CFB mode: whole blocks are fed back, and a message keeps its length",
    async run({ cryptography }) {
      for (const octets of [16, 24, 32]) {
        const whole = await cryptography.encryptCfb(new Uint8Array(octets), message);
        expectSame(whole.length, message.length, "length");
        const part = await cryptography.encryptCfb(new Uint8Array(octets), message.subarray(0, 20));
        expectBytes(part, whole.subarray(0, 20), "the beginning");
        const other = message.with(15, 99);
        const changed = await cryptography.encryptCfb(new Uint8Array(octets), other);
        expectBytes(changed.subarray(0, 15), whole.subarray(0, 15), "before the change");
        expectThat(
          changed.subarray(16).some((octet, i) => octet !== whole[16 + i]),
          "the change is fed back",
        );
      }
    },
  },
  {
    name: "RSAES-OAEP: opened with the same digest and label, and with no others; never twice the same",
    async run({ cryptography, rsa }) {
      for (const digest of ["SHA-256", "SHA-384"] as const) {
        const sealed = await cryptography.encryptOaep(rsa.publicKey, digest, label, message);
        expectBytes(await rsa.open(digest, label, sealed), message, digest);
        expectSame(await rsa.open(digest, encodeUtf8("IDENTITY"), sealed), undefined, "with another label");
        const other = digest === "SHA-256" ? "SHA-384" : "SHA-256";
        expectSame(await rsa.open(other, label, sealed), undefined, "with another digest");
        const again = await cryptography.encryptOaep(rsa.publicKey, digest, label, message);
        expectThat(
          again.some((octet, i) => octet !== sealed[i]),
          "randomness is in it",
        );
      }
    },
  },
  {
    name: "Diffie-Hellman: both sides share the x-coordinate, each time of a new key pair",
    async run({ cryptography, curves }) {
      for (const { publicKey, agree } of curves) {
        const { ephemeral, secret } = await cryptography.agree(publicKey);
        expectBytes(await agree(ephemeral), secret, "what is shared");
        expectSame(ephemeral.length, publicKey.length, "length of the public key");
        const again = await cryptography.agree(publicKey);
        expectThat(
          again.ephemeral.some((octet, i) => octet !== ephemeral[i]),
          "the key pair is new",
        );
      }
    },
  },
];
