// SPDX-License-Identifier: Apache-2.0
// Sealed key files: named secrets under a passphrase. scrypt (RFC 7914) stretches it, AES-256-GCM (SP 800-38D)
// seals a deterministic CBOR map of name to bytes; the header is authenticated with it. Layout, in bytes:
// "NATKEYS1" 8 · log2 N 1 · r 1 · p 1 · salt 32 · nonce 12 · ciphertext · tag 16.

import { createCipheriv, createDecipheriv, scrypt } from "node:crypto";
import { asBytes, asMap, asText, type CborMap, decodeCbor, encodeCbor } from "natalis/formats";
import { concatBytes, encodeUtf8, equalBytes } from "natalis/kernel";
import { writeFileDurably } from "./durable-file.ts";
import { nodeEntropy } from "./entropy.ts";
import { nodeError } from "./errors.ts";
import { readSecretFile } from "./secret-file.ts";

/** Secrets by name: PKCS#8 keys, the registry's HMAC key. */
export type Secrets = ReadonlyMap<string, Uint8Array>;

/** What one guess of the passphrase costs (RFC 7914 section 2): N = 2^logN, memory 128 N r bytes. */
export interface ScryptCost {
  readonly logN: number;
  readonly r: number;
  readonly p: number;
}

export interface SealedFile {
  readonly secrets: Secrets;
  /** One sentence for people where others than the owner may read the file. */
  readonly warning: string | undefined;
}

const magic = encodeUtf8("NATKEYS1");
const saltLength = 32;
const nonceLength = 12;
const tagLength = 16;
const headerLength = magic.length + 3 + saltLength + nonceLength;
const sizeLimit = 1 << 20;

/** 128 MiB and about half a second a guess. */
const defaultCost: ScryptCost = { logN: 17, r: 8, p: 1 };

/** A hostile file may not ask for more (512 MiB), nor make us write a weak one back. */
const bounds = { leastLogN: 14, greatestMemory: 2 ** 29, greatestParallel: 4 } as const;

/**
 * Seals secrets under a passphrase.
 * @throws NAT_KEYFILE_PASSPHRASE for an empty one, NAT_KEYFILE_COST
 */
export async function sealSecrets(secrets: Secrets, passphrase: string, cost = defaultCost): Promise<Uint8Array> {
  const costBytes = Uint8Array.of(cost.logN, cost.r, cost.p);
  const salt = nodeEntropy.bytes(saltLength);
  const nonce = nodeEntropy.bytes(nonceLength);
  const header = concatBytes(magic, costBytes, salt, nonce);
  const key = await deriveKey(passphrase, salt, cost);
  const plaintext = encodeCbor(secrets);
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: tagLength });
  cipher.setAAD(header);
  const sealed = concatBytes(header, cipher.update(plaintext), cipher.final(), cipher.getAuthTag());
  key.fill(0);
  plaintext.fill(0);
  return sealed;
}

/**
 * Opens what `sealSecrets` made.
 * @throws NAT_KEYFILE_FORM, NAT_KEYFILE_COST, NAT_KEYFILE_PASSPHRASE
 */
export async function openSecrets(sealed: Uint8Array, passphrase: string): Promise<Secrets> {
  const { header, cost, salt, nonce, ciphertext, tag } = parseSealed(sealed);
  const key = await deriveKey(passphrase, salt, cost);
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: tagLength });
  decipher.setAAD(header).setAuthTag(tag);
  const plaintext = decipher.update(ciphertext);
  try {
    decipher.final();
  } catch (cause) {
    throw nodeError("NAT_KEYFILE_PASSPHRASE", `${sealed.length} bytes`, cause);
  } finally {
    key.fill(0);
  }
  return secretsOf(asMap(decodeCbor(plaintext)));
}

/** Seals secrets into a 0600 file, replacing it durably. @throws as `sealSecrets` */
export async function writeSealedFile(path: string, secrets: Secrets, passphrase: string): Promise<void> {
  await writeFileDurably(path, await sealSecrets(secrets, passphrase));
}

/** @throws NAT_SECRETFILE_SIZE and as `openSecrets` */
export async function readSealedFile(path: string, passphrase: string): Promise<SealedFile> {
  const { bytes, warning } = await readSecretFile(path, sizeLimit);
  return { secrets: await openSecrets(bytes, passphrase), warning };
}

function parseSealed(sealed: Uint8Array) {
  if (sealed.length < headerLength + tagLength || !equalBytes(sealed.subarray(0, magic.length), magic))
    throw nodeError("NAT_KEYFILE_FORM", `${sealed.length} bytes`);
  const [logN, r, p] = sealed.subarray(magic.length) as unknown as [number, number, number];
  const saltStart = magic.length + 3;
  return {
    header: sealed.subarray(0, headerLength),
    cost: { logN, r, p },
    salt: sealed.subarray(saltStart, saltStart + saltLength),
    nonce: sealed.subarray(saltStart + saltLength, headerLength),
    ciphertext: sealed.subarray(headerLength, -tagLength),
    tag: sealed.subarray(-tagLength),
  };
}

/** The passphrase in Unicode form C: the same words typed on another system are the same passphrase. */
function deriveKey(passphrase: string, salt: Uint8Array, cost: ScryptCost): Promise<Uint8Array> {
  if (passphrase === "") throw nodeError("NAT_KEYFILE_PASSPHRASE", "an empty passphrase protects nothing");
  const memory = checkCost(cost);
  const options = { N: 2 ** cost.logN, r: cost.r, p: cost.p, maxmem: memory + 2 ** 20 };
  return new Promise((resolve, reject) => {
    scrypt(encodeUtf8(passphrase.normalize("NFC")), salt, 32, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

/** Bytes that scrypt will take: V of N blocks, B of p and one for work (RFC 7914 sections 5 and 6). */
function checkCost({ logN, r, p }: ScryptCost): number {
  const memory = 128 * r * (2 ** logN + p + 1);
  if (logN < bounds.leastLogN || r < 1 || p < 1 || p > bounds.greatestParallel || memory > bounds.greatestMemory)
    throw nodeError("NAT_KEYFILE_COST", `log2 N ${logN}, r ${r}, p ${p}`);
  return memory;
}

/** What was authenticated was written by us; the check is for the types. */
function secretsOf(map: CborMap): Secrets {
  return new Map(Array.from(map, ([name, secret]) => [asText(name), asBytes(secret)]));
}
