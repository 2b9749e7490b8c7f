// SPDX-License-Identifier: Apache-2.0
// Revocation lists and OCSP responses of anybody, as many as one likes, beside a path that holds: each may have to be
// laid beside each certificate of a bag whose key may have signed it, though nobody did.

import {
  assembleSigned,
  certificateId,
  contextTag,
  encodeBasicConstraints,
  encodeBitString,
  encodeCertificateId,
  encodeCrlNumber,
  encodeExtensions,
  encodeGeneralizedTime,
  encodeGeneralNames,
  encodeInteger,
  encodeKeyUsage,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeSequenceOf,
  encodeTagged,
  encodeTagLengthValue,
  encodeTime,
  type Extension,
  type GeneralName,
  oids,
  parseCertificate,
  tags,
} from "natalis/formats";
import { authorityExtensions, extension, issue, type Party, party } from "../corpus/forge.ts";
import type { Adversary, Question } from "./adversary.ts";
import { authority, key, upTo } from "./parties.ts";

const [thisUpdate, nextUpdate] = [new Date("2026-11-24T11:00:00Z"), new Date("2026-11-25T11:00:00Z")];
const notSigned = new Uint8Array(70);
const mostAnswers = 256;

/** Signatures of the path itself. */
const signatures = 2;

const notForLists: readonly Extension[] = [
  extension(oids.basicConstraints, encodeBasicConstraints({ isAuthority: true }), true),
  extension(oids.keyUsage, encodeKeyUsage(["keyCertSign"]), true),
];

export async function evidence(): Promise<Adversary[]> {
  const stopped = { code: "NAT_PATH_BUDGET" } as const;
  const holds = { code: "holds", signatures } as const;
  const issuing = await deskOf({});
  const long = await deskOf({ name: "x".repeat(25_000) });
  const many = await Promise.all(upTo(500).map(() => signerOf(issuing.root)));
  const others = await Promise.all(upTo(200).map(() => signerOf(issuing.root, notForLists)));
  const lists = upTo(200).map((i) => listBy(issuing.issuer, [number(i)]));
  const entries = upTo(200_000).map(entry);
  return [
    {
      name: "200 lists, 200 authorities of their issuer's name that sign none",
      ...issuing.question,
      intermediates: [...issuing.question.intermediates, ...others],
      lists,
      ...stopped,
      detail: "out of paths",
      signatures: signatures + 3,
    },
    {
      name: "a list of five megabytes, 250 authorities of its issuer's name",
      ...issuing.question,
      intermediates: [...issuing.question.intermediates, ...many.slice(0, 250)],
      lists: [listBy(issuing.issuer, [number(0)], entries)],
      ...stopped,
      detail: "out of signatures",
      signatures: signatures + 3,
    },
    {
      name: "500 responses by the hash of a key, 500 authorities",
      ...issuing.question,
      intermediates: [...issuing.question.intermediates, ...many],
      responses: upTo(500).map((i) => responseBy(keyHash(i), [issuing.answer])),
      ...stopped,
      detail: "out of names",
      signatures,
    },
    {
      name: "10 responses with 256 answers under an issuer's name of 25,000 letters",
      ...long.question,
      responses: upTo(10).map((i) =>
        responseBy(
          keyHash(i),
          upTo(mostAnswers).map(() => long.answer),
        ),
      ),
      ...holds,
    },
    { ...(await distributionPoints()), ...holds },
  ];
}

/** 32 names of points in the certificate, as many in each of 300 lists, none the same. */
async function distributionPoints(): Promise<Omit<Adversary, "code" | "signatures">> {
  const fullName = (letter: string) => encodeTagged(0, encodeGeneralNames(uris(letter), contextTag(0)));
  const points = encodeSequence(encodeSequence(fullName("a")));
  const { issuer, question } = await deskOf({ leafExtensions: [extension(oids.crlDistributionPoints, points)] });
  const point = extension(oids.issuingDistributionPoint, encodeSequence(fullName("b")), true);
  const lists = upTo(300).map((i) => listBy(issuer, [number(i), point]));
  return { name: "300 lists of 32 distribution points each, 32 in the certificate", ...question, lists };
}

interface Desk {
  readonly root: Party;
  readonly issuer: Party;
  readonly question: Question;
  /** A SingleResponse that says good of the leaf. */
  readonly answer: Uint8Array;
}

/** A path of three certificates that holds. */
async function deskOf({ name = "issuing", leafExtensions = [] }: { name?: string; leafExtensions?: Extension[] }) {
  const [root, issuer, leaf] = [party("root", key()), party(name, key()), party("leaf", key())] as const;
  const issuing = await authority(root, issuer);
  const certificate = await issue({ issuer, subject: leaf, extensions: leafExtensions });
  const question = { certificate, intermediates: [issuing], anchors: [await authority(root, root)] };
  const id = certificateId(parseCertificate(certificate), parseCertificate(issuing), "SHA-256");
  const answer = encodeSequence(
    encodeCertificateId({ ...id, digest: "SHA-256" }),
    encodeTagLengthValue(contextTag(0, false)),
    encodeGeneralizedTime(thisUpdate),
  );
  return { root, issuer, question, answer } satisfies Desk;
}

function signerOf(root: Party, extensions: readonly Extension[] = authorityExtensions()): Promise<Uint8Array> {
  return issue({ issuer: root, subject: party("issuing", key()), extensions });
}

function number(i: number): Extension {
  return extension(oids.crlNumber, encodeCrlNumber(i));
}

function entry(i: number): Uint8Array {
  const serial = encodeTagLengthValue(tags.integer, Uint8Array.of(0x41, i >> 16, i >> 8, i));
  return encodeSequence(serial, encodeTime(thisUpdate));
}

function uris(letter: string): GeneralName[] {
  return upTo(32).map((i) => ({ kind: "uri", value: `http://${letter}${i}.example/` }));
}

function listBy({ name, signer }: Party, extensions: readonly Extension[], entries: readonly Uint8Array[] = []) {
  const { signatureIdentifier } = signer.algorithm;
  const tbs = encodeSequence(
    encodeInteger(1),
    signatureIdentifier,
    name,
    encodeTime(thisUpdate),
    encodeTime(nextUpdate),
    ...(entries.length === 0 ? [] : [encodeSequenceOf(entries)]),
    encodeTagged(0, encodeExtensions(extensions)),
  );
  return assembleSigned(tbs, signatureIdentifier, notSigned);
}

/** The responder is told by its key: it is nobody's. */
function keyHash(i: number): Uint8Array {
  return encodeTagged(2, encodeOctetString(new Uint8Array(20).fill(i)));
}

function responseBy(responder: Uint8Array, answers: readonly Uint8Array[]): Uint8Array {
  const data = encodeSequence(responder, encodeGeneralizedTime(thisUpdate), encodeSequenceOf(answers));
  const { signatureIdentifier } = key().algorithm;
  const basic = encodeSequence(data, signatureIdentifier, encodeBitString(notSigned));
  const bytes = encodeSequence(encodeOid(oids.ocspBasic), encodeOctetString(basic));
  return encodeSequence(encodeInteger(0, tags.enumerated), encodeTagged(0, bytes));
}
