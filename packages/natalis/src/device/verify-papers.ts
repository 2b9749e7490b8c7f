// SPDX-License-Identifier: Apache-2.0
// What makes a registrar's answer to a birth believable: the certificate is for the key that asked, leads to a trusted
// root and commits to the record; the record says what was asked for; and the birth stands in the log.

import { type DeviceIdentity, readDeviceIdentity, validatePath } from "../authenticate/index.ts";
import { type BirthRecord, parseBirthRecord } from "../birth/index.ts";
import { type Certificate, oidsOf, parseCertificate } from "../formats/index.ts";
import { equalBytes, type Hash, isNatalisError, type SignatureVerifier, toHex } from "../kernel/index.ts";
import { bodyHash, encodeBornBody, type PublicEntry, type TrustFile, verifyReceipt } from "../registry/index.ts";
import { asRefusal, refusal } from "./birth-refusal.ts";

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

/** A device's papers, as a registrar answers a birth with them. */
export interface BirthPapers {
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
  /** What the entry hashes record and certificate with, 16 bytes: shows that this very certificate was entered. */
  readonly salt?: Uint8Array | undefined;
}

/** Papers that a station without a connection gives: no verifier takes them before their receipt is there. */
export type ProvisionalPapers = Pick<BirthPapers, "certificate" | "chain" | "record">;

/** A device's papers, verified. */
export interface Born extends BirthPapers {
  readonly provisional: false;
  /** UUID, 16 bytes. */
  readonly deviceId: Uint8Array;
  /** Where the log stood: what the device seals from now on was made after it. */
  readonly checkpoint: { readonly size: number; readonly root: Uint8Array };
}

export interface PapersVerification<Papers = BirthPapers> {
  readonly papers: Papers;
  /** The key that asked, SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** What was asked for. */
  readonly unit: UnitFacts;
  readonly trust: TrustFile;
  /** When it was asked for, or later. */
  readonly at: Date;
  readonly verifier: SignatureVerifier;
  readonly hash: Hash;
}

/** A birth takes less, milliseconds, wherever it waits. */
const longestBirth = 60_000;

/**
 * Cosignatures are not asked for, whatever the trust file's quorum is: witnesses have not seen yet what was entered just
 * now. @throws NAT_DEVICE_BIRTH, whose cause says what did not hold
 */
export async function verifyPapers(input: PapersVerification): Promise<Born> {
  try {
    return await verify(input);
  } catch (error) {
    throw isNatalisError(error) ? asRefusal(error) : error;
  }
}

async function verify(input: PapersVerification): Promise<Born> {
  const { papers, publicKey, trust, verifier, hash } = input;
  const { path, identity } = await verifyCertificate(input);
  const { deviceId } = identity;
  const policy = { ...trust.log, quorum: "none" } as const;
  const { checkpoint, entry } = await verifyReceipt(papers.receipt, papers.entry, { policy, verifier, hash });
  requireEntered(papers, entry, path.provisional, hash);
  requireSame("the log entry is of another device", entry.deviceId, deviceId);
  requireSame("the log entry is of another key", entry.keyHash, hash.sha256(publicKey));
  return { ...papers, provisional: false, deviceId, checkpoint: { size: checkpoint.size, root: checkpoint.root } };
}

/** Key, path, identity and record: all but that the birth is registered. */
export async function verifyCertificate(input: PapersVerification<ProvisionalPapers>) {
  const { papers, publicKey, trust, verifier } = input;
  const certificate = parseCertificate(papers.certificate);
  const at = onceBorn(certificate, input.at);
  requireSame("the certificate is for another key", certificate.publicKey, publicKey);
  const intermediates = papers.chain.map((der) => parseCertificate(der));
  const { answer: purpose, station: extension } = oidsOf(trust.arc);
  const stations = { extension, provisional: "accept" } as const;
  const path = await validatePath({
    certificate,
    intermediates,
    anchors: trust.roots,
    at,
    purpose,
    stations,
    verifier,
  });
  const identity = readDeviceIdentity(path, trust.arc);
  return { path, identity, record: requireRecord(identity, input) };
}

/** What a station issued is believed only where the entry is of this very certificate. */
function requireEntered(
  { record, certificate, salt }: BirthPapers,
  entry: PublicEntry,
  provisional: boolean,
  hash: Hash,
): void {
  if (salt === undefined && !provisional) return;
  if (salt === undefined) throw refusal("a station issued the certificate, and no salt shows that it was entered");
  const due = bodyHash(salt, encodeBornBody({ record, certificate }), hash);
  requireSame("the log entry is of another certificate", entry.bodyHash, due);
}

/** Whoever looked at the clock before asking is younger by now: what was born since is no certificate of the future. */
function onceBorn({ notBefore }: Certificate, at: Date): Date {
  const since = notBefore.getTime() - at.getTime();
  return since > 0 && since <= longestBirth ? notBefore : at;
}

/** The certificate commits to the record, and both say what was asked for. */
function requireRecord(
  identity: DeviceIdentity,
  { papers, unit, publicKey, hash }: PapersVerification<ProvisionalPapers>,
): BirthRecord {
  const bytes = papers.record;
  requireSame("the record is not the one that the certificate commits to", hash.sha256(bytes), identity.birthRecord);
  const record = parseBirthRecord(bytes);
  requireSame("the record is of another device", record.deviceId, identity.deviceId);
  requireSame("the record is of another key", record.keyHash, hash.sha256(publicKey));
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
  return record;
}

function requireSame(otherwise: string, a: Uint8Array | null, b: Uint8Array): void {
  if (a === null || !equalBytes(a, b)) throw refusal(otherwise);
}
