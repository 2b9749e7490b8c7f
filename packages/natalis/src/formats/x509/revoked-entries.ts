// SPDX-License-Identifier: Apache-2.0
// The entries of a revocation list (RFC 5280 5.1.2.6), of which a list may have hundreds of thousands and a verifier
// asks for one. All are checked when the list is read and stay in their encoding; whoever asks for a serial number
// finds it by an index that is made once, and reads that entry alone.

import { equalBytes, fromHex } from "../../kernel/index.ts";
import { DerReader, tags } from "../der/index.ts";
import { x509Error } from "./errors.ts";
import { findExtension } from "./extension.ts";
import { oids } from "./object-identifiers.ts";
import {
  isCrlReason,
  maxSerialOctets,
  type RevokedCertificate,
  readCertificateIssuer,
  readRevokedCertificate,
} from "./revoked-certificate.ts";

/** Issuer of certificates that an entry names, for itself and those after it. */
interface NamedIssuer {
  /** Number of the entry. */
  readonly from: number;
  /** The names as they stand there. */
  readonly value: Uint8Array;
}

interface SerialIndex {
  /** Where each entry begins. */
  readonly starts: Uint32Array;
  /** By the hash of a serial number, the entry found last; -1 for none. */
  readonly heads: Int32Array;
  /** By entry, the one before it of the same hash. */
  readonly next: Int32Array;
  readonly repeats: boolean;
}

/** Entries of one hash that are compared with each other: honest serial numbers have a handful of them. */
const longestChain = 32;

export class RevokedEntries {
  readonly length: number;
  /** OIDs of the extensions that some entry marks critical. */
  readonly criticalExtensions: ReadonlySet<string>;
  readonly #content: Uint8Array;
  readonly #version: 1 | 2;
  readonly #issuers: NamedIssuer[] = [];
  #index: SerialIndex | undefined;
  #all: readonly RevokedCertificate[] | undefined;

  /**
   * @param content of the SEQUENCE OF, checked here to the last octet
   * @throws NAT_X509_REVOKED NAT_X509_VERSION NAT_X509_EXTENSIONS NAT_X509_GENERAL_NAME and the NAT_DER_ errors
   */
  constructor(content: Uint8Array, version: 1 | 2) {
    this.#content = content;
    this.#version = version;
    const critical = new Set<string>();
    let length = 0;
    for (let at = 0; at < content.length; length++) {
      const end = commonEnd(content, at, version);
      at = end > at ? end : this.#checkUncommon(at, length, critical);
    }
    this.length = length;
    this.criticalExtensions = critical;
  }

  /** Whether entries name issuers other than the list's own, as those of indirect lists do (5.3.3). */
  get nameIssuers(): boolean {
    return this.#issuers.length > 0;
  }

  /** Whether a certificate is named more than once. */
  get repeats(): boolean {
    return this.#indexed().repeats;
  }

