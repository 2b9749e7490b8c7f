// SPDX-License-Identifier: Apache-2.0
// What a device keeps of its birth, one folder: its key (software custody: a file of its owner's only), certificate,
// chain, birth record, log entry and receipt. The names are those that openssl users expect.

import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { generateKey, readSecretFile, signerFromPkcs8, writeFileDurably } from "@natalis/node";
import { parseBirthRecord } from "natalis/birth";
import { encodePem, parseCheckpoint, parseLogProof, parsePem } from "natalis/formats";
import {
  decodeUtf8,
  encodeUtf8,
  formatUuid,
  fromBase64,
  type SignatureAlgorithm,
  type Signer,
  toBase64,
} from "natalis/kernel";
import { encodeBirthReceipt } from "natalis/registry";
import type { SealCheckpoint } from "natalis/trust";
import type { z } from "zod";
import type { birthAnswerSchema, provisionalAnswerSchema } from "../protocols/rest/schemas.ts";
import { clientError } from "./errors.ts";
import { isThere, readData, readText } from "./files.ts";

export interface DeviceFolder {
  readonly path: string;
  readonly key: string;
  readonly certificate: string;
  readonly chain: string;
  readonly record: string;
  readonly entry: string;
  readonly receipt: string;
  /** The receipt with what it is about: what a station bore counts by it. */
  readonly birthReceipt: string;
  /** There as long as nobody takes the certificate: says so, and what ends it. */
  readonly provisional: string;
  readonly sealState: string;
}

/** As a registrar answers a birth, with the receipt that names its certificate, CBOR in base64. */
export type EnteredPapers = z.infer<typeof birthAnswerSchema> & { readonly birthReceipt: string };

export interface DevicePapers {
  readonly certificate: Uint8Array;
  /** Issuing authority first, root last. */
  readonly chain: readonly Uint8Array[];
}

const keyLimit = 16 * 1024;

export function deviceFolder(path: string): DeviceFolder {
  return {
    path,
    key: join(path, "key.pem"),
    certificate: join(path, "certificate.pem"),
    chain: join(path, "chain.pem"),
    record: join(path, "record.cbor"),
    entry: join(path, "entry.cbor"),
    receipt: join(path, "receipt.tlog-proof"),
    birthReceipt: join(path, "birth-receipt.cbor"),
    provisional: join(path, "provisional.txt"),
    sealState: join(path, "seal-state"),
  };
}

/** The device's key: the one in the folder, else a new one of that algorithm, written before it is used. */
export async function openOrMakeKey(folder: DeviceFolder, algorithm: SignatureAlgorithm): Promise<Signer> {
  if (await isThere(folder.key)) return openKey(folder);
  await mkdir(folder.path, { recursive: true, mode: 0o700 });
  const { signer, pkcs8 } = generateKey(algorithm);
  await writeFileDurably(folder.key, encodeUtf8(encodePem("PRIVATE KEY", pkcs8)));
  return signer;
}

/** @throws NAT_CLIENT_FILE */
export async function openKey(folder: DeviceFolder): Promise<Signer> {
  const { bytes } = await readSecretFile(folder.key, keyLimit).catch((cause: unknown) => {
    throw clientError("NAT_CLIENT_FILE", folder.key, cause);
  });
  return signerFromPkcs8(one(parsePem(decodeUtf8(bytes), "PRIVATE KEY"), folder.key));
}

/** @throws NAT_CLIENT_FILE */
export async function readPapers(folder: DeviceFolder): Promise<DevicePapers> {
  const certificate = one(parsePem(await readText(folder.certificate), "CERTIFICATE"), folder.certificate);
  return { certificate, chain: parsePem(await readText(folder.chain), "CERTIFICATE") };
}

/** The checkpoint of the birth's receipt: what the device seals now was made after it. @throws NAT_CLIENT_FILE */
export async function readReceiptCheckpoint(folder: DeviceFolder): Promise<SealCheckpoint> {
  const { checkpoint } = parseLogProof(await readText(folder.receipt));
  const { size, root } = parseCheckpoint(checkpoint.slice(0, checkpoint.indexOf("\n\n") + 1));
  return { size, root };
}

