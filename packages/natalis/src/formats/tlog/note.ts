// SPDX-License-Identifier: Apache-2.0
// Signed notes (C2SP signed-note): a text, an empty line, and one line for each signature over the text.

import {
  type Awaitable,
  concatBytes,
  encodeUtf8,
  equalBytes,
  fromBase64,
  type Hash,
  type SignatureVerifier,
  type Signer,
  toBase64,
} from "../../kernel/index.ts";
import { cosignedMessage, parseCosignature } from "./cosignature.ts";
import { refuseAs, tlogError } from "./errors.ts";
import { isKeyName, type NoteVerifierKey, noteKeyTypes, noteVerifierKey } from "./note-key.ts";

/** Signs the text of a note under the name and id of its key. */
export interface NoteSigner {
  readonly name: string;
  /** 4 bytes. */
  readonly keyId: Uint8Array;
  sign(text: Uint8Array): Awaitable<Uint8Array>;
}

/** A signature line as it stands: nothing is verified. */
export interface NoteSignature {
  readonly name: string;
  /** 4 bytes. */
  readonly keyId: Uint8Array;
  readonly signature: Uint8Array;
}

/** A note taken apart: nothing is verified. */
export interface SignedNote {
  /** With its last newline, without the empty line after it. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** A note with at least one verified signature of a known key and none that failed. */
export interface OpenedNote {
  readonly text: string;
  /** Names of `keys`, each once. */
  readonly signedBy: readonly string[];
  /** The known keys that signed, each once. */
  readonly keys: readonly NoteVerifierKey[];
}

/** A note signer over an Ed25519 (0x01) or P-256 (0x02) key. @throws NAT_TLOG_KEY */
export function noteSigner(name: string, signer: Signer, hash: Hash): NoteSigner {
  const { keyId } = noteVerifierKey(name, signer.publicKey, hash);
  return { name, keyId, sign: (text) => signer.sign(text) };
}

/** The note of `text`, which ends in a newline, with one signature by each signer. @throws NAT_TLOG_NOTE */
export async function signNote(text: string, signers: readonly NoteSigner[]): Promise<string> {
  requireNoteText(text);
  if (!text.endsWith("\n")) throw tlogError("NAT_TLOG_NOTE", "the text does not end in a newline");
  const signed = encodeUtf8(text);
  const lines = await Promise.all(signers.map(async (signer) => signatureLine(signer, await signer.sign(signed))));
  const note = `${text}\n${lines.join("")}`;
  parseNote(note);
  return note;
}

/** Takes a note apart. @throws NAT_TLOG_NOTE */
export function parseNote(note: string): SignedNote {
  requireNoteText(note);
  const separator = note.lastIndexOf("\n\n");
  const lines = note.slice(separator + 2).split("\n");
  if (separator < 0 || lines.pop() !== "" || lines.length === 0)
    throw tlogError("NAT_TLOG_NOTE", "it does not end in an empty line and signature lines");
  if (lines.length > mostSignatures) throw tlogError("NAT_TLOG_NOTE", `${lines.length} signatures`);
  return { text: note.slice(0, separator + 1), signatures: lines.map(parseSignatureLine) };
}

/**
 * Verifies every signature of a known key; lines of other keys are passed over.
 * @throws NAT_TLOG_NOTE, NAT_TLOG_SIGNATURE where one fails, NAT_TLOG_UNSIGNED where there is none
 */
export async function openNote(
  note: string,
  keys: readonly NoteVerifierKey[],
  verifier: SignatureVerifier,
): Promise<OpenedNote> {
  const { text, signatures } = parseNote(note);
  const signed = encodeUtf8(text);
  const signedBy = new Set<NoteVerifierKey>();
  for (const line of signatures) {
    const key = keys.find(({ name, keyId }) => name === line.name && equalBytes(keyId, line.keyId));
    if (key === undefined) continue;
    if (!(await isSignedBy(key, signed, line.signature, verifier))) throw tlogError("NAT_TLOG_SIGNATURE", key.name);
    signedBy.add(key);
  }
  if (signedBy.size === 0) throw tlogError("NAT_TLOG_UNSIGNED", `${signatures.length} signatures of unknown keys`);
  return { text, keys: [...signedBy], signedBy: [...new Set([...signedBy].map(({ name }) => name))] };
}

const longestNote = 0x10000;
const mostSignatures = 64;
const lineStart = "\u2014 ";

function signatureLine({ name, keyId }: NoteSigner, signature: Uint8Array): string {
  return `${lineStart}${name} ${toBase64(concatBytes(keyId, signature))}\n`;
}

function parseSignatureLine(line: string): NoteSignature {
  const [name, encoded, ...more] = line.slice(lineStart.length).split(" ");
  if (!line.startsWith(lineStart) || name === undefined || !isKeyName(name) || encoded === undefined || more.length > 0)
    throw tlogError("NAT_TLOG_NOTE", "a signature line is not an em dash, a key name and base64");
  const bytes = refuseAs("NAT_TLOG_NOTE", `the signature of ${name}`, () => fromBase64(encoded));
  if (bytes.length <= keyIdLength) throw tlogError("NAT_TLOG_NOTE", `the signature of ${name} is too short`);
  return { name, keyId: bytes.subarray(0, keyIdLength), signature: bytes.subarray(keyIdLength) };
}

const keyIdLength = 4;

function requireNoteText(text: string): void {
  if (text.length > longestNote || encodeUtf8(text).length > longestNote)
    throw tlogError("NAT_TLOG_NOTE", `more than ${longestNote} bytes`);
  if (!text.isWellFormed()) throw tlogError("NAT_TLOG_NOTE", "not valid UTF-8");
  for (const character of text)
    if (character < " " && character !== "\n") throw tlogError("NAT_TLOG_NOTE", "control characters");
}

function isSignedBy(
  { type, algorithm, publicKey }: NoteVerifierKey,
  text: Uint8Array,
  signature: Uint8Array,
  verifier: SignatureVerifier,
): Awaitable<boolean> {
  if (type !== noteKeyTypes.cosignature) return verifier.verify(algorithm, publicKey, text, signature);
  const cosignature = parseCosignature(signature);
  if (cosignature === undefined) return false;
  return verifier.verify(algorithm, publicKey, cosignedMessage(cosignature.timestamp, text), cosignature.signature);
}
