// SPDX-License-Identifier: Apache-2.0
// Evidence of every format: of our own making, accepted and the same bytes in every run, and of real hardware from the
// public vectors. Leaves are there once more as certificates, so that what stands in their extensions is bent as DER.

import { encodeKeptEvidence } from "natalis/birth";
import {
  type CborValue,
  decodeCbor,
  encodeAttestationBundle,
  encodeCbor,
  encodeCmwExtension,
  encodeCborCmw,
  encodeCoseKey,
  encodeJsonCmw,
  encodeName,
  encodeOctetString,
  encodeSequence,
  type Extension,
  oids,
  parseCertificate,
} from "natalis/formats";
import { encodeUtf8, fromHex, decodeUtf8, portableHash, type Signer } from "natalis/kernel";
import {
  diceFormat,
  eatFormat,
  encodeChainStatement,
  encodeDiceStatement,
  encodeEvidenceJson,
  encodeTpmSignature,
  type EvidenceBinding,
  type EvidenceRoot,
  secureElementManifestFormat,
  vendorIdevidFormat,
  x509AttestationFormat,
} from "natalis/protect";
import {
  evidenceBinding,
  forgeCborLayer,
  forgeKeyDescription,
  forgeManifestEntry,
  forgeToken,
  freshSignature,
  requiredValue,
} from "natalis/testing";
import { absent, readVector, vectorFiles } from "../../conformance/vectors.ts";
import { fixedSigner } from "./fixed-signer.ts";
import { authorityExtensions, extension, issue, type Party, party } from "./forge.ts";
import type { Papers } from "./own-papers.ts";

/** One statement, with what it is verified for. */
export interface EvidencePaper {
  readonly format: string;
  readonly statement: Uint8Array;
  readonly binding: EvidenceBinding;
  readonly roots: readonly EvidenceRoot[];
  /** What our own proves as it is. */
  readonly custody?: number;
}

/** A chain whose leaf is bent, with the rest of its statement. */
export interface EvidenceLeaf {
  readonly leaf: Uint8Array;
  readonly issuers: readonly Uint8Array[];
  readonly paper: EvidencePaper;
}

export interface EvidenceCorpus {
  readonly papers: readonly EvidencePaper[];
  readonly leaves: readonly EvidenceLeaf[];
  readonly manifests: readonly Uint8Array[];
  readonly manifestRoots: readonly EvidenceRoot[];
  readonly statusLists: readonly Uint8Array[];
  readonly messages: readonly Uint8Array[];
  readonly jsonMessages: readonly Uint8Array[];
  readonly wrappers: readonly Uint8Array[];
  /** With a TPM's own statement. */
  readonly tpmBundles: readonly Uint8Array[];
  /** As rows of a registry have it. */
  readonly kept: readonly Uint8Array[];
}

const device = fixedSigner("evidence device");
const binding = evidenceBinding(device.publicKey);
const root = party("evidence root", fixedSigner("evidence root"));
const issuing: Party = {
  name: encodeName([{ oid: oids.serialNumber, value: "87f4514475ba0a2b" }]),
  signer: fixedSigner("evidence issuing"),
};

export async function evidenceCorpus(papers: readonly Papers[]): Promise<EvidenceCorpus> {
  const anchor = await issue({ issuer: root, subject: root, extensions: authorityExtensions() });
  const middle = await issue({ issuer: root, subject: issuing, extensions: authorityExtensions() });
  const all = [vendorIdevidFormat, x509AttestationFormat, eatFormat, diceFormat, secureElementManifestFormat];
  const roots = [rootOf(anchor, all)];
  const leaves = await ownLeaves(middle, roots);
  const own = [...leaves.map(({ paper }) => paper), ...(await tokens(middle, roots)), ...(await layers(middle, roots))];
  const manifest = await ownManifest(anchor);
  return {
    papers: [...own, ...publicStatements(papers, roots)],
    leaves: [...leaves, ...publicLeaves(papers)],
    manifests: [encodeUtf8(JSON.stringify([manifest])), encodeUtf8(JSON.stringify([manifest, manifest]))],
    manifestRoots: roots,
    statusLists: [
      encodeUtf8('{"entries":{"ab12":{"status":"REVOKED","reason":"KEY_COMPROMISE"}}}'),
      ...publicStatusLists(),
    ],
    ...carried(own),
    tpmBundles: leaves.slice(0, 2).map(({ leaf }) => tpmBundle([leaf, middle])),
    kept: own.flatMap((paper) => [keptOf([paper]), keptOf([paper, ...own.slice(0, 1)])]),
  };
}

