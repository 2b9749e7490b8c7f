// SPDX-License-Identifier: Apache-2.0
// What MakeCredential hides is found again by the one with the endorsement key's private half, by the same annexes of
// the standard read backwards; real TPMs open it in packages/node and test/interop.

import assert from "node:assert/strict";
import {
  constants,
  createDecipheriv,
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
  privateDecrypt,
} from "node:crypto";
import { test } from "node:test";
import { nodeCredentialCryptography, nodeEntropy } from "@natalis/node";
import * as fc from "fast-check";
import { algorithms, publicKeyInfo } from "../../formats/index.ts";
import { concatBytes, fromBase64Url, isNatalisError } from "../../kernel/index.ts";
import { endorsementTemplates } from "./endorsement-templates.ts";
import { deriveA, deriveE } from "./key-derivation.ts";
import { type Credential, encodeCredentialFile, makeCredential, parseCredentialFile } from "./make-credential.ts";
import { readStructure } from "./octets.ts";
import type { PublicArea } from "./public-area.ts";

const ports = { entropy: nodeEntropy, cryptography: nodeCredentialCryptography };
const { hmac } = nodeCredentialCryptography;
const name = concatBytes(Uint8Array.of(0, 0x0b), new Uint8Array(32).fill(7));
const nothing = new Uint8Array(0);
const field = (key: KeyObject, part: "n" | "x" | "y") => fromBase64Url(String(key.export({ format: "jwk" })[part]));

interface EndorsementPair {
  readonly area: PublicArea;
  readonly privateKey: KeyObject;
}

function pairOf(template: PublicArea): EndorsementPair {
  if (template.type === "RSA") {
    const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: template.keyBits });
    return { area: { ...template, modulus: field(publicKey, "n") }, privateKey };
  }
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: template.curve });
  return { area: { ...template, x: field(publicKey, "x"), y: field(publicKey, "y") }, privateKey };
}

function seedIn({ area, privateKey }: EndorsementPair, { encryptedSecret }: Credential, octets: number): Uint8Array {
  const oaepHash = area.nameDigest === "SHA-384" ? "sha384" : "sha256";
  if (area.type === "RSA") {
    const oaepLabel = new TextEncoder().encode("IDENTITY\0");
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    return new Uint8Array(privateDecrypt({ key: privateKey, padding, oaepHash, oaepLabel }, encryptedSecret));
  }
  const [x, y] = readStructure(encryptedSecret, (reader) => [reader.sized(48), reader.sized(48)] as const);
  const algorithm = area.curve === "P-256" ? algorithms.ES256 : algorithms.ES384;
  const point = Buffer.from(publicKeyInfo(algorithm, concatBytes(Uint8Array.of(4), x, y)));
  const publicKey = createPublicKey({ key: point, format: "der", type: "spki" });
  const secret = new Uint8Array(diffieHellman({ privateKey, publicKey }));
  return deriveE(area.nameDigest, secret, "IDENTITY", [x, area.x], 8 * octets);
}

async function open(
  pair: EndorsementPair,
  objectName: Uint8Array,
  credential: Credential,
): Promise<Uint8Array | undefined> {
  const { nameDigest, aesBits = 128 } = pair.area;
  const octets = nameDigest === "SHA-384" ? 48 : 32;
  const seed = seedIn(pair, credential, octets);
  const [integrity, identity] = readStructure(
    credential.credentialBlob,
    (reader) => [reader.sized(64), reader.rest()] as const,
  );
  const integrityKey = await deriveA(hmac, nameDigest, seed, "INTEGRITY", nothing, 8 * octets);
  const expected = createHmac(octets === 48 ? "sha384" : "sha256", integrityKey)
    .update(identity)
    .update(objectName);
  if (!expected.digest().equals(integrity)) return undefined;
  const key = await deriveA(hmac, nameDigest, seed, "STORAGE", objectName, aesBits);
  const decipher = createDecipheriv(`aes-${aesBits}-cfb`, key, new Uint8Array(16));
  const opened = new Uint8Array(Buffer.concat([decipher.update(identity), decipher.final()]));
  return readStructure(opened, (reader) => reader.sized(64));
}

for (const { title, area, nameDigest } of endorsementTemplates.filter(({ name }) => name !== "H-7"))
  test(`${title}: opened by this key for this name, and for no other`, async () => {
    const pair = pairOf(area);
    for (const length of [1, 32, nameDigest === "SHA-384" ? 48 : 32]) {
      const secret = nodeEntropy.bytes(length);
      const credential = await makeCredential(pair.area, name, secret, ports);
      assert.deepEqual(await open(pair, name, credential), secret);
      assert.equal(await open(pair, name.with(5, 1), credential), undefined);
      const blob = credential.credentialBlob;
      const altered = blob.with(blob.length - 1, (blob.at(-1) as number) ^ 1);
      assert.equal(await open(pair, name, { ...credential, credentialBlob: altered }), undefined);
    }
  });

test("no two credentials are alike", async () => {
  const { area } = pairOf(endorsementTemplates[0]?.area as PublicArea);
  const made = [await makeCredential(area, name, nothing, ports), await makeCredential(area, name, nothing, ports)];
  assert.notDeepEqual(made[0]?.credentialBlob, made[1]?.credentialBlob);
  assert.notDeepEqual(made[0]?.encryptedSecret, made[1]?.encryptedSecret);
});

test("a key that stores nothing, a template, and a secret that is too long", async () => {
  const { area } = pairOf(endorsementTemplates[0]?.area as PublicArea);
  const isRefused = (error: unknown) => isNatalisError(error, "NAT_TPM_STRUCTURE");
  await assert.rejects(makeCredential({ ...area, aesBits: undefined }, name, nothing, ports), isRefused);
  await assert.rejects(makeCredential(area, name, new Uint8Array(49), ports), isRefused);
  await assert.rejects(makeCredential(endorsementTemplates[0]?.area as PublicArea, name, nothing, ports), isRefused);
});

test("a credential file comes back as it was written, and anything else is refused", () => {
  const credential = fc.record(
    { credentialBlob: fc.uint8Array({ maxLength: 100 }), encryptedSecret: fc.uint8Array({ maxLength: 512 }) },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(credential, fc.nat(7), (one, at) => {
      const bytes = encodeCredentialFile(one);
      assert.deepEqual(parseCredentialFile(bytes), one);
      for (const other of [bytes.with(at, (bytes[at] as number) ^ 1), bytes.subarray(0, -1), new Uint8Array(0)])
        assert.throws(
          () => parseCredentialFile(other),
          (error) => isNatalisError(error, "NAT_TPM_STRUCTURE"),
        );
    }),
  );
});
