// SPDX-License-Identifier: Apache-2.0
// Birth certificates of one product line differ in little: serial numbers, ids, key, instant. A template is a whole
// TBSCertificate of that shape, encoded the plain way once and held against every rule; making a certificate is then
// copying it and writing the differing fields over their places. No length changes, so no DER changes. A template
// serves one second: the validity is as fixed as the rest, and a new second costs a new template.

import {
  contextTag,
  encodeIa5String,
  encodeInteger,
  encodeOctetString,
  encodeOid,
  encodePrintableString,
  encodeSequence,
  encodeSubjectKeyIdentifier,
  encodeUtf8String,
  keyIdentifier,
  oids,
  publicKeyInfo,
} from "../formats/index.ts";
import { encodeUtf8, equalBytes, formatUuid, type Hash, type SignatureAlgorithm } from "../kernel/index.ts";
import {
  type BirthCertificateFacts,
  type BirthCertificateInput,
  deviceUri,
  encodeBirthTbs,
} from "./birth-certificate.ts";
import { issueError } from "./errors.ts";
import { identifierOfKey } from "./key-identifier.ts";
import { type LintContext, LintSubject, lint, layoutOf, rulesOf, type TbsLayout, unitChecks } from "./lint/index.ts";
import { crlUrl } from "./locations.ts";
import { PreparedCertificate } from "./prepared.ts";
import { serialLength, shardOf } from "./serial.ts";
import { SignedBuffer } from "./signed-buffer.ts";
import { wholeSecond } from "./validity.ts";

/** Where the fields that differ stand in the template's bytes. */
interface Places {
  readonly serialNumber: number;
  readonly subjectSerial: number;
  readonly commonName: number;
  readonly rawKey: number;
  readonly keyIdentifier: number;
  readonly hardwareSerial: number;
  readonly uri: number;
  readonly shard: number;
  readonly recordHash: number;
}

export class BirthTemplate {
  /** The second in which the units of this template are born: the validity is one of the fixed fields. */
  readonly bornAt: number;
  readonly #context: LintContext;
  readonly #algorithm: SignatureAlgorithm;
  readonly #tbs: Uint8Array;
  readonly #layout: TbsLayout;
  readonly #places: Places;

