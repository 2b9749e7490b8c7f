// SPDX-License-Identifier: Apache-2.0
// The steps of a ceremony, each by itself: what it reads, what it makes, and what its line in the record says.

import { nodeHash, systemClock } from "@natalis/node";
import { encodePem, formatName, parseCertificate, parseCertificateList, parsePem } from "natalis/formats";
import { type Authority, buildCertificateList, checkRootCertificate } from "natalis/issue";
import { decodeUtf8, encodeUtf8, equalBytes, fromHex, type Signer, toHex } from "natalis/kernel";
import {
  authorityOf,
  certifyIssuing,
  certifyRoot,
  rehearsalMark,
  requirePapers,
  rootName,
} from "../service/authorities.ts";
import { version } from "../version.ts";
import { ceremonyError } from "./errors.ts";
import type { Journal } from "./journal.ts";
import { type Plan, readPemInput, reasonNumbers } from "./plan.ts";
import { lastStep, sha256 } from "./record.ts";
import { readRequest } from "./request.ts";
import type { RootKeyPlace } from "./root-key.ts";

export interface Ceremony {
  readonly plan: Plan;
  readonly rehearsal: boolean;
  readonly journal: Journal;
  readonly place: RootKeyPlace;
}

export interface PlannedStep {
  readonly id: string;
  /** What is asked before it is done. */
  readonly question: string;
  run(): Promise<void>;
}

const day = 86_400_000;
const announced = "announcement";

/** All steps after the opening, in order. */
export function stepsOf(ceremony: Ceremony): PlannedStep[] {
  const { plan, place } = ceremony;
  const root: PlannedStep[] =
    plan.root.certificate === undefined
      ? [
          { id: announced, question: `Make a new root key in ${place.shown}?`, run: () => announce(ceremony) },
          { id: "key", question: "Is the place right?", run: () => makeKey(ceremony) },
          { id: "root", question: "Sign the root's certificate with its own key?", run: () => makeRoot(ceremony) },
        ]
      : [{ id: "root", question: `Open the root key in ${place.shown}?`, run: () => openRoot(ceremony) }];
  return [
    ...root,
    ...plan.requests.map((file, index) => ({
      id: `issuing-${index + 1}`,
      question: `Certify what ${file} asks for?`,
      run: () => certify(ceremony, index + 1, file),
    })),
    { id: "list", question: "Sign the root's revocation list?", run: () => signList(ceremony) },
    { id: lastStep, question: "Check everything once more, and end the ceremony?", run: () => end(ceremony) },
  ];
}

/** The opening: who is here, by which plan, with which tool. */
export async function begin({ plan, rehearsal, journal, place }: Ceremony): Promise<void> {
  const { title, maker, publicUrl, arc, participants } = plan;
  const facts: [string, string][] = [
    ["tool", `natalis ${version}, node ${process.version}, OpenSSL ${process.versions.openssl}`],
    ["machine", `${process.platform} ${process.arch}`],
    ["root key", place.shown],
    ["randomness of a new root key", place.randomness],
    ["randomness of serial numbers", `the operating system's generator, through OpenSSL ${process.versions.openssl}`],
  ];
  await journal.begin(
    {
      id: "opening",
      what: `The ceremony begins, by the plan "${title}".`,
      facts,
      inputs: { "plan.json": plan.bytes },
    },
    { title, rehearsal, authority: { maker, publicUrl, arc }, participants: [...participants] },
  );
}

async function announce({ plan, journal, place }: Ceremony): Promise<void> {
  if (await place.isTaken()) throw ceremonyError("NAT_CEREMONY_OVERWRITE", `there is something at ${plan.root.key}`);
  await journal.add({ id: announced, what: "The place of the root key was looked at; nothing is there.", facts: [] });
}

/** A key that is there although the place was empty was made before this ceremony was interrupted. */
async function makeKey({ journal, place }: Ceremony): Promise<void> {
  const wasInterrupted = await place.isTaken();
  const { algorithm, publicKey } = wasInterrupted ? await place.open() : await place.make();
  await journal.add({
    id: "key",
    what: wasInterrupted
      ? "The root key was made before the ceremony was interrupted, and is taken from its place."
      : "The root key was made.",
    facts: [
      ["place", place.shown],
      ["algorithm", algorithm.title],
      ["public key, SHA-256", sha256(publicKey)],
    ],
    outputs: { "root.pub": pem("PUBLIC KEY", publicKey) },
  });
}

async function makeRoot({ plan, rehearsal, journal, place }: Ceremony): Promise<void> {
  const signer = await requireKey(journal, place);
  const der = await certifyRoot(rootName(plan.maker, rehearsal), signer);
  await journal.add({
    id: "root",
    what: "The root signed its own certificate.",
    facts: certificateFacts(der),
    outputs: { "root.pem": pem("CERTIFICATE", der) },
  });
}

async function openRoot({ plan, rehearsal, journal, place }: Ceremony): Promise<void> {
  const der = await readPemInput(plan.root.certificate ?? "", "CERTIFICATE");
  const certificate = parseCertificate(der);
  checkRootCertificate(certificate, nodeHash);
  if (!equalBytes((await place.open()).publicKey, certificate.publicKey))
    throw ceremonyError("NAT_CEREMONY_KEY", "the key is not that of the root's certificate");
  if (rehearsal !== isRehearsed(der))
    throw ceremonyError("NAT_CEREMONY_PLAN", `the root ${rehearsal ? "is not" : "is"} that of a rehearsal`);
  await journal.add({
    id: "root",
    what: "The root key was opened; it is that of the root's certificate.",
    facts: certificateFacts(der),
    inputs: { "root.pem": pem("CERTIFICATE", der) },
  });
}

