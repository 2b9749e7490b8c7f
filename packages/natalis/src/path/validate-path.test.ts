// SPDX-License-Identifier: Apache-2.0
// Table test in the manner of Go's crypto/x509: what is given, an explicit instant, the chain or the code expected.

import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyPairKeyObjectResult } from "node:crypto";
import { test } from "node:test";
import { generateKey, nodeSignatureVerifier } from "@natalis/node";
import * as fc from "fast-check";
import {
  algorithms,
  assembleSigned,
  type Certificate,
  encodeAuthorityKeyIdentifier,
  encodeBasicConstraints,
  encodeExtendedKeyUsage,
  encodeKeyUsage,
  encodeSequence,
  encodeTbsCertificate,
  encodeUtf8String,
  type Extension,
  type KeyUsage,
  oids,
  parseCertificate,
} from "../formats/index.ts";
import { isNatalisError, type SignatureAlgorithm } from "../kernel/index.ts";
import {
  authorityExtensions,
  extension,
  type Forged,
  type ForgedFields,
  forgeCertificate,
} from "../testing/certificate-forge.ts";
import { isVerifiedPath, type PathRequest, validatePath } from "./index.ts";

const at = new Date("2026-11-24T12:00:00Z");
const answer = "1.3.6.1.4.1.32473.3.1";
const seal = "1.3.6.1.4.1.32473.3.2";
const unknownExtension = "1.3.6.1.4.1.32473.99";
const names = new Map<Certificate, string>();

const key = (algorithm: SignatureAlgorithm = algorithms.ES256) => generateKey(algorithm).signer;

async function forge(
  label: string,
  fields: Partial<ForgedFields> & { algorithm?: SignatureAlgorithm } = {},
): Promise<Forged> {
  const forged = await forgeCertificate({ name: label, signer: fields.signer ?? key(fields.algorithm), ...fields });
  names.set(forged.certificate, label);
  return forged;
}

const authority = (label: string, issuer?: Forged, fields: Parameters<typeof forge>[1] = {}, pathLength?: number) =>
  forge(label, { issuer, ...fields, extensions: replace(authorityExtensions(pathLength), fields.extensions) });

const device = (label: string, issuer: Forged, fields: Parameters<typeof forge>[1] = {}) =>
  forge(label, { issuer, ...fields, extensions: replace([purposes(answer, seal)], fields.extensions) });

const purposes = (...list: string[]) => extension(oids.extendedKeyUsage, encodeExtendedKeyUsage(list));
const usage = (...list: KeyUsage[]) => extension(oids.keyUsage, encodeKeyUsage(list), true);

function replace(usual: readonly Extension[], given: readonly Extension[] = []): Extension[] {
  return [...usual.filter(({ oid }) => !given.some((other) => other.oid === oid)), ...given];
}

const without = (usual: readonly Extension[], oid: string) => usual.filter((one) => one.oid !== oid);

const root = await authority("root");
const issuing = await authority("issuing", root, {}, 1);
const station = await authority("station", issuing, {}, 0);
const leaf = await device("leaf", issuing);
const stationLeaf = await device("station leaf", station);

const otherRoot = await authority("other root");
const crossIssuing = await authority(
  "issuing by other root",
  otherRoot,
  { name: "issuing", signer: issuing.signer },
  1,
);
const otherIssuing = await authority("other issuing", otherRoot);
const foreignLeaf = await device("foreign leaf", otherIssuing);
const impostorRoot = await authority("impostor of root", undefined, { name: "root" });
const impostorIssuing = await authority("impostor of issuing", impostorRoot, { name: "issuing" });
const impostorLeaf = await device("leaf of impostor", impostorIssuing);

const rolled = await authority("issuing, new key", issuing, { name: "issuing" }, 0);
const rolledLeaf = await device("leaf of new key", rolled);
const mislaid = await device("misled leaf", issuing, {
  extensions: [extension(oids.authorityKeyIdentifier, encodeAuthorityKeyIdentifier(new Uint8Array(20)))],
});