function tpmBundle(certificates: readonly Uint8Array[]): Uint8Array {
  const [r, s] = [new Uint8Array(32).fill(3), new Uint8Array(32).fill(4)];
  const signature = encodeTpmSignature({ scheme: "ECDSA", digest: "SHA-256", r, s });
  const parts = [new Uint8Array(60).fill(5), signature, new Uint8Array(90).fill(6)];
  const statement = encodeSequence(...parts.map((part) => encodeOctetString(part)));
  return encodeAttestationBundle({ attestations: [{ type: "2.23.133.20.1", statement }], certificates });
}

function keptOf(papers: readonly EvidencePaper[]): Uint8Array {
  const hash = new Uint8Array(32).fill(1);
  const statements = papers.map(({ format, statement, custody = 1 }, i) => {
    return { format, statement, custody, ...(i === 0 && { root: { name: "root", hash, capLifted: true } }) };
  });
  const activation = { secret: hash, attestationKeyName: new Uint8Array(34), endorsementKeyHash: hash };
  return encodeKeptEvidence({ statements, nonce: hash, ...(papers.length > 1 && { activation }) });
}

function rootOf(anchor: Uint8Array, formats: readonly string[]): EvidenceRoot {
  return { name: "root", certificate: parseCertificate(anchor), formats, cap: 4 };
}

const arc = "1.3.6.1.4.1.41482.3";
const yubikey: readonly Extension[] = [
  extension(`${arc}.3`, Uint8Array.of(5, 7, 4)),
  extension(`${arc}.7`, fromHex("020400f00fd4")),
  extension(`${arc}.8`, Uint8Array.of(2, 1)),
  extension(`${arc}.9`, Uint8Array.of(3)),
];

/** Of every vendor and kind of layer, each with the custody that it proves. */
async function ownLeaves(middle: Uint8Array, roots: readonly EvidenceRoot[]): Promise<EvidenceLeaf[]> {
  const description = forgeKeyDescription({ challenge: requiredValue(binding) });
  const open = fromHex("3011a0040402abcda4040402abcda6030a0101");
  const tcb = fromHex("301080014181014282013183010287020400");
  const kinds: readonly (readonly [string, number, readonly Extension[]])[] = [
    [vendorIdevidFormat, 2, []],
    [x509AttestationFormat, 3, yubikey],
    [x509AttestationFormat, 3, [extension("1.3.6.1.4.1.11129.2.1.17", description)]],
    [diceFormat, 2, [extension("1.3.6.1.4.1.11129.2.1.24", open, true)]],
    [diceFormat, 2, [extension("2.23.133.5.4.1", tcb)]],
  ];
  const signature = await freshSignature(device, binding);
  return Promise.all(
    kinds.map(async ([format, custody, extensions]) => {
      const leaf = await issue({ issuer: issuing, subject: party("leaf", device), extensions });
      const certificates = [leaf, middle];
      const encode = format === diceFormat ? encodeDiceStatement : encodeChainStatement;
      const paper = { format, statement: encode({ certificates, signature }), binding, roots, custody };
      return { leaf, issuers: [middle], paper };
    }),
  );
}

async function tokens(middle: Uint8Array, roots: readonly EvidenceRoot[]): Promise<EvidencePaper[]> {
  const attester = fixedSigner("evidence attester");
  const leaf = await issue({ issuer: issuing, subject: party("attester", attester) });
  const component = new Map<number, CborValue>([
    [1, "PRoT"],
    [2, new Uint8Array(32)],
    [5, new Uint8Array(32)],
  ]);
  const token = await forgeToken(attester, [
    [8, new Map([[1, decodeCbor(encodeCoseKey(device.publicKey))]])],
    [10, requiredValue(binding)],
    [265, "tag:psacertified.org,2023:psa#tfm"],
    [2395, 0x3000],
    [2399, [component]],
  ]);
  const statement = encodeCbor(
    new Map<number, CborValue>([
      [1, token],
      [2, [leaf, middle]],
    ]),
  );
  return [{ format: eatFormat, statement, binding, roots, custody: 2 }];
}

