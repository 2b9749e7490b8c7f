// SPDX-License-Identifier: Apache-2.0
// What a caller may ask beside the path itself: depth, strength, purposes, conforming issuers; which certificate an
// error is about; and the anchors that cannot say that they are authorities.

import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyPairKeyObjectResult } from "node:crypto";
import { test } from "node:test";
import { generateKey, nodeSignatureVerifier } from "@natalis/node";
import {
  algorithms,
  assembleSigned,
  type Certificate,
  encodeExtendedKeyUsage,
  encodeKeyUsage,
  encodeName,
  encodeSequence,
  type KeyUsage,
  oids,
  parseCertificate,
  parseName,
  readExactly,
  tags,
} from "../formats/index.ts";
import {
  authorityExtensions,
  extension,
  type Forged,
  type ForgedFields,
  forgeCertificate,
} from "../testing/certificate-forge.ts";
import { certificateAtFault, type PathRequest, validatePath } from "./index.ts";

const at = new Date("2026-11-24T12:00:00Z");
const answer = "1.3.6.1.4.1.32473.3.1";
const seal = "1.3.6.1.4.1.32473.3.2";
const names = new Map<Certificate, string>();
const key = () => generateKey(algorithms.ES256).signer;
const day = (text: string) => new Date(`${text}T00:00:00Z`);
const purposes = (...list: string[]) => extension(oids.extendedKeyUsage, encodeExtendedKeyUsage(list));
const usage = (...list: KeyUsage[]) => extension(oids.keyUsage, encodeKeyUsage(list), true);
const spkiOf = ({ publicKey }: KeyPairKeyObjectResult) =>
  new Uint8Array(publicKey.export({ type: "spki", format: "der" }));

async function forge(label: string, fields: Partial<ForgedFields>): Promise<Forged> {
  const forged = await forgeCertificate({ name: label, signer: key(), ...fields });
  names.set(forged.certificate, label);
  return forged;
}

const authority = (label: string, issuer?: Forged, fields: Partial<ForgedFields> = {}) =>
  forge(label, { issuer, extensions: authorityExtensions(), ...fields });
const device = (label: string, issuer: Forged, fields: Partial<ForgedFields> = {}) =>
  forge(label, { issuer, extensions: [purposes(answer, seal)], ...fields });

/** The certificate with version and extensions left out, signed again. */
async function asVersion1({ certificate, signer }: Forged, label: string, issuer?: Forged): Promise<Forged> {
  const by = issuer?.signer ?? signer;
  const { signatureIdentifier } = by.algorithm;
  const fields = readExactly(certificate.tbs, (reader) => reader.enter().rest());
  const tbs = encodeSequence(...fields.slice(1, -1));
  const old = parseCertificate(assembleSigned(tbs, signatureIdentifier, await by.sign(tbs)));
  names.set(old, label);
  return { certificate: old, signer };
}

const root = await authority("root");
const issuing = await authority("issuing", root);
const station = await authority("station", issuing);
const leaf = await device("leaf", issuing);
const stationLeaf = await device("station leaf", station);
const rolled = await authority("issuing, new key", issuing, { name: "issuing" });
const rolledLeaf = await device("leaf of new key", rolled);
const foreign = await authority("foreign");
const foreignLeaf = await device("foreign leaf", foreign);
const impostorLeaf = await device("leaf of impostor", { ...issuing, signer: key() });

const shortLeaf = await device("short leaf", issuing, { notAfter: day("2026-12-31") });
const shortIssuing = await authority("short issuing", root, { notAfter: day("2026-06-30") });
const underShort = await device("under short issuing", shortIssuing);
const shortRoot = await authority("short root", undefined, { notAfter: day("2026-06-30") });
const underShortRoot = await device("under short root", shortRoot);

const onlySeal = await device("only sealing", issuing, { extensions: [purposes(seal)] });
const anyPurpose = await device("any purpose", issuing, { extensions: [purposes(oids.anyExtendedKeyUsage)] });
const noPurpose = await device("no purpose", issuing, { extensions: [usage("digitalSignature")] });
const agreeing = await device("agreeing", issuing, {
  extensions: [purposes(oids.codeSigning), usage("keyAgreement")],
});
const nameless = await device("nameless", issuing, { subject: encodeSequence() });

