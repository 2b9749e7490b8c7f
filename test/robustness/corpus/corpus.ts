// SPDX-License-Identifier: Apache-2.0
// Everything that is mutated, gathered by format. Built once for a process, of the same bytes in every run, so that a
// seed replays; the public vectors must be the same too.

import {
  type Certificate,
  encodePem,
  type Extension,
  parseCertificate,
  parseCertificateList,
  signSign1,
} from "natalis/formats";
import { encodeUtf8, isNatalisError, type SignatureAlgorithmName } from "natalis/kernel";
import { type EvidenceCorpus, evidenceCorpus } from "./evidence.ts";
import { constrainingExtensions } from "./extensions.ts";
import { fixedSigner } from "./fixed-signer.ts";
import { foreignPapers } from "./foreign-papers.ts";
import { logTexts } from "./log-texts.ts";
import { unsuccessfulResponse } from "./ocsp-responses.ts";
import { ownCoseKeys, ownPrivateKeys } from "./own-keys.ts";
import {
  algorithmPapers,
  birthPapers,
  constrainedPapers,
  messages,
  type Papers,
  requests,
  requestWishes,
} from "./own-papers.ts";
import {
  publicCertificates,
  publicCoseKeys,
  publicPapers,
  publicPrivateKeys,
  publicSign1Messages,
} from "./public-papers.ts";
import { statusPapers } from "./status-papers.ts";

export interface Corpus {
  readonly papers: readonly Papers[];
  readonly certificates: readonly Uint8Array[];
  readonly lists: readonly Uint8Array[];
  readonly responses: readonly Uint8Array[];
  readonly extensions: readonly Uint8Array[];
  readonly names: readonly Uint8Array[];
  readonly publicKeys: readonly Uint8Array[];
  readonly signatureIdentifiers: readonly Uint8Array[];
  readonly requests: readonly Uint8Array[];
  readonly requestWishes: readonly Uint8Array[];
  readonly messages: readonly Uint8Array[];
  readonly privateKeys: readonly Uint8Array[];
  readonly pem: readonly Uint8Array[];
  readonly sign1: readonly Uint8Array[];
  readonly coseKeys: readonly Uint8Array[];
  readonly logTexts: readonly Uint8Array[];
  readonly mailboxes: readonly Uint8Array[];
  readonly evidence: EvidenceCorpus;
}

const mailboxes = ["a@device.example", '"a b"@device.example', "gerät@xn--bcher-kva.example", "a.b+c@[192.0.2.1]"];

const algorithmNames: readonly SignatureAlgorithmName[] = [
  "ES256",
  "ES384",
  "EdDSA",
  "ML-DSA-44",
  "ML-DSA-65",
  "ML-DSA-87",
];

export async function gatherCorpus(): Promise<Corpus> {
  const own = [...(await birthPapers()), ...(await Promise.all(algorithmNames.map(algorithmPapers))).flat()];
  const others = [await constrainedPapers(), await foreignPapers(), ...(await statusPapers())];
  const papers = [...own, ...others, ...publicPapers()];
  const certificates = distinct([
    ...papers.flatMap(({ anchor, chain }) => [...chain, anchor]),
    ...publicCertificates(),
  ]);
  const lists = distinct(papers.flatMap((one) => one.lists));
  const read = certificates.flatMap(readable(parseCertificate));
  const extensions = [...read, ...lists.flatMap(readable(parseCertificateList))].flatMap((one) => one.extensions);
  return {
    papers,
    certificates,
    lists,
    responses: distinct([...papers.flatMap((one) => one.responses), unsuccessfulResponse]),
    extensions: distinct([...extensions, ...constrainingExtensions].map(({ value }: Extension) => value)),
    names: distinct(read.flatMap(({ issuer, subject }: Certificate) => [issuer.der, subject.der])),
    publicKeys: distinct(read.map(({ publicKey }) => publicKey)),
    signatureIdentifiers: distinct(read.map(({ signatureIdentifier }) => signatureIdentifier)),
    requests: await requests(),
    requestWishes: requestWishes(),
    messages: messages(certificates),
    privateKeys: [...ownPrivateKeys(), ...publicPrivateKeys()],
    pem: pemTexts(certificates, lists),
    sign1: [...(await sign1Messages()), ...publicSign1Messages()],
    coseKeys: [...ownCoseKeys(), ...publicCoseKeys()],
    logTexts: await logTexts(),
    mailboxes: mailboxes.map(encodeUtf8),
    evidence: await evidenceCorpus(papers),
  };
}

/** Blocks alone and several, of two labels, with text between and other line endings. */
function pemTexts(certificates: readonly Uint8Array[], lists: readonly Uint8Array[]): Uint8Array[] {
  const [first, second, third] = certificates.slice(0, 3).map((der) => encodePem("CERTIFICATE", der)) as [
    string,
    string,
    string,
  ];
  const list = encodePem("X509 CRL", lists[0] as Uint8Array);
  const texts = [
    first,
    `subject: device\n${first}\n${second}`,
    first.replaceAll("\n", "\r\n"),
    list + third,
    `${third}${list}\n`,
  ];
  return texts.map(encodeUtf8);
}

function sign1Messages(): Promise<Uint8Array[]> {
  const payload = encodeUtf8("payload");
  const protectedHeader = new Map([[3, "application/cbor"]]);
  return Promise.all(
    algorithmNames.map((name) => signSign1({ protectedHeader, payload, signer: fixedSigner(`leaf ${name}`, name) })),
  );
}

function distinct(all: readonly Uint8Array[]): Uint8Array[] {
  return [...new Map(all.map((bytes) => [bytes.join(), bytes])).values()];
}

/** Some of the public certificates are malformed on purpose. */
function readable<T>(parse: (der: Uint8Array) => T): (der: Uint8Array) => T[] {
  return (der) => {
    try {
      return [parse(der)];
    } catch (error) {
      if (isNatalisError(error)) return [];
      throw error;
    }
  };
}
