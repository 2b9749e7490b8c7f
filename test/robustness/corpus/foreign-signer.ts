// SPDX-License-Identifier: Apache-2.0
// Fixed signers of schemes that Natalis verifies and does not sign with: RSA with both paddings, P-521, Ed448. Keys and
// signatures are the same in every run. Never to be trusted.

import {
  checkPrimeSync,
  constants,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  privateEncrypt,
  sign,
} from "node:crypto";
import { ed448 } from "@noble/curves/ed448.js";
import { p521 } from "@noble/curves/nist.js";
import { encodeBitString, encodeSequence } from "natalis/formats";
import { concatBytes, encodeUtf8, fromHex, portableHash, toHex } from "natalis/kernel";
import type { PaperSigner } from "./forge.ts";

const sha256 = (data: Uint8Array) => portableHash.sha256(data);
const sha256Identifier = "300d06096086480165030402010500";
const identifiers = {
  pkcs1: "300d06092a864886f70d01010b0500",
  pss: `304106092a864886f70d01010a3034a00f${sha256Identifier}a11c301a06092a864886f70d010108${sha256Identifier}a203020120`,
  p521: "300a06082a8648ce3d040304",
  ed448: "300506032b6571",
} as const;

/** PKCS#1 v1.5 with SHA-256 under a key of 2048 bits. */
export function rsaSigner(word: string): PaperSigner {
  const key = rsaKey(word);
  return signer(spkiOf(key), identifiers.pkcs1, (data) => new Uint8Array(sign("sha256", data, key)));
}

/** PSS with SHA-256 and a salt of 32 octets, which follows from the data. */
export function pssSigner(word: string): PaperSigner {
  const key = rsaKey(word);
  const signature = (data: Uint8Array) =>
    new Uint8Array(privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encodePss(data)));
  return signer(spkiOf(key), identifiers.pss, signature);
}

export function p521Signer(word: string): PaperSigner {
  const secret = concatBytes(new Uint8Array(2), stream(word, 64));
  const spki = encodeSequence(
    fromHex("301006072a8648ce3d020106052b81040023"),
    encodeBitString(p521.getPublicKey(secret, false)),
  );
  return signer(spki, identifiers.p521, (data) => p521.sign(data, secret, { format: "der", lowS: false }));
}

export function ed448Signer(word: string): PaperSigner {
  const secret = stream(word, 57);
  const spki = encodeSequence(fromHex(identifiers.ed448), encodeBitString(ed448.getPublicKey(secret)));
  return signer(spki, identifiers.ed448, (data) => ed448.sign(data, secret));
}

function signer(publicKey: Uint8Array, identifier: string, make: PaperSigner["sign"]): PaperSigner {
  return { publicKey, algorithm: { signatureIdentifier: fromHex(identifier) }, sign: make };
}

function spkiOf(key: KeyObject): Uint8Array {
  return new Uint8Array(createPublicKey(key).export({ type: "spki", format: "der" }));
}

/** The octets of a word: as many as one likes. */
function stream(word: string, octets: number): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(octets / 32) }, (_, i) =>
    sha256(encodeUtf8(`never to be trusted: ${word} ${i}`)),
  );
  return concatBytes(...blocks).subarray(0, octets);
}

const exponent = 65_537n;

/** RFC 8017 section 3.2, as a JSON Web Key (RFC 7518 section 6.3). */
function rsaKey(word: string): KeyObject {
  const [p, q] = [primeOf(`${word} p`), primeOf(`${word} q`)];
  const d = inverse(exponent, (p - 1n) * (q - 1n));
  const numbers = { n: p * q, e: exponent, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) };
  const jwk = Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, base64UrlOf(value)]));
  return createPrivateKey({ key: { kty: "RSA", ...jwk }, format: "jwk" });
}

/** The first prime of 1024 bits from where the word points to. */
function primeOf(word: string): bigint {
  let candidate = BigInt(`0x${toHex(stream(word, 128))}`) | (3n << 1022n) | 1n;
  while ((candidate - 1n) % exponent === 0n || !checkPrimeSync(candidate)) candidate += 2n;
  return candidate;
}

function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [value, modulus, 1n, 0n];
  while (b !== 0n) [a, b, x, y] = [b, a % b, y, x - (a / b) * y];
  return ((x % modulus) + modulus) % modulus;
}

function base64UrlOf(value: bigint): string {
  const hex = value.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex").toString("base64url");
}

/** EMSA-PSS (RFC 8017 section 9.1.1) for a modulus of 2048 bits. */
function encodePss(data: Uint8Array): Uint8Array {
  const [digest, salt] = [sha256(data), sha256(concatBytes(Uint8Array.of(1), data))];
  const hash = sha256(concatBytes(new Uint8Array(8), digest, salt));
  const block = concatBytes(new Uint8Array(191).with(190, 1), salt);
  const mask = concatBytes(
    ...Array.from({ length: 7 }, (_, i) => sha256(concatBytes(hash, Uint8Array.of(0, 0, 0, i)))),
  );
  const masked = block.map((octet, i) => octet ^ (mask[i] as number));
  return concatBytes(masked.with(0, (masked[0] as number) & 0x7f), hash, Uint8Array.of(0xbc));
}