/** Keeps a birth's answer. The certificate comes last: where it is, the rest is. */
export async function writePapers(folder: DeviceFolder, answer: z.infer<typeof birthAnswerSchema>): Promise<void> {
  await mkdir(folder.path, { recursive: true, mode: 0o700 });
  const { record, entry, receipt, salt } = answer;
  if (salt !== undefined) {
    const parts = { receipt, entry: fromBase64(entry), salt: fromBase64(salt), record: fromBase64(record) };
    await writeFileDurably(folder.birthReceipt, encodeBirthReceipt(parts), 0o644);
  }
  await writeFileDurably(folder.record, fromBase64(answer.record), 0o644);
  await writeFileDurably(folder.entry, fromBase64(answer.entry), 0o644);
  await writeFileDurably(folder.receipt, encodeUtf8(answer.receipt), 0o644);
  await writeFileDurably(folder.chain, encodeUtf8(answer.chain.join("")), 0o644);
  await writeFileDurably(folder.certificate, encodeUtf8(answer.certificate), 0o644);
  await rm(folder.provisional, { force: true });
}

const provisionalText = `certificate.pem is provisional: a station without a connection issued it, and nobody takes it yet.
Once the station's births are brought in (natalis station sync), repeat natalis birth at the registrar: it fetches the
receipt, and this file goes.
`;

/** Whether a station bore the folder's device, be it entered or not. @throws NAT_CLIENT_FILE */
export async function isOfStation(folder: DeviceFolder): Promise<boolean> {
  return (await isThere(folder.certificate)) && ((await isProvisional(folder)) || (await isThere(folder.birthReceipt)));
}

/** Whether nobody takes the folder's certificate yet. @throws NAT_CLIENT_FILE */
export function isProvisional(folder: DeviceFolder): Promise<boolean> {
  return isThere(folder.provisional);
}

/** What the station answered. @throws NAT_CLIENT_FILE */
export async function readProvisionalPapers(folder: DeviceFolder): Promise<z.infer<typeof provisionalAnswerSchema>> {
  const record = await readData(folder.record);
  const [certificate, chain] = [await readText(folder.certificate), await readText(folder.chain)];
  const device = formatUuid(parseBirthRecord(record).deviceId);
  return { device, kind: "provisional", certificate, chain: [chain], record: toBase64(record) };
}

/**
 * Keeps what a station answered, marked as what nobody takes; the rest comes once it was brought in. Answers whether it is
 * kept so: where the same birth is entered already, its papers stay as they are.
 * @throws NAT_CLIENT_FILE where the folder has the papers of another birth that is entered
 */
export async function writeProvisionalPapers(
  folder: DeviceFolder,
  answer: z.infer<typeof provisionalAnswerSchema>,
): Promise<boolean> {
  if ((await isThere(folder.receipt)) && !(await isProvisional(folder))) {
    if ((await readText(folder.certificate)) === answer.certificate) return false;
    throw clientError("NAT_CLIENT_FILE", `${folder.path} has the papers of another birth, which is entered`);
  }
  await mkdir(folder.path, { recursive: true, mode: 0o700 });
  await writeFileDurably(folder.provisional, encodeUtf8(provisionalText), 0o644);
  await writeFileDurably(folder.record, fromBase64(answer.record), 0o644);
  await writeFileDurably(folder.chain, encodeUtf8(answer.chain.join("")), 0o644);
  await writeFileDurably(folder.certificate, encodeUtf8(answer.certificate), 0o644);
  return true;
}

/** Keeps the whole papers of what a station bore. */
export async function writeEnteredPapers(folder: DeviceFolder, answer: EnteredPapers): Promise<void> {
  await mkdir(folder.path, { recursive: true, mode: 0o700 });
  await writeFileDurably(folder.birthReceipt, fromBase64(answer.birthReceipt), 0o644);
  await writePapers(folder, answer);
}

/** The birth's receipt where the folder has one, for evidence on a device. @throws NAT_CLIENT_FILE */
export async function readBirthReceipt(folder: DeviceFolder): Promise<{ readonly receipt?: Uint8Array }> {
  return (await isThere(folder.birthReceipt)) ? { receipt: await readData(folder.birthReceipt) } : {};
}

function one(found: readonly Uint8Array[], path: string): Uint8Array {
  const [first] = found;
  if (first === undefined || found.length > 1)
    throw clientError("NAT_CLIENT_FILE", `${path}: ${found.length} PEM blocks`);
  return first;
}
