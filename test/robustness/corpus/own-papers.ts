// SPDX-License-Identifier: Apache-2.0
// Papers of our own making, the same bytes in every run: births by an authority as it is, chains under every algorithm,
// an authority with every constraint, lists, requests, messages, keys.

import { buildCertificationRequest } from "natalis/device";
import {
  algorithms,
  assembleSigned,
  encodeKeyUsage,
  encodeCertificatePolicies,
  encodeCertificationRequestInfo,
  encodeCertsOnly,
  encodeCsrAttributes,
  encodeExtensionTemplates,
  encodeName,
  encodeRequestTemplate,
  encodeUtf8String,
  oids,
  publicKeyAlgorithm,
} from "natalis/formats";
import type { SignatureAlgorithmName } from "natalis/kernel";
import { TestAuthority } from "natalis/testing";
import {
  certificateExtensions,
  constrainingExtensions,
  indirectPoint,
  listExtensions,
  permittedName,
} from "./extensions.ts";
import { fixedSigner } from "./fixed-signer.ts";
import { responsesAbout } from "./ocsp-responses.ts";
import { authorityExtensions, corpusTime, extension, issue, issueList, type Party, party } from "./forge.ts";

/** A path as it is presented, with what is needed to judge it. All are DER. */
export interface Papers {
  readonly name: string;
  readonly anchor: Uint8Array;
  /** Leaf first, without the anchor. */
  readonly chain: readonly Uint8Array[];
  readonly lists: readonly Uint8Array[];
  /** Of OCSP. */
  readonly responses: readonly Uint8Array[];
  readonly at: Date;
  /** Set where they must be accepted as they are. */
  readonly holds?: true;
}

const names = Object.keys(algorithms) as SignatureAlgorithmName[];
const [early, revokedSerial] = [new Date("2026-05-05T00:00:00Z"), Uint8Array.of(0x4a, 1, 2)];

/** Births as the registrar makes them, a device key of each algorithm. */
export async function birthPapers(): Promise<Papers[]> {
  const [rootSigner, issuingSigner] = [fixedSigner("root"), fixedSigner("issuing")];
  const authority = await TestAuthority.open({ rootSigner, issuingSigner });
  const [anchor, issuing] = [authority.root.certificate.der, authority.issuing.certificate.der];
  const papers: Papers[] = [];
  // One after the other: the authority's randomness comes in the order in which it is asked.
  for (const name of names) {
    const { certificate } = await authority.birth(fixedSigner(`device ${name}`, name), { serial: `TEST-${name}` });
    const chain = [certificate.der, issuing];
    papers.push({ name: `birth ${name}`, anchor, chain, lists: [], responses: [], at: corpusTime, holds: true });
  }
  return papers;
}

/** Root, authority and leaf with keys of one algorithm; the leaf has every extension, the lists and responses name it or not. */
export async function algorithmPapers(name: SignatureAlgorithmName): Promise<Papers[]> {
  const [root, authority, leaf] = ["root", "authority", "leaf"].map((role) =>
    party(`${role} ${name}`, fixedSigner(`${role} ${name}`, name)),
  ) as [Party, Party, Party];
  const chain = await Promise.all([
    issue({ issuer: authority, subject: leaf, extensions: certificateExtensions }),
    issue({ issuer: root, subject: authority, extensions: [...authorityExtensions(), anyPolicy] }),
  ]);
  const lists = await Promise.all([
    issueList({ issuer: root, revoked: [{ serialNumber: revokedSerial, revocationDate: early }] }),
    issueList({ issuer: authority, revoked: revocations() }),
  ]);
  const anchor = await issue({ issuer: root, subject: root, extensions: authorityExtensions() });
  const delegate = party(`responder ${name}`, fixedSigner(`responder ${name}`, name));
  const { good, revoked } = await responsesAbout(chain[0], chain[1], authority, delegate);
  const papers = { anchor, chain, lists, at: corpusTime };
  return [
    { ...papers, name: `chain ${name}`, responses: good, holds: true },
    { ...papers, name: `revoked ${name}`, responses: [...good, ...revoked] },
  ];
}

/** Under an authority with name constraints, mappings and every other constraint; revocation lists of all kinds. */
export async function constrainedPapers(): Promise<Papers> {
  const [root, authority] = ["root", "authority"].map((role) =>
    party(`constrained ${role}`, fixedSigner(`constrained ${role}`)),
  ) as [Party, Party];
  const leaf = { name: permittedName, signer: fixedSigner("constrained leaf") };
  const chain = await Promise.all([
    issue({ issuer: authority, subject: leaf, extensions: certificateExtensions }),
    issue({ issuer: root, subject: authority, extensions: [...authorityExtensions(), ...constrainingExtensions] }),
  ]);
  const lists = await Promise.all([
    issueList({ issuer: root, revoked: [] }),
    ...[...listExtensions, indirectPoint].map((one) =>
      issueList({ issuer: authority, revoked: revocations(), extensions: [one] }),
    ),
  ]);
  const anchor = await issue({ issuer: root, subject: root, extensions: authorityExtensions() });
  return { name: "constrained", anchor, chain, lists, responses: [], at: corpusTime, holds: true };
}

/** PKCS#10 requests: of a device of each algorithm, and one that asks for extensions. */
export async function requests(): Promise<Uint8Array[]> {
  const asking = fixedSigner("asking");
  const info = encodeCertificationRequestInfo({
    subject: encodeName([{ oid: oids.commonName, value: "device" }]),
    publicKey: asking.publicKey,
    extensions: certificateExtensions.slice(0, 4),
  });
  const wishing = assembleSigned(info, asking.algorithm.signatureIdentifier, await asking.sign(info));
  const plain = names.map((name) =>
    buildCertificationRequest({ serial: `SN-${name}`, signer: fixedSigner(`device ${name}`, name) }),
  );
  return [wishing, ...(await Promise.all(plain))];
}

/** What a server asks of requests (RFC 9908). */
export function requestWishes(): Uint8Array[] {
  const extensions = encodeExtensionTemplates([
    { oid: oids.keyUsage, critical: true, value: encodeKeyUsage(["digitalSignature"]) },
    { oid: oids.subjectAltName, critical: false },
  ]);
  const template = encodeRequestTemplate({
    subject: [[{ oid: oids.organizationName, value: encodeUtf8String("Maker") }], [{ oid: oids.serialNumber }]],
    publicKey: { algorithm: publicKeyAlgorithm(algorithms.ES256) },
    attributes: [{ oid: oids.extensionReqTemplate, values: [extensions] }],
  });
  const wishes = encodeCsrAttributes([
    { oid: oids.challengePassword },
    { oid: oids.certificationRequestInfoTemplate, values: [template] },
  ]);
  return [wishes, template, extensions];
}

/** CMS messages of one certificate and of several. */
export function messages(certificates: readonly Uint8Array[]): Uint8Array[] {
  return [encodeCertsOnly(certificates.slice(0, 1)), encodeCertsOnly(certificates.slice(0, 4))];
}

const anyPolicy = extension(oids.certificatePolicies, encodeCertificatePolicies([oids.anyPolicy]));

function revocations() {
  return [1, 4, 6, 8].map((reason) => ({
    serialNumber: revokedSerial.with(2, reason),
    revocationDate: early,
    reason,
    ...(reason === 1 ? { invalidityDate: early } : {}),
  }));
}