  /** The entries with this serial number (content octets), in their order. */
  find(serialNumber: Uint8Array): RevokedCertificate[] {
    if (this.length === 0) return [];
    const { heads, next, starts } = this.#indexed();
    const found: RevokedCertificate[] = [];
    for (let i = heads[hashOf(serialNumber, heads.length)] as number; i >= 0; i = next[i] as number)
      if (this.#isOf(starts[i] as number, serialNumber)) found.push(this.#read(starts[i] as number, i));
    return found.toReversed();
  }

  /** Every entry; they are read when they are first asked for. */
  all(): readonly RevokedCertificate[] {
    if (this.#all !== undefined) return this.#all;
    const all: RevokedCertificate[] = [];
    for (let at = 0; at < this.#content.length; at = elementEnd(this.#content, at))
      all.push(this.#read(at, all.length));
    this.#all = all;
    return all;
  }

  /** Reads an entry of whatever form, keeps what concerns more than itself, and answers where it ends. */
  #checkUncommon(at: number, number: number, critical: Set<string>): number {
    const reader = this.#readerAt(at);
    const { extensions } = readRevokedCertificate(reader.enter(), this.#version);
    for (const extension of extensions) if (extension.critical) critical.add(extension.oid);
    const named = findExtension({ extensions }, oids.certificateIssuer);
    if (named !== undefined) this.#issuers.push({ from: number, value: named.value });
    return this.#content.length - reader.remaining;
  }

  #read(at: number, number: number): RevokedCertificate {
    const entry = readRevokedCertificate(this.#readerAt(at).enter(), this.#version);
    const issuer = this.#issuerOf(number);
    return issuer === undefined ? entry : { ...entry, certificateIssuer: readCertificateIssuer(issuer.value) };
  }

  #readerAt(at: number): DerReader {
    return new DerReader(this.#content.subarray(at), this.#content.length);
  }

  #serialAt(at: number): Uint8Array {
    const serial = contentStart(this.#content, at);
    return this.#content.subarray(serial + 2, elementEnd(this.#content, serial));
  }

  /** Whether the entry has this serial number; on the way of every entry, so without a view. */
  #isOf(at: number, serialNumber: Uint8Array): boolean {
    const serial = contentStart(this.#content, at);
    if (this.#content[serial + 1] !== serialNumber.length) return false;
    for (let i = 0; i < serialNumber.length; i++) if (this.#content[serial + 2 + i] !== serialNumber[i]) return false;
    return true;
  }

  /** The last issuer named up to this entry: it holds on until another is named (5.3.3). */
  #issuerOf(number: number): NamedIssuer | undefined {
    let [low, high] = [0, this.#issuers.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#issuers[middle] as NamedIssuer).from <= number) low = middle + 1;
      else high = middle;
    }
    return this.#issuers[low - 1];
  }

  #indexed(): SerialIndex {
    this.#index ??= this.#makeIndex();
    return this.#index;
  }

  /** Chained, so that entries made to collide cost a look at each and no more. */
  #makeIndex(): SerialIndex {
    const starts = new Uint32Array(this.length);
    const heads = new Int32Array(2 ** Math.ceil(Math.log2(this.length + 1))).fill(-1);
    const next = new Int32Array(this.length);
    let repeats = false;
    for (let at = 0, i = 0; i < this.length; at = elementEnd(this.#content, at), i++) {
      const serial = this.#serialAt(at);
      const hash = hashOf(serial, heads.length);
      starts[i] = at;
      next[i] = heads[hash] as number;
      repeats ||= this.#isNamedBefore(serial, i, { starts, next });
      heads[hash] = i;
    }
    return { starts, heads, next, repeats };
  }

  /** Too long a chain was made on purpose, and counts as a repetition. */
  #isNamedBefore(serial: Uint8Array, number: number, { starts, next }: Pick<SerialIndex, "starts" | "next">): boolean {
    let compared = 0;
    for (let i = next[number] as number; i >= 0; i = next[i] as number) {
      if (++compared > longestChain) return true;
      if (!this.#isOf(starts[i] as number, serial)) continue;
      if (isSameIssuer(this.#issuerOf(i), this.#issuerOf(number))) return true;
    }
    return false;
  }
}

function isSameIssuer(a: NamedIssuer | undefined, b: NamedIssuer | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && equalBytes(a.value, b.value));
}

/** The entry extensions of a reason code alone, up to the reason. */
const reasonPrefix = fromHex("300c300a0603551d1504030a01");
const utcTimeLength = 15;

/**
 * Where an entry of the commonest form ends: serial number, UTCTime, at most a reason code. -1 for all others, right
 * or wrong: those are read in full. It has to accept nothing that reading in full would refuse.
 */
function commonEnd(bytes: Uint8Array, at: number, version: 1 | 2): number {
  const length = bytes[at + 1] as number;
  const end = at + 2 + length;
  if (bytes[at] !== tags.sequence || length >= 0x80 || end > bytes.length || !isCommonSerial(bytes, at + 2)) return -1;
  const date = at + 4 + (bytes[at + 3] as number);
  const rest = date + utcTimeLength;
  if (rest > end || !isCommonTime(bytes, date)) return -1;
  if (rest === end) return end;
  if (version === 1 || end !== rest + reasonPrefix.length + 1 || !isCrlReason(bytes[end - 1] as number)) return -1;
  for (let i = 0; i < reasonPrefix.length; i++) if (bytes[rest + i] !== reasonPrefix[i]) return -1;
  return end;
}

function isCommonSerial(bytes: Uint8Array, at: number): boolean {
  const [octets, first, second] = [bytes[at + 1] as number, bytes[at + 2] as number, bytes[at + 3] as number];
  if (bytes[at] !== tags.integer || octets === 0 || octets > maxSerialOctets) return false;
  return octets === 1 || !((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80));
}

/** UTCTime on a day that every month has. */
function isCommonTime(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] !== tags.utcTime || bytes[at + 1] !== utcTimeLength - 2 || bytes[at + 14] !== 0x5a) return false;
  const isWithin = (offset: number, low: number, high: number) => {
    const value = twoDigits(bytes, at + 2 + offset);
    return value >= low && value <= high;
  };
  if (!isWithin(0, 0, 99) || !isWithin(2, 1, 12) || !isWithin(4, 1, 28)) return false;
  return isWithin(6, 0, 23) && isWithin(8, 0, 59) && isWithin(10, 0, 59);
}

/** -1 where they are no digits. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const [tens, ones] = [(bytes[at] as number) - 0x30, (bytes[at + 1] as number) - 0x30];
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}

/** Where the content of a value begins; its encoding is known to be right. */
function contentStart(bytes: Uint8Array, at: number): number {
  const length = bytes[at + 1] as number;
  return at + 2 + (length < 0x80 ? 0 : length & 0x7f);
}

function elementEnd(bytes: Uint8Array, at: number): number {
  const start = contentStart(bytes, at);
  if (start === at + 2) return start + (bytes[at + 1] as number);
  let length = 0;
  for (let i = at + 2; i < start; i++) length = length * 256 + (bytes[i] as number);
  return start + length;
}

/** FNV-1a, folded onto a table whose size is a power of two. */
function hashOf(bytes: Uint8Array, tableSize: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  return (hash ^ (hash >>> 15)) & (tableSize - 1);
}

/** What a list without any entry has. */
export const noEntries: RevokedEntries = new RevokedEntries(new Uint8Array(0), 2);

/** @throws NAT_X509_REVOKED where the field is there without entries: it is left out then (5.1.2.6) */
export function readRevokedEntries(content: Uint8Array, version: 1 | 2): RevokedEntries {
  if (content.length === 0) throw x509Error("NAT_X509_REVOKED", "an empty list, which is left out (5.1.2.6)");
  return new RevokedEntries(content, version);
}