  /** A template of the shape of these facts. @throws NAT_ISSUE_LINT, NAT_ISSUE_TEMPLATE */
  constructor(input: BirthCertificateInput, algorithm: SignatureAlgorithm) {
    const sample = { ...input, facts: sampleFacts(input.facts, algorithm) };
    const { authority, profile } = input;
    this.bornAt = wholeSecond(input.facts.bornAt).getTime();
    this.#context = { kind: "birth", hash: authority.hash, authority, profile };
    this.#algorithm = algorithm;
    this.#tbs = encodeBirthTbs(sample);
    this.#layout = layoutOf(this.#tbs);
    this.#places = placesOf(this.#tbs, sample, algorithm);
    lint(new LintSubject(this.#tbs, this.#layout, this.#context), rulesOf("birth"));
  }

  /** A certificate of other facts of the same shape and second. @throws NAT_ISSUE_LINT */
  prepare({ authority, facts }: BirthCertificateInput): PreparedCertificate {
    const buffer = new SignedBuffer(this.#tbs, authority.algorithm);
    this.#fill(buffer.tbs, facts, authority.hash);
    return new PreparedCertificate(buffer, this.#layout, this.#context, unitChecks);
  }

  #fill(tbs: Uint8Array, facts: BirthCertificateFacts, hash: Hash): void {
    const places = this.#places;
    tbs.set(facts.serialNumber, places.serialNumber);
    writeAscii(tbs, places.subjectSerial, facts.serial);
    writeUuid(tbs, places.commonName, facts.deviceId);
    tbs.set(facts.publicKey.subarray(this.#algorithm.publicKeyPrefix.length), places.rawKey);
    tbs.set(identifierOfKey(facts.publicKey, hash), places.keyIdentifier);
    writeAscii(tbs, places.hardwareSerial, facts.serial);
    writeUuid(tbs, places.uri, facts.deviceId);
    writeHex(tbs, places.shard, shardOf(facts.serialNumber));
    tbs.set(facts.recordHash, places.recordHash);
  }
}

/** What must be equal for two certificates of one authority, profile and second to differ in nothing else. */
export function shapeOf(facts: BirthCertificateFacts, algorithm: SignatureAlgorithm): string {
  return `${algorithm.name} ${facts.custody} ${facts.serial.length} ${facts.model}`;
}

/** Facts of the same shape whose values stand out in the bytes. */
function sampleFacts(facts: BirthCertificateFacts, algorithm: SignatureAlgorithm): BirthCertificateFacts {
  const raw = new Uint8Array(algorithm.publicKeyLength).fill(0x5b);
  if (algorithm.ecdsaIntegerLength !== undefined) raw[0] = 0x04;
  return {
    ...facts,
    serialNumber: new Uint8Array(serialLength).fill(0x5a),
    deviceId: new Uint8Array(16).fill(0x5c),
    serial: "Z".repeat(facts.serial.length),
    publicKey: publicKeyInfo(algorithm, raw),
    recordHash: new Uint8Array(32).fill(0x5d),
  };
}

function placesOf(
  tbs: Uint8Array,
  { authority, profile, facts }: BirthCertificateInput,
  algorithm: SignatureAlgorithm,
): Places {
  const { serial } = facts;
  const hardware = encodeSequence(
    encodeOid(authority.oids.product(profile.productNumber)),
    encodeOctetString(encodeUtf8(serial)),
  );
  const crl = crlUrl(authority.baseUrl, authority.keyIdentifier, shardOf(facts.serialNumber));
  const identifier = encodeSubjectKeyIdentifier(keyIdentifier(facts.publicKey, authority.hash));
  const endOf = (encoding: Uint8Array) => placeOf(tbs, encoding) + encoding.length;
  return {
    serialNumber: endOf(encodeInteger(facts.serialNumber)) - serialLength,
    subjectSerial: endOf(encodeSequence(encodeOid(oids.serialNumber), encodePrintableString(serial))) - serial.length,
    commonName: endOf(encodeSequence(encodeOid(oids.commonName), encodeUtf8String(formatUuid(facts.deviceId)))) - 36,
    rawKey: endOf(facts.publicKey) - algorithm.publicKeyLength,
    keyIdentifier: endOf(encodeOctetString(identifier)) - 20,
    hardwareSerial: endOf(hardware) - serial.length,
    uri: endOf(encodeIa5String(deviceUri(facts.deviceId), uriTag)) - 36,
    shard: endOf(encodeIa5String(crl, uriTag)) - "00.crl".length,
    recordHash: endOf(encodeOctetString(facts.recordHash)) - 32,
  };
}

const uriTag = contextTag(6, false);

/** Where the encoding stands: at exactly one place, or the template would write over something else. */
function placeOf(tbs: Uint8Array, encoding: Uint8Array): number {
  const places: number[] = [];
  for (let at = 0; at + encoding.length <= tbs.length; at++)
    if (tbs[at] === encoding[0] && equalBytes(tbs.subarray(at, at + encoding.length), encoding)) places.push(at);
  const [place, second] = places;
  if (place === undefined || second !== undefined)
    throw issueError("NAT_ISSUE_TEMPLATE", `a field stands at ${places.length} places`);
  return place;
}

function writeAscii(bytes: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
}

const hexDigits = encodeUtf8("0123456789abcdef");

function writeHex(bytes: Uint8Array, at: number, octet: number): void {
  bytes[at] = hexDigits[octet >> 4] as number;
  bytes[at + 1] = hexDigits[octet & 15] as number;
}

/** The digits of a UUID; its hyphens stand there already. */
function writeUuid(bytes: Uint8Array, start: number, uuid: Uint8Array): void {
  let at = start;
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) at++;
    writeHex(bytes, at, uuid[i] as number);
    at += 2;
  }
}
