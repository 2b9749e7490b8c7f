// SPDX-License-Identifier: Apache-2.0
// The keys of signed notes and their text form, the vkey (C2SP signed-note, "Signatures"): Ed25519 (0x01), ECDSA
// P-256 (0x02, whose key id covers the key alone, as transparency-dev has it), and Ed25519 witness cosignatures
// (0x04, C2SP tlog-cosignature).

import {
  concatBytes,
  encodeUtf8,
  equalBytes,
  fromBase64,
  type Hash,
  portableHash,
  type SignatureAlgorithm,
  toBase64,
  toHex,
} from "../../kernel/index.ts";
import { algorithmOfPublicKey, algorithms, publicKeyInfo, rawPublicKey } from "../algorithms.ts";
import { refuseAs, tlogError } from "./errors.ts";

/** Signature type bytes (C2SP signed-note, "Signature types"). */
export const noteKeyTypes = { ed25519: 0x01, ecdsa: 0x02, cosignature: 0x04 } as const;
export type NoteKeyType = (typeof noteKeyTypes)[keyof typeof noteKeyTypes];

/** A public key that may sign notes. Name and key id together say which key a signature line means. */
export interface NoteVerifierKey {
  readonly name: string;
  /** 4 bytes. */
  readonly keyId: Uint8Array;
  readonly type: NoteKeyType;
  readonly algorithm: SignatureAlgorithm;
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
}

/** The note key of an Ed25519 or P-256 public key (DER SubjectPublicKeyInfo). @throws NAT_TLOG_KEY */
export function noteVerifierKey(name: string, publicKey: Uint8Array, hash: Hash): NoteVerifierKey {
  const algorithm = refuseAs("NAT_TLOG_KEY", "unknown algorithm", () => algorithmOfPublicKey(publicKey));
  return keyOf(name, algorithm === algorithms.ES256 ? noteKeyTypes.ecdsa : noteKeyTypes.ed25519, publicKey, hash);
}

/** The note key of a witness that cosigns with an Ed25519 key (DER SubjectPublicKeyInfo). @throws NAT_TLOG_KEY */
export function cosignatureKey(name: string, publicKey: Uint8Array, hash: Hash): NoteVerifierKey {
  return keyOf(name, noteKeyTypes.cosignature, publicKey, hash);
}

/** The vkey of an Ed25519 or P-256 public key (DER SubjectPublicKeyInfo). @throws NAT_TLOG_KEY */
export function verifierKey(name: string, publicKey: Uint8Array, hash: Hash): string {
  return encodeVerifierKey(noteVerifierKey(name, publicKey, hash));
}

/** `<name>+<key id in hexadecimal>+<base64 of type and key>`. */
export function encodeVerifierKey(key: NoteVerifierKey): string {
  return `${key.name}+${toHex(key.keyId)}+${toBase64(typedKey(key.type, key.publicKey))}`;
}

/** Reads a vkey and checks its key id. @throws NAT_TLOG_KEY */
export function parseVerifierKey(text: string, hash: Hash = portableHash): NoteVerifierKey {
  const [, name, keyId, material] = (text.length <= longestKey && vkeyForm.exec(text)) || [];
  if (name === undefined || keyId === undefined || material === undefined)
    throw tlogError("NAT_TLOG_KEY", `${text.length} characters are not <name>+<key id>+<key>`);
  const typed = refuseAs("NAT_TLOG_KEY", `the key of ${name}`, () => fromBase64(material));
  const key = keyOf(name, ...typeAndKey(name, typed), hash);
  if (toHex(key.keyId) !== keyId) throw tlogError("NAT_TLOG_KEY", `${name}: key id ${keyId}, not ${toHex(key.keyId)}`);
  return key;
}

/** Whether two keys are the same public key, under whatever names and types (C2SP tlog-policy: duplicates). */
export function isSamePublicKey(a: NoteVerifierKey, b: NoteVerifierKey): boolean {
  return equalBytes(a.publicKey, b.publicKey);
}

/** Key names are not empty and hold no space or plus; being one word of one line, no control character either. */
export function isKeyName(text: string): boolean {
  return text.isWellFormed() && /^[^\s\p{Cc}+]+$/u.test(text);
}

const longestKey = 1024;
const vkeyForm = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/;

function keyOf(name: string, type: NoteKeyType, publicKey: Uint8Array, hash: Hash): NoteVerifierKey {
  if (!isKeyName(name)) throw tlogError("NAT_TLOG_KEY", "the name is empty, or has spaces or a plus sign");
  const algorithm = type === noteKeyTypes.ecdsa ? algorithms.ES256 : algorithms.EdDSA;
  const material = refuseAs("NAT_TLOG_KEY", `${name}: type ${type}`, () => rawPublicKey(algorithm, publicKey));
  const identified =
    type === noteKeyTypes.ecdsa ? publicKey : concatBytes(encodeUtf8(`${name}\n`), Uint8Array.of(type), material);
  return { name, keyId: hash.sha256(identified).slice(0, 4), type, algorithm, publicKey };
}

function typedKey(type: NoteKeyType, publicKey: Uint8Array): Uint8Array {
  const material = type === noteKeyTypes.ecdsa ? publicKey : rawPublicKey(algorithms.EdDSA, publicKey);
  return concatBytes(Uint8Array.of(type), material);
}

function typeAndKey(name: string, typed: Uint8Array): [NoteKeyType, Uint8Array] {
  const type = Object.values(noteKeyTypes).find((known) => known === typed[0]);
  if (type === undefined) throw tlogError("NAT_TLOG_KEY", `${name}: unsupported type ${typed[0]}`);
  const material = typed.subarray(1);
  if (type === noteKeyTypes.ecdsa) return [type, material];
  return [type, refuseAs("NAT_TLOG_KEY", `${name}: type ${type}`, () => publicKeyInfo(algorithms.EdDSA, material))];
}
