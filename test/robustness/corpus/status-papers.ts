// SPDX-License-Identifier: Apache-2.0
// A path whose status takes every kind of list there is (RFC 5280 section 5): complete and delta lists, lists for some
// reasons, and an indirect one by another authority, all of one distribution point.

import { encodeGeneralNames, type Extension, type GeneralName, oids, parseCertificate } from "natalis/formats";
import type { Signer } from "natalis/kernel";
import { directoryName, distributionPoints, forgeList, type ForgedListFields, issuingPoint } from "natalis/testing";
import { fixedSigner } from "./fixed-signer.ts";
import { authorityExtensions, corpusTime, extension, issue, party } from "./forge.ts";
import type { Papers } from "./own-papers.ts";

type Forged = ForgedListFields["issuer"];
type ListFields = Partial<Omit<ForgedListFields, "issuer">>;

const [thisUpdate, nextUpdate] = [new Date("2026-11-24T00:00:00Z"), new Date("2026-11-25T00:00:00Z")];
const early = new Date("2026-05-05T00:00:00Z");
const fullName: readonly GeneralName[] = [{ kind: "uri", value: "http://crl.example/all.crl" }];
const someReasons = ["keyCompromise", "cACompromise", "affiliationChanged", "superseded"] as const;
const otherReasons = ["cessationOfOperation", "certificateHold", "privilegeWithdrawn", "aACompromise"] as const;

/** One that is good by all of them together, and one that the delta list revokes. */
export async function statusPapers(): Promise<Papers[]> {
  const root = await bear("root", undefined, authorityExtensions());
  const issuing = await bear("issuing", root, authorityExtensions());
  const lister = await bear("lister", root, authorityExtensions());
  const listerName = directoryName(lister.certificate.subject.der);
  const points = distributionPoints(
    { fullName, reasons: someReasons },
    { fullName, reasons: otherReasons, crlIssuer: [listerName] },
  );
  const leaf = await bear("leaf", issuing, [points]);
  const own = issuingPoint({ fullName, reasons: someReasons });
  const indirect = issuingPoint({ fullName, reasons: otherReasons, indirect: true });
  const lists = [
    await listOf(root, { entries: [entry(1)] }),
    await listOf(issuing, { number: 5, extensions: [own], entries: [entry(1)] }),
    await listOf(lister, {
      extensions: [indirect],
      entries: [entry(2, certificateIssuer(directoryName(issuing.certificate.subject.der))), entry(3)],
    }),
  ];
  const deltaOf = (...entries: NonNullable<ListFields["entries"]>) =>
    listOf(issuing, { number: 7, base: 5, extensions: [own], entries });
  const papers = {
    anchor: root.certificate.der,
    chain: [leaf, issuing, lister].map(({ certificate }) => certificate.der),
    responses: [],
    at: corpusTime,
  };
  const revoked = { serialNumber: leaf.certificate.serialNumber, revocationDate: early, reason: 1 };
  return [
    { ...papers, name: "lists of all kinds", lists: [...lists, await deltaOf(entry(4))], holds: true },
    { ...papers, name: "revoked by a delta list", lists: [...lists, await deltaOf(revoked)] },
  ];
}

async function bear(role: string, issuer: Forged | undefined, extensions: readonly Extension[]): Promise<Forged> {
  const signer: Signer = fixedSigner(`listed ${role}`);
  const subject = party(`listed ${role}`, signer);
  const by = issuer === undefined ? subject : { name: issuer.certificate.subject.der, signer: issuer.signer };
  return { certificate: parseCertificate(await issue({ issuer: by, subject, extensions })), signer };
}

async function listOf(issuer: Forged, fields: ListFields): Promise<Uint8Array> {
  return (await forgeList({ issuer, thisUpdate, nextUpdate, ...fields })).der;
}

/** About nobody of the path. */
function entry(number: number, ...extensions: readonly Extension[]) {
  return { serialNumber: Uint8Array.of(0x4b, number), revocationDate: early, extensions };
}

function certificateIssuer(name: GeneralName): Extension {
  return extension(oids.certificateIssuer, encodeGeneralNames([name]), true);
}
