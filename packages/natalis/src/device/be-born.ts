// SPDX-License-Identifier: Apache-2.0
// Being born, from the device's side: make a request, send it, and believe nothing of the answer that does not verify.
// The certificate must be for our key and lead to a trusted root, commit to the record, and stand in the log.

import { type DeviceIdentity, readDeviceIdentity, validatePath } from "../authenticate/index.ts";
import { type EvidenceStatement, parseBirthRecord } from "../birth/index.ts";
import { encodePem, oidsOf, parseCertificate, parsePem } from "../formats/index.ts";
import {
  decodeUtf8,
  equalBytes,
  fromBase64,
  type Hash,
  isNatalisError,
  NatalisError,
  type SignatureVerifier,
  type Signer,
  toBase64,
  toHex,
} from "../kernel/index.ts";
import { type TrustFile, verifyReceipt } from "../registry/index.ts";
import { requireOwnCertificate } from "./certificate.ts";
import { deviceError } from "./errors.ts";
import type { RegistrarAnswer, RegistrarConnection } from "./registrar-connection.ts";
import { buildCertificationRequest } from "./request.ts";

/** What the registrar is told of the unit; texts of 1 to 64 characters. */
export interface UnitFacts {
  readonly product: string;
  readonly model: string;
  readonly serial: string;
  readonly facility: string;
  readonly hardwareRevision?: string;
  /** Digest of the firmware, lower-case hexadecimal of 32, 48 or 64 bytes. */
  readonly firmwareDigest?: string;
}

export interface BirthInput {
  readonly registrar: RegistrarConnection;
  /** The device's key; it never leaves the signer. */
  readonly signer: Signer;
  readonly unit: UnitFacts;
  /** What is said of where the key lives: a token's declaration, say. Absent: nothing, and custody is 0. */
  readonly evidence?: readonly EvidenceStatement[];
  readonly trust: TrustFile;
  readonly at: Date;
  readonly verifier: SignatureVerifier;
  readonly hash: Hash;
}

/** A device's papers, verified. */
export interface Born {
  /** UUID, 16 bytes. */
  readonly deviceId: Uint8Array;
  /** The birth certificate, DER. */
  readonly certificate: Uint8Array;
  /** Certificates above it, DER, the issuing authority's first, the root's last. */
  readonly chain: readonly Uint8Array[];
  /** The birth record, deterministic CBOR. */
  readonly record: Uint8Array;
  /** The public log entry of the birth. */
  readonly entry: Uint8Array;
  /** C2SP tlog-proof of that entry. */
  readonly receipt: string;
  /** Where the log stood: what the device seals from now on was made after it. */
  readonly checkpoint: { readonly size: number; readonly root: Uint8Array };
}

/**
 * Asks for a birth and verifies the answer. A retry with the same key and facts gets the same certificate.
 * @throws the registrar's own refusal with its code; NAT_DEVICE_BIRTH where its answer does not verify or is none
 */
export async function beBorn(input: BirthInput): Promise<Born> {
  const { registrar, signer, unit } = input;
  const request = encodePem("CERTIFICATE REQUEST", await buildCertificationRequest({ serial: unit.serial, signer }));
  const evidence = input.evidence?.map(({ format, statement }) => ({ format, statement: toBase64(statement) }));
  const answer = await registrar.send("POST", "/births", JSON.stringify({ ...unit, request, evidence }));
  const json = readAnswer(answer);
  try {
    return await verifyPapers(readPapers(json), input);
  } catch (error) {
    if (!isNatalisError(error) || error.code === "NAT_DEVICE_BIRTH") throw error;
    throw deviceError("NAT_DEVICE_BIRTH", error.message, error);
  }
}

type Papers = Omit<Born, "deviceId" | "checkpoint">;