async function layers(middle: Uint8Array, roots: readonly EvidenceRoot[]): Promise<EvidencePaper[]> {
  const [uds, cdi] = [fixedSigner("evidence UDS"), fixedSigner("evidence CDI")] as [Signer, Signer];
  const certificate = await issue({ issuer: issuing, subject: party("UDS", uds), extensions: authorityExtensions() });
  const first = await forgeCborLayer({ issuer: uds, publicKey: cdi.publicKey });
  const second = await forgeCborLayer({ issuer: cdi, publicKey: device.publicKey });
  const signature = await freshSignature(device, binding);
  const chain = encodeCbor([
    decodeCbor(encodeCoseKey(uds.publicKey)),
    ...[first, second].map((one) => decodeCbor(one, { anyKeyOrder: true })),
  ]);
  const paper = { format: diceFormat, binding, roots, custody: 2 };
  return [
    { ...paper, statement: encodeDiceStatement({ certificates: [second, first, certificate, middle], signature }) },
    { ...paper, statement: encodeDiceStatement({ chain, certificates: [certificate, middle], signature }) },
  ];
}

function ownManifest(anchor: Uint8Array) {
  const element = {
    version: 1,
    uniqueId: "0123f1",
    manufacturer: { organizationName: "Maker" },
    publicKeySet: { keys: [] },
  };
  return forgeManifestEntry({ certificate: parseCertificate(anchor), signer: root.signer as Signer }, element);
}

/** Yubico's and Android's chains, whose statements are verified without nonce. */
function publicLeaves(papers: readonly Papers[]): EvidenceLeaf[] {
  return papers.flatMap(({ name, anchor, chain }) => {
    const [leaf, ...issuers] = chain;
    if (leaf === undefined || !/^(?:YubiKey|Android)/.test(name)) return [];
    const unbound = { publicKey: parseCertificate(leaf).publicKey, factsHash: new Uint8Array(32) };
    const statement = encodeChainStatement({ certificates: chain });
    const format = x509AttestationFormat;
    return [{ leaf, issuers, paper: { format, statement, binding: unbound, roots: [rootOf(anchor, [format])] } }];
  });
}

function publicStatements(papers: readonly Papers[], roots: readonly EvidenceRoot[]): EvidencePaper[] {
  const unbound = { publicKey: device.publicKey, factsHash: portableHash.sha256(new Uint8Array(0)) };
  const psa = vectorFiles("attestation/psa", /\.hex$/).map((file) => fromHex(decodeUtf8(readVector(file)).trim()));
  const cbor = vectorFiles("attestation/dice", /P256.*\.cbor$/).map(readVector);
  return [
    ...publicLeaves(papers).map(({ paper }) => paper),
    ...psa.map((statement) => ({ format: eatFormat, statement, binding: unbound, roots })),
    ...cbor.map((layer) => {
      return { format: diceFormat, statement: encodeDiceStatement({ certificates: [layer] }), binding: unbound, roots };
    }),
  ];
}

function publicStatusLists(): Uint8Array[] {
  return absent("attestation/android-key") === false ? [readVector("attestation/android-key/status.json")] : [];
}

function carried(papers: readonly EvidencePaper[]) {
  const messages = papers.map(({ format, statement }) => ({ format, statement }));
  const records = messages.map(({ statement: value }) => ({ type: "application/eat+cwt", value, indicator: 4 }));
  const json = records.map((record) => encodeUtf8(encodeJsonCmw(record)));
  return {
    messages: [
      ...records.map(encodeCborCmw),
      encodeCbor(new Map(records.map(({ type, value }, i) => [i, [type, value]]))),
    ],
    jsonMessages: [...json, encodeUtf8(encodeEvidenceJson(messages))],
    wrappers: records.map(encodeCmwExtension),
  };
}