const weakKey = spkiOf(generateKeyPairSync("rsa", { modulusLength: 1024 }));
const weakLeaf = await device("leaf with a weak key", issuing, { signer: { ...key(), publicKey: weakKey } });
const oldCurve = spkiOf(generateKeyPairSync("ec", { namedCurve: "secp224r1" }));
const oldLeaf = await device("leaf with a P-224 key", issuing, { signer: { ...key(), publicKey: oldCurve } });

const bare = await authority("no constraints", root, { extensions: [usage("keyCertSign")] });
const underBare = await device("under no constraints", bare);
const ancientRoot = await asVersion1(await authority("root of version 1"), "root of version 1");
const underAncient = await device("leaf of version 1", ancientRoot);
const ancientIssuing = await asVersion1(await authority("issuing of version 1", root), "issuing of version 1", root);
const underAncientIssuing = await device("leaf of issuing of version 1", ancientIssuing);

type Options = Partial<
  Pick<PathRequest, "at" | "purpose" | "unnamedPurpose" | "maxIntermediates" | "strength" | "conformingIssuers">
>;

interface Case extends Options {
  readonly name: string;
  readonly leaf: Forged;
  readonly bag?: readonly Forged[];
  readonly anchors?: readonly Forged[];
  /** Names from the leaf to the anchor, or the code. */
  readonly expected: readonly string[] | `NAT_${string}`;
}

const cases: readonly Case[] = [
  {
    name: "no more CA certificates between than the caller allows",
    leaf: stationLeaf,
    bag: [issuing, station],
    maxIntermediates: 2,
    expected: ["station leaf", "station", "issuing", "root"],
  },
  { name: "none between, none allowed", leaf, anchors: [issuing], maxIntermediates: 0, expected: ["leaf", "issuing"] },
  {
    name: "a self-issued one between does not count",
    leaf: rolledLeaf,
    bag: [rolled, issuing],
    maxIntermediates: 1,
    expected: ["leaf of new key", "issuing, new key", "issuing", "root"],
  },
  {
    name: "a weak key under the legacy policy",
    leaf: weakLeaf,
    bag: [issuing],
    strength: "legacy",
    expected: ["leaf with a weak key", "issuing", "root"],
  },
  {
    name: "a key in question that is of no kind that signs here",
    leaf: oldLeaf,
    bag: [issuing],
    expected: ["leaf with a P-224 key", "issuing", "root"],
  },
  {
    name: "unnamed purposes accepted: none stated",
    leaf: noPurpose,
    bag: [issuing],
    unnamedPurpose: "accept",
    expected: ["no purpose", "issuing", "root"],
  },
  {
    name: "unnamed purposes accepted: any",
    leaf: anyPurpose,
    bag: [issuing],
    unnamedPurpose: "accept",
    expected: ["any purpose", "issuing", "root"],
  },
  {
    name: "a device that is trusted by itself",
    leaf: foreignLeaf,
    anchors: [foreignLeaf],
    expected: ["foreign leaf", "foreign leaf"],
  },
  {
    name: "an anchor of version 1",
    leaf: underAncient,
    anchors: [ancientRoot],
    expected: ["leaf of version 1", "root of version 1"],
  },
  {
    name: "an anchor without basic constraints under the legacy policy",
    leaf: underBare,
    anchors: [bare],
    strength: "legacy",
    expected: ["under no constraints", "no constraints"],
  },
  {
    name: "a device that is trusted by itself, for another purpose",
    leaf: onlySeal,
    anchors: [onlySeal],
    expected: "NAT_PATH_PURPOSE",
  },
  {
    name: "another certificate of a key that is trusted",
    leaf: onlySeal,
    anchors: [leaf],
    purpose: undefined,
    expected: "NAT_PATH_ISSUER_UNKNOWN",
  },
  { name: "a weak key in question", leaf: weakLeaf, bag: [issuing], expected: "NAT_PATH_WEAK" },
  {
    name: "more CA certificates between than the caller allows",
    leaf: stationLeaf,
    bag: [issuing, station],
    maxIntermediates: 1,
    expected: "NAT_PATH_DEPTH",
  },
  {
    name: "an intermediate of version 1",
    leaf: underAncientIssuing,
    bag: [ancientIssuing],
    expected: "NAT_PATH_NOT_AUTHORITY",
  },
  {
    name: "unnamed purposes accepted: another one stated",
    leaf: onlySeal,
    bag: [issuing],
    unnamedPurpose: "accept",
    expected: "NAT_PATH_PURPOSE",
  },
  {
    name: "a key usage that does not fit the purpose",
    leaf: agreeing,
    bag: [issuing],
    purpose: oids.codeSigning,
    expected: "NAT_PATH_PURPOSE",
  },
  { name: "an anchor without basic constraints", leaf: underBare, anchors: [bare], expected: "NAT_PATH_NOT_AUTHORITY" },
  {
    name: "issuers that do not conform, where that is asked",
    leaf: nameless,
    bag: [issuing],
    conformingIssuers: true,
    expected: "NAT_PATH_CONFORMANCE",
  },
  {
    name: "the last instant lasts to the end of its second",
    leaf: shortLeaf,
    bag: [issuing],
    at: new Date("2026-12-31T00:00:00.999Z"),
    expected: ["short leaf", "issuing", "root"],
  },
];