async function verifyPapers(papers: Papers, input: BirthInput): Promise<Born> {
  const { signer, trust, at, verifier, hash } = input;
  const certificate = requireOwnCertificate(papers.certificate, signer);
  const intermediates = papers.chain.map((der) => parseCertificate(der));
  const purpose = oidsOf(trust.arc).answer;
  const path = await validatePath({ certificate, intermediates, anchors: trust.roots, at, purpose, verifier });
  const identity = readDeviceIdentity(path, trust.arc);
  const { deviceId } = identity;
  requireRecord(papers.record, identity, input);
  const { checkpoint, entry } = await verifyReceipt(papers.receipt, papers.entry, {
    policy: trust.log,
    verifier,
    hash,
  });
  requireSame("the log entry is of another device", entry.deviceId, deviceId);
  requireSame("the log entry is of another key", entry.keyHash, hash.sha256(certificate.publicKey));
  return { ...papers, deviceId, checkpoint: { size: checkpoint.size, root: checkpoint.root } };
}

/** The certificate commits to the record, and both say what was asked for. */
function requireRecord(bytes: Uint8Array, identity: DeviceIdentity, { unit, signer, hash }: BirthInput): void {
  requireSame("the record is not the one that the certificate commits to", hash.sha256(bytes), identity.birthRecord);
  const record = parseBirthRecord(bytes);
  requireSame("the record is of another device", record.deviceId, identity.deviceId);
  requireSame("the record is of another key", record.keyHash, hash.sha256(signer.publicKey));
  const told = {
    product: record.profile.product,
    model: record.model,
    serial: record.serial,
    facility: record.facility,
    hardwareRevision: record.hardwareRevision,
    firmwareDigest: record.firmwareDigest && toHex(record.firmwareDigest),
  };
  for (const fact of Object.keys(told) as (keyof UnitFacts)[])
    if (told[fact] !== unit[fact]) throw refusal(`the record is of another unit: ${fact}`);
  if (identity.model !== unit.model || identity.serial !== unit.serial || identity.maker !== record.maker)
    throw refusal("the certificate is of another unit");
}

function requireSame(otherwise: string, a: Uint8Array | null, b: Uint8Array): void {
  if (a === null || !equalBytes(a, b)) throw refusal(otherwise);
}

/** The JSON object of a success; a problem document (RFC 9457) becomes the registrar's own error again. */
function readAnswer({ status, body }: RegistrarAnswer): Readonly<Record<string, unknown>> {
  const json = parseObject(body);
  if (status === 200 || status === 201) return json;
  const { code, title, detail } = json;
  if (typeof code !== "string" || !/^NAT_[A-Z0-9_]{1,60}$/.test(code)) throw refusal(`status ${status}`);
  throw new NatalisError(code as `NAT_${string}`, String(title).slice(0, 200), String(detail).slice(0, 500));
}

function readPapers(json: Readonly<Record<string, unknown>>): Papers {
  const { certificate, chain, record, entry, receipt } = json;
  if (!Array.isArray(chain) || chain.length > 8) throw refusal("no chain of at most 8 certificates");
  return {
    certificate: readCertificate(certificate),
    chain: chain.map(readCertificate),
    record: fromBase64(readText(record)),
    entry: fromBase64(readText(entry)),
    receipt: readText(receipt),
  };
}

function readCertificate(value: unknown): Uint8Array {
  const [der, ...others] = parsePem(readText(value), "CERTIFICATE");
  if (der === undefined || others.length > 0) throw refusal("not one certificate in its place");
  return der;
}

function readText(value: unknown): string {
  if (typeof value !== "string" || value.length > 100_000) throw refusal("no text in its place");
  return value;
}

function parseObject(body: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(decodeUtf8(body));
    if (typeof value === "object" && value !== null) return value as Readonly<Record<string, unknown>>;
  } catch (cause) {
    throw deviceError("NAT_DEVICE_BIRTH", "not JSON", cause);
  }
  throw refusal("not a JSON object");
}

function refusal(what: string): Error {
  return deviceError("NAT_DEVICE_BIRTH", what);
}