async function certify({ plan, rehearsal, journal, place }: Ceremony, number: number, file: string): Promise<void> {
  const request = await readPemInput(file, "CERTIFICATE REQUEST");
  const { name, publicKey } = readRequest(request, plan.maker);
  const root = await openedRoot(plan, journal);
  if (equalBytes(publicKey, root.certificate.publicKey))
    throw ceremonyError("NAT_CEREMONY_REQUEST", "it is the root's own key");
  const commonName = `${rehearsal ? `${rehearsalMark} ` : ""}${name.commonName}`.slice(0, 64);
  const der = await certifyIssuing(root, { ...name, commonName }, publicKey, await place.open());
  await journal.add({
    id: `issuing-${number}`,
    what: "An issuing authority was certified; its request is signed by the key that it names.",
    facts: [["public key, SHA-256", sha256(publicKey)], ...certificateFacts(der)],
    inputs: { [`issuing-${number}.csr`]: pem("CERTIFICATE REQUEST", request) },
    outputs: { [`issuing-${number}.pem`]: pem("CERTIFICATE", der) },
  });
}

async function signList({ plan, journal, place }: Ceremony): Promise<void> {
  const thisUpdate = systemClock.now();
  const nextUpdate = new Date(thisUpdate.getTime() + plan.listDays * day);
  const der = await buildCertificateList({
    authority: await openedRoot(plan, journal),
    number: thisUpdate.getTime(),
    thisUpdate,
    nextUpdate,
    revoked: plan.revoked.map(({ serial, reason, date }) => ({
      serialNumber: fromHex(serial),
      reason: reasonNumbers[reason],
      revocationDate: new Date(date),
    })),
    signer: await place.open(),
  });
  await journal.add({
    id: "list",
    what: "The root's revocation list was signed.",
    facts: [
      ["number", String(thisUpdate.getTime())],
      ["in force until", nextUpdate.toISOString()],
      ...plan.revoked.map(({ serial, reason }): [string, string] => ["revokes", `${serial}, ${reason}`]),
      ["list, SHA-256", sha256(der)],
    ],
    outputs: { "root.crl": pem("X509 CRL", der) },
  });
}

async function end({ plan, journal }: Ceremony): Promise<void> {
  for (const number of plan.requests.keys()) await requireIssued(plan, journal, number + 1, systemClock.now());
  const count = plan.requests.length;
  await journal.add({
    id: lastStep,
    what: `Everything was read back and checked: ${count} issuing certificates lead to the root. The ceremony ends.`,
    facts: [],
  });
}

/** As the registrar will judge them, or would have at that time. @throws NAT_SERVICE_AUTHORITY */
export async function requireIssued(
  settings: Pick<Plan, "maker" | "publicUrl" | "arc">,
  files: Pick<Journal, "read">,
  number: number,
  at: Date,
): Promise<void> {
  const root = parseCertificate(await derOf(files, "root.pem", "CERTIFICATE"));
  const issuing = parseCertificate(await derOf(files, `issuing-${number}.pem`, "CERTIFICATE"));
  const request = readRequest(await derOf(files, `issuing-${number}.csr`, "CERTIFICATE REQUEST"), settings.maker);
  const list = parseCertificateList(await derOf(files, "root.crl", "X509 CRL"));
  await requirePapers({ root, issuing, list }, settings, request.publicKey, at);
}

export function certificateFacts(der: Uint8Array): [string, string][] {
  const { subject, serialNumber, notBefore, notAfter } = parseCertificate(der);
  return [
    ["subject", formatName(subject)],
    ["serial number", toHex(serialNumber)],
    ["valid", `${notBefore.toISOString()} to ${notAfter.toISOString()}`],
    ["certificate, SHA-256", sha256(der)],
  ];
}

/** DER in a file that a step made. */
export async function derOf(files: Pick<Journal, "read">, name: string, label: string): Promise<Uint8Array> {
  const [der] = parsePem(decodeUtf8(await files.read(name)), label);
  if (der === undefined) throw ceremonyError("NAT_CEREMONY_JOURNAL", name);
  return der;
}

async function openedRoot(plan: Plan, journal: Journal): Promise<Authority> {
  return authorityOf(await derOf(journal, "root.pem", "CERTIFICATE"), plan);
}

async function requireKey(journal: Journal, place: RootKeyPlace): Promise<Signer> {
  const signer = await place.open();
  if (!equalBytes(signer.publicKey, await derOf(journal, "root.pub", "PUBLIC KEY")))
    throw ceremonyError("NAT_CEREMONY_KEY", "the key is not the one that this ceremony made");
  return signer;
}

function isRehearsed(der: Uint8Array): boolean {
  return formatName(parseCertificate(der).subject).includes(`CN=${rehearsalMark} `);
}

function pem(label: string, der: Uint8Array): Uint8Array {
  return encodeUtf8(encodePem(label, der));
}