const loopKeys = [key(), key()] as const;
const loopTop = await authority("loop b", undefined, { signer: loopKeys[1] });
const loopA = await authority("loop a", loopTop, { signer: loopKeys[0] });
const loopB = await authority("loop b", loopA, { signer: loopKeys[1] });
const loopRoot = await authority("loop a by root", root, { name: "loop a", signer: loopKeys[0] });
const loopLeaf = await device("loop leaf", loopB);

const day = (text: string) => new Date(`${text}T00:00:00Z`);
const shortLeaf = await device("short leaf", issuing, { notBefore: day("2026-01-01"), notAfter: day("2026-12-31") });
const shortIssuing = await authority("short issuing", root, {
  notBefore: day("2026-01-01"),
  notAfter: day("2026-06-30"),
});
const underShort = await device("under short issuing", shortIssuing);
const shortRoot = await authority("short root", undefined, { notAfter: day("2026-06-30") });
const underShortRoot = await device("under short root", shortRoot);

const mixedRoot = await authority("P-384 root", undefined, { algorithm: algorithms.ES384 });
const mixedIssuing = await authority("ML-DSA issuing", mixedRoot, { algorithm: algorithms["ML-DSA-44"] });
const mixedLeaf = await device("Ed25519 leaf", mixedIssuing, { algorithm: algorithms.EdDSA });

const posing = { ...issuing, signer: { ...issuing.signer, algorithm: algorithms.EdDSA } };
const wrongAlgorithm = await device("leaf with Ed25519 named", posing);
const spkiOf = ({ publicKey }: KeyPairKeyObjectResult) =>
  new Uint8Array(publicKey.export({ type: "spki", format: "der" }));
const oldCurve = spkiOf(generateKeyPairSync("ec", { namedCurve: "secp224r1" }));
const oldRoot = await authority("P-224 root", root, { signer: { ...key(), publicKey: oldCurve } });
const underOld = await device("leaf of P-224 root", oldRoot);

const notCa = await forge("no CA", {
  issuer: root,
  extensions: [extension(oids.basicConstraints, encodeBasicConstraints({ isAuthority: false }), true)],
});
const bare = await forge("no constraints", { issuer: root, extensions: [usage("keyCertSign")] });
const underNotCa = await device("under no CA", notCa);
const underBare = await device("under no constraints", bare);
const underLeaf = await device("under a leaf", leaf);
const noCertSign = await authority("no keyCertSign", root, { extensions: [usage("cRLSign", "digitalSignature")] });
const underNoCertSign = await device("under no keyCertSign", noCertSign);
const noUsage = await forge("no key usage", {
  issuer: root,
  extensions: without(authorityExtensions(), oids.keyUsage),
});
const underNoUsage = await device("under no key usage", noUsage);

const tooDeep = await authority("below station", station);
const tooDeepLeaf = await device("leaf too deep", tooDeep);
const narrowRoot = await authority("narrow root", undefined, {}, 0);
const underNarrow = await authority("issuing under narrow root", narrowRoot);
const narrowLeaf = await device("leaf under narrow root", underNarrow);

const rolledStation = await authority("station, new key", station, { name: "station" }, 0);
const rolledStationLeaf = await device("leaf of the station's new key", rolledStation);
const generous = await authority("generous", issuing, {}, 5);
const belowGenerous = await authority("below generous", generous);
const generousLeaf = await device("leaf below generous", belowGenerous);
const renamed = await authority("renamed", issuing, { signer: issuing.signer });
const renamedLeaf = await device("leaf of renamed", renamed);

const onlySeal = await device("only sealing", issuing, { extensions: [purposes(seal)] });
const anyPurpose = await device("any purpose", issuing, { extensions: [purposes(oids.anyExtendedKeyUsage)] });
const noPurpose = await forge("no purpose", { issuer: issuing, extensions: [usage("digitalSignature")] });
const sealingIssuing = await authority("issuing for seals", root, { extensions: [purposes(seal)] });
const underSealing = await device("under issuing for seals", sealingIssuing);
const answeringIssuing = await authority("issuing for answers", root, { extensions: [purposes(seal, answer)] });
const underAnswering = await device("under issuing for answers", answeringIssuing);
const anyIssuing = await authority("issuing for any", root, { extensions: [purposes(oids.anyExtendedKeyUsage)] });
const underAny = await device("under issuing for any", anyIssuing);

