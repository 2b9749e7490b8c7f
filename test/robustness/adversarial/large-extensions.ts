// SPDX-License-Identifier: Apache-2.0
// A megabyte of extensions: in one of them, in as many as fit, in a list within one, and in every certificate of a bag.

import { generateKey } from "@natalis/node";
import {
  algorithms,
  assembleSigned,
  encodeGeneralName,
  encodeInteger,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeSequenceOf,
  encodeTagged,
  encodeTime,
  oids,
} from "natalis/formats";
import type { Signer } from "natalis/kernel";
import { arc } from "../corpus/extensions.ts";
import { authorityExtensions, issue, type Party, party } from "../corpus/forge.ts";
import type { Adversary } from "./adversary.ts";

const megabyte = 1_000_000;
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
    against("one extension of more than a megabyte", [unknown(1, megabyte + 50_000)], "NAT_DER_SIZE"),
    against("a megabyte of extensions", many(), "NAT_X509_EXTENSIONS"),
    against("a megabyte of policies", [policies()], "NAT_X509_EXTENSION"),
    against("a megabyte of names", [names()], "NAT_X509_GENERAL_NAME"),
    bagOf(anchors, root),
  ];
}

/** As many certificates as are looked at, a megabyte of extensions together, none of which leads on. */
function bagOf(anchors: readonly Uint8Array[], root: Party): Adversary {
  const [stranger, holder] = [party("stranger", key()), key()];
  const count = 500;
  const large = unknown(1, megabyte / count);
  return {
    name: "a megabyte of extensions in the bag",
    certificate: issueWith([unknown(1, 1)], stranger, party("leaf", key())),
    intermediates: Array.from({ length: count }, (_, i) => issueWith([large], root, party(`authority ${i}`, holder))),
    anchors,
    code: "NAT_PATH_ISSUER_UNKNOWN",
    signatures: 0,
  };
}

function unknown(number: number, octets: number): Uint8Array {
  return encodeExtension(`${arc}.99.${number}`, new Uint8Array(octets));
}

function many(): Uint8Array[] {
  const one = unknown(1, 1).length + 2;
  return Array.from({ length: Math.floor(megabyte / one) }, (_, i) => unknown(i, 1));
}

function policies(): Uint8Array {
  const all = Array.from({ length: 50_000 }, (_, i) => encodeSequence(encodeOid(`${arc}.20.${i}`)));
  return encodeExtension(oids.certificatePolicies, encodeSequenceOf(all));
}

function names(): Uint8Array {
  const all = Array.from({ length: 40_000 }, (_, i) =>
    encodeGeneralName({ kind: "dns", value: `d${i}.device.example` }),
  );
  return encodeExtension(oids.subjectAltName, encodeSequenceOf(all));
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