const certificates = (list: readonly Forged[]) => list.map(({ certificate }) => certificate);

function request({ leaf: { certificate }, bag = [], anchors = [root], ...given }: Omit<Case, "name" | "expected">) {
  const material = { certificate, intermediates: certificates(bag), anchors: certificates(anchors) };
  return { ...material, at, purpose: answer, verifier: nodeSignatureVerifier, ...given } satisfies PathRequest;
}

for (const { name, expected, ...given } of cases)
  test(name, async () => {
    const validating = validatePath(request(given));
    if (typeof expected === "string") return assert.rejects(validating, { code: expected });
    const path = await validating;
    assert.deepEqual(
      path.certificates.map((certificate) => names.get(certificate)),
      expected,
    );
  });

test("an error tells which certificate it is about", async () => {
  const blamed = async (given: Omit<Case, "name" | "expected">) =>
    names.get(certificateAtFault(await validatePath(request(given)).catch((error: unknown) => error)) as Certificate);
  assert.equal(await blamed({ leaf: underShort, bag: [shortIssuing] }), "short issuing");
  assert.equal(await blamed({ leaf: underShortRoot, anchors: [shortRoot] }), "short root");
  assert.equal(await blamed({ leaf: impostorLeaf, bag: [issuing] }), "leaf of impostor");
  assert.equal(await blamed({ leaf: onlySeal, bag: [issuing] }), "only sealing");
  assert.equal(await blamed({ leaf: foreignLeaf }), "foreign leaf");
  assert.equal(certificateAtFault(new Error("of something else")), undefined);
});

test("names that differ in case, spaces and string type chain (RFC 5280 7.1)", async () => {
  const spelled = (value: string, tag?: number) =>
    encodeName([{ oid: oids.commonName, value, ...(tag === undefined ? {} : { tag }) }]);
  const written = await authority("written", root, { subject: spelled("Issuing  Authority", tags.printableString) });
  const quoted = {
    ...written,
    certificate: { ...written.certificate, subject: parseName(spelled("issuing authority ")) },
  };
  const below = await device("below another spelling", quoted);
  const path = await validatePath(request({ leaf: below, bag: [written] }));
  assert.deepEqual(path.certificates, certificates([below, written, root]));
});

test("an expected name that none can have is told before anything of the certificate", async () => {
  const given = { ...request({ leaf: underShort, bag: [shortIssuing] }), names: [{ dns: "no host name" }] };
  await assert.rejects(validatePath(given), { code: "NAT_PATH_NAME_FORM" });
});