const unknownCritical = extension(unknownExtension, encodeUtf8String("?"), true);
const criticalLeaf = await device("leaf with unknown critical", issuing, { extensions: [unknownCritical] });
const toleratedLeaf = await device("leaf with unknown", issuing, {
  extensions: [{ ...unknownCritical, critical: false }],
});
const criticalIssuing = await authority("issuing with unknown critical", root, { extensions: [unknownCritical] });
const underCritical = await device("under unknown critical", criticalIssuing);
const criticalRoot = await authority("root with unknown critical", undefined, { extensions: [unknownCritical] });
const underCriticalRoot = await device("under root with unknown critical", criticalRoot);
const malformedIssuing = await authority("malformed issuing", root, {
  extensions: [extension(oids.basicConstraints, encodeSequence(encodeUtf8String("yes")), true)],
});
const underMalformed = await device("under malformed issuing", malformedIssuing);

/** What narrows the paths below it is read, critical or not; an empty SEQUENCE is none of them. */
const constraints = [oids.nameConstraints, oids.policyConstraints, oids.policyMappings, oids.inhibitAnyPolicy];
const constrained = await Promise.all(
  constraints.map(async (oid) => {
    const ca = await authority(`issuing with ${oid}`, root, { extensions: [extension(oid, encodeSequence())] });
    return { oid, ca, leaf: await device(`leaf under ${oid}`, ca) };
  }),
);

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
  { name: "device, issuing CA, root", leaf, bag: [issuing], expected: ["leaf", "issuing", "root"] },
  {
    name: "station CA between",
    leaf: stationLeaf,
    bag: [issuing, station],
    expected: ["station leaf", "station", "issuing", "root"],
  },
  {
    name: "bag in the wrong order, doubled, with strangers",
    leaf: stationLeaf,
    bag: [otherIssuing, station, leaf, issuing, station, issuing],
    expected: ["station leaf", "station", "issuing", "root"],
  },
  { name: "the root in the bag too", leaf, bag: [root, issuing], expected: ["leaf", "issuing", "root"] },
  { name: "the issuing CA as anchor", leaf, anchors: [issuing], expected: ["leaf", "issuing"] },
  { name: "the anchor in question", leaf: root, purpose: undefined, expected: ["root", "root"] },
  {
    name: "an authority in question",
    leaf: station,
    bag: [issuing],
    purpose: undefined,
    expected: ["station", "issuing", "root"],
  },
  {
    name: "cross-signed, one root trusted",
    leaf,
    bag: [issuing, crossIssuing],
    anchors: [otherRoot],
    expected: ["leaf", "issuing by other root", "other root"],
  },
  {
    name: "same name, different key, the wrong one first",
    leaf,
    bag: [impostorIssuing, issuing],
    expected: ["leaf", "issuing", "root"],
  },
  {
    name: "two anchors of one name",
    leaf,
    bag: [issuing],
    anchors: [impostorRoot, root],
    expected: ["leaf", "issuing", "root"],
  },
  {
    name: "a key identifier that points nowhere is only a hint",
    leaf: mislaid,
    bag: [impostorIssuing, issuing],
    expected: ["misled leaf", "issuing", "root"],
  },
  {
    name: "a loop with a way out",
    leaf: loopLeaf,
    bag: [loopA, loopB, loopRoot],
    expected: ["loop leaf", "loop b", "loop a by root", "root"],
  },
  {
    name: "a self-issued certificate takes no path length",
    leaf: rolledLeaf,
    bag: [rolled, station, issuing],
    expected: ["leaf of new key", "issuing, new key", "issuing", "root"],
  },
  {
    name: "not even where none is left",
    leaf: rolledStationLeaf,
    bag: [rolledStation, station, issuing],
    expected: ["leaf of the station's new key", "station, new key", "station", "issuing", "root"],
  },
  {
    name: "one key under two names",
    leaf: renamedLeaf,
    bag: [renamed, issuing],
    expected: ["leaf of renamed", "renamed", "issuing", "root"],
  },
  {
    name: "P-384 over ML-DSA-44 over Ed25519",
    leaf: mixedLeaf,
    bag: [mixedIssuing],
    anchors: [mixedRoot],
    expected: ["Ed25519 leaf", "ML-DSA issuing", "P-384 root"],
  },
  {
    name: "a CA without key usage",
    leaf: underNoUsage,
    bag: [noUsage],
    expected: ["under no key usage", "no key usage", "root"],
  },
  {
    name: "first instant",
    leaf: shortLeaf,
    bag: [issuing],
    at: day("2026-01-01"),
    expected: ["short leaf", "issuing", "root"],
  },
  {
    name: "last instant",
    leaf: shortLeaf,
    bag: [issuing],
    at: day("2026-12-31"),
    expected: ["short leaf", "issuing", "root"],
  },
  {
    name: "the last instant that exists",
    leaf,
    bag: [issuing],
    at: new Date("9999-12-31T23:59:59Z"),
    expected: ["leaf", "issuing", "root"],
  },
  {
    name: "no purpose asked, none stated",
    leaf: noPurpose,
    bag: [issuing],
    purpose: undefined,
    expected: ["no purpose", "issuing", "root"],
  },
  {
    name: "no purpose asked, a CA for some",
    leaf: underSealing,
    bag: [sealingIssuing],
    purpose: undefined,
    expected: ["under issuing for seals", "issuing for seals", "root"],
  },
  {
    name: "a CA for this purpose among others",
    leaf: underAnswering,
    bag: [answeringIssuing],
    expected: ["under issuing for answers", "issuing for answers", "root"],
  },
  {
    name: "a CA for any purpose",
    leaf: underAny,
    bag: [anyIssuing],
    expected: ["under issuing for any", "issuing for any", "root"],
  },
  {
    name: "an unknown extension that is not critical",
    leaf: toleratedLeaf,
    bag: [issuing],
    expected: ["leaf with unknown", "issuing", "root"],
  },

  {
    name: "an authority that is not trusted",
    leaf: foreignLeaf,
    bag: [otherIssuing, otherRoot],
    expected: "NAT_PATH_ISSUER_UNKNOWN",
  },
  { name: "the issuing CA missing", leaf, expected: "NAT_PATH_ISSUER_UNKNOWN" },
  { name: "no anchors", leaf, bag: [issuing], anchors: [], expected: "NAT_PATH_ISSUER_UNKNOWN" },
  { name: "a loop without a way out", leaf: loopLeaf, bag: [loopA, loopB], expected: "NAT_PATH_ISSUER_UNKNOWN" },
  {
    name: "an authority that took our names",
    leaf: impostorLeaf,
    bag: [impostorIssuing, issuing],
    expected: "NAT_PATH_SIGNATURE",
  },
  {
    name: "a signature by another algorithm than the key's",
    leaf: wrongAlgorithm,
    bag: [issuing],
    expected: "NAT_PATH_ALGORITHM",
  },
  { name: "a key outside the algorithm table", leaf: underOld, bag: [oldRoot], expected: "NAT_ALGORITHM_UNKNOWN" },
  {
    name: "a millisecond before the first instant",
    leaf: shortLeaf,
    bag: [issuing],
    at: new Date("2025-12-31T23:59:59.999Z"),
    expected: "NAT_PATH_NOT_YET_VALID",
  },
  {
    name: "the second after the last instant",
    leaf: shortLeaf,
    bag: [issuing],
    at: new Date("2026-12-31T00:00:01Z"),
    expected: "NAT_PATH_EXPIRED",
  },
  {
    name: "a Date without an instant",
    leaf,
    bag: [issuing],
    at: new Date(Number.NaN),
    expected: "NAT_PATH_NOT_YET_VALID",
  },
  { name: "an expired issuing CA", leaf: underShort, bag: [shortIssuing], expected: "NAT_PATH_EXPIRED" },
  { name: "an expired anchor", leaf: underShortRoot, anchors: [shortRoot], expected: "NAT_PATH_EXPIRED" },
  { name: "cA FALSE", leaf: underNotCa, bag: [notCa], expected: "NAT_PATH_NOT_AUTHORITY" },
  { name: "no basic constraints", leaf: underBare, bag: [bare], expected: "NAT_PATH_NOT_AUTHORITY" },
  { name: "issued by a device", leaf: underLeaf, bag: [leaf, issuing], expected: "NAT_PATH_NOT_AUTHORITY" },
  { name: "a device as anchor", leaf: underLeaf, anchors: [leaf], expected: "NAT_PATH_NOT_AUTHORITY" },
  { name: "no keyCertSign", leaf: underNoCertSign, bag: [noCertSign], expected: "NAT_PATH_KEY_USAGE" },
  {
    name: "deeper than the issuing CA allows",
    leaf: tooDeepLeaf,
    bag: [tooDeep, station, issuing],
    expected: "NAT_PATH_LENGTH",
  },
  {
    name: "deeper than the issuing CA allows, with leave of one below it",
    leaf: generousLeaf,
    bag: [belowGenerous, generous, issuing],
    expected: "NAT_PATH_LENGTH",
  },
  {
    name: "deeper than the anchor allows",
    leaf: narrowLeaf,
    bag: [underNarrow],
    anchors: [narrowRoot],
    expected: "NAT_PATH_LENGTH",
  },
  { name: "another purpose", leaf: onlySeal, bag: [issuing], expected: "NAT_PATH_PURPOSE" },
  { name: "no purpose stated", leaf: noPurpose, bag: [issuing], expected: "NAT_PATH_PURPOSE" },
  { name: "any purpose is not this purpose", leaf: anyPurpose, bag: [issuing], expected: "NAT_PATH_PURPOSE" },
  { name: "a CA for other purposes", leaf: underSealing, bag: [sealingIssuing], expected: "NAT_PATH_PURPOSE" },
  {
    name: "unknown critical extension of the device",
    leaf: criticalLeaf,
    bag: [issuing],
    expected: "NAT_PATH_EXTENSION",
  },
  {
    name: "unknown critical extension of a CA",
    leaf: underCritical,
    bag: [criticalIssuing],
    expected: "NAT_PATH_EXTENSION",
  },
  {
    name: "unknown critical extension of the anchor",
    leaf: underCriticalRoot,
    anchors: [criticalRoot],
    expected: "NAT_PATH_EXTENSION",
  },
  { name: "a malformed extension", leaf: underMalformed, bag: [malformedIssuing], expected: "NAT_DER_TRAILING" },
  ...constrained.map(
    ({ oid, ca, leaf: below }): Case => ({
      name: `malformed constraint ${oid}, not critical`,
      leaf: below,
      bag: [ca],
      expected: oid === oids.inhibitAnyPolicy ? "NAT_DER_TAG" : "NAT_X509_EXTENSION",
    }),
  ),
  // Of several failing paths the most specific cause is told, whichever comes first.
  {
    name: "expired tells more than a foreign signature",
    leaf: underShort,
    bag: [shortIssuing, impostorIssuing],
    anchors: [impostorRoot, root],
    expected: "NAT_PATH_EXPIRED",
  },
  {
    name: "no CA tells more than a foreign signature",
    leaf: underNotCa,
    bag: [notCa],
    anchors: [root, impostorRoot],
    expected: "NAT_PATH_NOT_AUTHORITY",
  },
];

