// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import {
  constants,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
  privateDecrypt,
} from "node:crypto";
import { suite, test } from "node:test";
import { isNatalisError } from "natalis/kernel";
import { credentialCryptographyContract, type CredentialCryptographyUnderTest } from "natalis/testing";
import { digestNames } from "../node-algorithms.ts";
import { nodeCredentialCryptography } from "./credential-cryptography.ts";

const spki = (key: KeyObject) => new Uint8Array(key.export({ format: "der", type: "spki" }));
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const padding = constants.RSA_PKCS1_OAEP_PADDING;

const underTest: CredentialCryptographyUnderTest = {
  cryptography: nodeCredentialCryptography,
  rsa: {
    publicKey: spki(rsa.publicKey),
    open(digest, oaepLabel, sealed) {
      try {
        const options = { key: rsa.privateKey, padding, oaepHash: digestNames[digest], oaepLabel };
        return new Uint8Array(privateDecrypt(options, sealed));
      } catch {
        return undefined;
      }
    },
  },
  curves: ["P-256", "P-384"].map((namedCurve) => {
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve });
    const agree = (ephemeral: Uint8Array) => {
      const theirs = createPublicKey({ key: Buffer.from(ephemeral), format: "der", type: "spki" });
      return new Uint8Array(diffieHellman({ privateKey, publicKey: theirs }));
    };
    return { publicKey: spki(publicKey), agree };
  }),
};

suite("OpenSSL keeps the contract of credential cryptography", () => {
  for (const { name, run } of credentialCryptographyContract) test(name, () => run(underTest));
});

suite("the contract finds", () => {
  const broken: readonly (readonly [what: string, Partial<CredentialCryptographyUnderTest["cryptography"]>])[] = [
    ["another HMAC", { hmac: () => new Uint8Array(32) }],
    ["no encryption", { encryptCfb: (_key, message) => message }],
    [
      "an OAEP that forgets the label",
      {
        encryptOaep: (key, digest, _label, message) =>
          nodeCredentialCryptography.encryptOaep(key, digest, new Uint8Array(0), message),
      },
    ],
    ["an agreement on nothing", { agree: (publicKey) => ({ ephemeral: publicKey, secret: new Uint8Array(32) }) }],
  ];
  for (const [what, wrong] of broken)
    test(what, async () => {
      const cryptography = { ...nodeCredentialCryptography, ...wrong };
      const outcomes = await Promise.all(
        credentialCryptographyContract.map(async ({ run }) => {
          try {
            await run({ ...underTest, cryptography });
            return true;
          } catch (error) {
            assert.ok(isNatalisError(error, "NAT_TESTING_CONTRACT"));
            return false;
          }
        }),
      );
      assert.ok(outcomes.includes(false));
    });
});
