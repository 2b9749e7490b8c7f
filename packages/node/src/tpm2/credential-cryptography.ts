// SPDX-License-Identifier: Apache-2.0
// The primitives of MakeCredential by OpenSSL.

import {
  constants,
  createCipheriv,
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
  publicEncrypt,
} from "node:crypto";
import type { CredentialCryptography } from "natalis/protect";
import { digestNames } from "../node-algorithms.ts";

const blockOctets = 16;

export const nodeCredentialCryptography: CredentialCryptography = {
  hmac: (digest, key, data) => plain(createHmac(digestNames[digest], key).update(data).digest()),

  encryptOaep(publicKey, digest, label, message) {
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    const options = { key: importKey(publicKey), padding, oaepHash: digestNames[digest], oaepLabel: label };
    return plain(publicEncrypt(options, message));
  },

  agree(publicKey) {
    const theirs = importKey(publicKey);
    const { namedCurve = "" } = theirs.asymmetricKeyDetails ?? {};
    const ours = generateKeyPairSync("ec", { namedCurve });
    const ephemeral = plain(ours.publicKey.export({ format: "der", type: "spki" }));
    return { ephemeral, secret: plain(diffieHellman({ privateKey: ours.privateKey, publicKey: theirs })) };
  },

  encryptCfb(key, message) {
    const cipher = createCipheriv(`aes-${8 * key.length}-cfb`, key, new Uint8Array(blockOctets));
    return plain(Buffer.concat([cipher.update(message), cipher.final()]));
  },
};

function importKey(publicKey: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.from(publicKey), format: "der", type: "spki" });
}

function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer);
}