const certificates = (list: readonly Forged[]) => list.map(({ certificate }) => certificate);

function request({ leaf: { certificate }, bag = [], anchors = [root], ...given }: Omit<Case, "name" | "expected">) {
  return {
    certificate,
    intermediates: certificates(bag),
    anchors: certificates(anchors),
    at,
    purpose: answer,
    verifier: nodeSignatureVerifier,
    ...given,
  } satisfies PathRequest;
}

for (const given of cases)
  test(given.name, async () => {
    if (typeof given.expected === "string")
      return assert.rejects(validatePath(request(given)), { code: given.expected });
    const path = await validatePath(request(given));
    assert.deepEqual(
      path.certificates.map((certificate) => names.get(certificate)),
      given.expected,
    );
    assert.equal(path.at, given.at ?? at);
  });

/** The certificate, signed again without its key identifiers. */
async function withoutIdentifiers({ certificate, signer }: Forged, label: string, by: Forged): Promise<Forged> {
  const identifiers: readonly string[] = [oids.authorityKeyIdentifier, oids.subjectKeyIdentifier];
  const tbs = encodeTbsCertificate({
    ...certificate,
    issuer: certificate.issuer.der,
    subject: certificate.subject.der,
    extensions: certificate.extensions.filter(({ oid }) => !identifiers.includes(oid)),
  });
  const { signatureIdentifier } = by.signer.algorithm;
  const signed = parseCertificate(assembleSigned(tbs, signatureIdentifier, await by.signer.sign(tbs)));
  names.set(signed, label);
  return { certificate: signed, signer };
}

