// SPDX-License-Identifier: Apache-2.0
// A megabyte of extensions: in one of them, in as many as fit, in a list within one, and in every certificate of a bag.

import { generateKey } from "@natalis/node";
import {
  algorithms,
  assembleSigned,
  contextTag,
  encodeInteger,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeSequenceOf,
  encodeTagged,
  encodeTagLengthValue,
  encodeTime,
  type Extension,
  oids,
} from "natalis/formats";
import type { Signer } from "natalis/kernel";
import { arc } from "../corpus/extensions.ts";
import { authorityExtensions, extension, issue, type Party, party } from "../corpus/forge.ts";
import type { Adversary } from "./adversary.ts";

const megabyte = 1_000_000;
/** What a certificate takes beside its other fields. */
const mostOctets = 62_000;
/** As many certificates as make a megabyte. */
const bag = Array.from({ length: Math.ceil(megabyte / mostOctets) }, (_, i) => i);
const mask = new Uint8Array(4).fill(0xff);
const filling = unknown(1, mostOctets);
const key = (): Signer => generateKey(algorithms.ES256).signer;
const [begin, end] = [new Date("2026-01-01T00:00:00Z"), new Date("2046-01-01T00:00:00Z")];

export async function largeExtensions(): Promise<Adversary[]> {
  const root = party("root", key());
  const anchors = [await issue({ issuer: root, subject: root, extensions: authorityExtensions() })];
  const leaf = (extensions: readonly Uint8Array[]) => issueWith(extensions, root, party("leaf", key()));
  const against = (name: string, extensions: readonly Uint8Array[], code: Adversary["code"]) => {
    return { name, certificate: leaf(extensions), intermediates: [], anchors, code, signatures: 0 };
  };
  return [
    against("one extension of a megabyte", [unknown(1, megabyte)], "NAT_DER_SIZE"),
    against("a megabyte of small extensions", many(megabyte), "NAT_DER_SIZE"),
    against("as many extensions as a certificate has room for", many(mostOctets), "NAT_X509_EXTENSIONS"),
    against("as many policies as a certificate has room for", [policies()], "NAT_X509_EXTENSION"),
    bagOf(anchors, root),
    await issuersOf(anchors, root, extension(`${arc}.99.1`, new Uint8Array(mostOctets))),
    await issuersOf(anchors, root, extension(oids.nameConstraints, addressRanges(), true)),
  ];
}

/** A megabyte in certificates none of which leads on. */
function bagOf(anchors: readonly Uint8Array[], root: Party): Adversary {
  const [stranger, holder] = [party("stranger", key()), key()];
  return {
    name: "a megabyte of extensions in a bag of strangers",
    certificate: issueWith([unknown(1, 1)], stranger, party("leaf", key())),
    intermediates: bag.map((i) => issueWith([filling], root, party(`authority ${i}`, holder))),
    anchors,
    code: "NAT_PATH_ISSUER_UNKNOWN",
    signatures: 0,
  };
}

/** A megabyte in authorities of the issuer's name, each signed by the anchor and none the issuer. */
async function issuersOf(anchors: readonly Uint8Array[], root: Party, large: Extension): Promise<Adversary> {
  const extensions = [...authorityExtensions(), large];
  const others = bag.map(() => party("authority", key()));
  return {
    name: `a megabyte of extensions (${large.oid}) in authorities of one name`,
    certificate: await issue({ issuer: party("authority", key()), subject: party("leaf", key()) }),
    intermediates: await Promise.all(others.map((subject) => issue({ issuer: root, subject, extensions }))),
    anchors,
    code: "NAT_PATH_BUDGET",
    detail: "out of extensions",
    signatures: 0,
  };
}

function unknown(number: number, octets: number): Uint8Array {
  return encodeExtension(`${arc}.99.${number}`, new Uint8Array(octets));
}

function many(octets: number): Uint8Array[] {
  const one = unknown(10_000, 1).length;
  return Array.from({ length: Math.floor(octets / one) }, (_, i) => unknown(10_000 + i, 1));
}

function policies(): Uint8Array {
  const one = encodeSequence(encodeOid(`${arc}.20.10000`)).length;
  const all = Array.from({ length: Math.floor(mostOctets / one) }, (_, i) =>
    encodeSequence(encodeOid(`${arc}.20.${10_000 + i}`)),
  );
  return encodeExtension(oids.certificatePolicies, encodeSequenceOf(all));
}

/** The dearest octets to read: a subtree every 12 of them. */
function addressRanges(): Uint8Array {
  const ranges = Array.from({ length: 4_096 }, (_, i) =>
    encodeSequence(encodeTagLengthValue(contextTag(7, false), Uint8Array.of(10, 0, i >> 8, i), mask)),
  );
  return encodeSequence(encodeTagLengthValue(contextTag(1), ...ranges));
}

function encodeExtension(oid: string, value: Uint8Array): Uint8Array {
  return encodeSequence(encodeOid(oid), encodeOctetString(value));
}

/** With extensions as they are given; the signature is none, since nothing gets that far. */
function issueWith(extensions: readonly Uint8Array[], issuer: Party, subject: Party): Uint8Array {
  const { signatureIdentifier } = issuer.signer.algorithm;
  const tbs = encodeSequence(
    encodeTagged(0, encodeInteger(2)),
    encodeInteger(0x4a01),
    signatureIdentifier,
    issuer.name,
    encodeSequence(encodeTime(begin), encodeTime(end)),
    subject.name,
    subject.signer.publicKey,
    encodeTagged(3, encodeSequenceOf(extensions)),
  );
  return assembleSigned(tbs, signatureIdentifier, new Uint8Array(70));
}