test("without key identifiers the signatures alone tell issuers of one name apart", async () => {
  const bareIssuing = await withoutIdentifiers(issuing, "bare issuing", root);
  const bareImpostor = await withoutIdentifiers(impostorIssuing, "bare impostor", impostorRoot);
  const bareLeaf = await withoutIdentifiers(leaf, "bare leaf", issuing);
  for (const bag of [
    [bareImpostor, bareIssuing],
    [impostorIssuing, bareIssuing],
    [bareImpostor, issuing],
  ])
    for (const target of [leaf, bareLeaf]) {
      const path = await validatePath(request({ leaf: target, bag }));
      assert.deepEqual(path.certificates, certificates([target, bag[1] as Forged, root]));
    }
});

test("an issuer without key identifier is tried after one that has the right one, before one that has another", async () => {
  const bareIssuing = await withoutIdentifiers(issuing, "bare issuing", root);
  const order = async (...bag: Forged[]) => {
    const path = await validatePath(request({ leaf, bag }));
    return names.get(path.certificates[1]);
  };
  assert.equal(await order(bareIssuing, issuing), "issuing");
  assert.equal(await order(impostorIssuing, bareIssuing), "bare issuing");
});

test("the order of the bag and strangers in it change nothing", async () => {
  const bag = [issuing, station, otherIssuing, impostorIssuing, crossIssuing, leaf, tooDeep, loopA, loopB, root];
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(bag), async (others) => {
      const path = await validatePath(request({ leaf: stationLeaf, bag: [...others, station, issuing] }));
      assert.deepEqual(path.certificates, certificates([stationLeaf, station, issuing, root]));
    }),
    { numRuns: 50 },
  );
});

test("a certificate changed in any bit is refused with a catalogue code", async () => {
  const { der } = leaf.certificate;
  await fc.assert(
    fc.asyncProperty(fc.nat(der.length * 8 - 1), async (bit) => {
      const changed = der.with(bit >> 3, (der[bit >> 3] as number) ^ (1 << (bit & 7)));
      await assert.rejects(
        async () => validatePath({ ...request({ leaf, bag: [issuing] }), certificate: parseCertificate(changed) }),
        (error) => isNatalisError(error),
      );
    }),
    { numRuns: 300 },
  );
});

test("an error of the verifier is no verdict: it passes through", async () => {
  const verifier = {
    verify() {
      throw new Error("the hardware is gone");
    },
  };
  await assert.rejects(validatePath({ ...request({ leaf, bag: [issuing] }), verifier }), /the hardware is gone/);
});

test("only validatePath makes a VerifiedPath", async () => {
  const path = await validatePath(request({ leaf, bag: [issuing] }));
  assert.ok(isVerifiedPath(path));
  for (const lookAlike of [Object.assign({}, path), Object.create(path), null, "path"])
    assert.ok(!isVerifiedPath(lookAlike));
});
