// SPDX-License-Identifier: Apache-2.0
// Every rule over revocation lists has a fixture that it rejects: a list that is right but for one field.

import assert from "node:assert/strict";
import test from "node:test";
import { generateKey } from "@natalis/node";
import {
  algorithms,
  assembleSigned,
  type CertificateList,
  encodeAuthorityKeyIdentifier,
  encodeCrlNumber,
  encodeIssuingDistributionPoint,
  encodeTbsCertificateList,
  type Extension,
  oids,
  parseCertificateList,
  type TbsCertificateListFields,
} from "../../formats/index.ts";
import { TestAuthority, testBaseUrl } from "../../testing/index.ts";
import { crlUrl } from "../locations.ts";
import { lintList, listRules } from "./list.ts";

const own = await TestAuthority.open({
  rootSigner: generateKey(algorithms.ES256).signer,
  issuingSigner: generateKey(algorithms.ES256).signer,
});
const { issuing, root } = own;
const shard = 0x2a;
const serialNumber = new Uint8Array(16).fill(0x55).with(15, shard);
const revocationDate = new Date("2026-02-01T00:00:00Z");
const reasonUnspecified = { oid: oids.reasonCode, critical: false, value: Uint8Array.of(0x0a, 1, 0) };
const foreign = { oid: oids.certificateIssuer, critical: true, value: Uint8Array.of(0x30, 0) };
const point = (...uris: readonly string[]) => encodeIssuingDistributionPoint({ uris });
const url = (issuer: Uint8Array, of: number) => crlUrl(testBaseUrl, issuer, of);

const right: TbsCertificateListFields = {
  signatureIdentifier: issuing.algorithm.signatureIdentifier,
  issuer: issuing.certificate.subject.der,
  thisUpdate: new Date("2026-03-01T00:00:00Z"),
  nextUpdate: new Date("2026-03-02T00:00:00Z"),
  revoked: [{ serialNumber, revocationDate, reason: 1 }],
  extensions: [
    { oid: oids.authorityKeyIdentifier, critical: false, value: encodeAuthorityKeyIdentifier(issuing.keyIdentifier) },
    { oid: oids.crlNumber, critical: false, value: encodeCrlNumber(1) },
    { oid: oids.issuingDistributionPoint, critical: true, value: point(url(issuing.keyIdentifier, shard)) },
  ],
};

function listOf(fields: TbsCertificateListFields): CertificateList {
  const tbs = encodeTbsCertificateList(fields);
  return parseCertificateList(assembleSigned(tbs, fields.signatureIdentifier, new Uint8Array(1)));
}

const changed = (oid: string, change: Partial<Extension>) =>
  listOf({ ...right, extensions: right.extensions.map((one) => (one.oid === oid ? { ...one, ...change } : one)) });
const without = (oid: string) =>
  listOf({ ...right, extensions: right.extensions.filter((extension) => extension.oid !== oid) });

/** Entries that the encoder would not write. */
const withEntry = (entry: Partial<CertificateList["revoked"][number]>): CertificateList => ({
  ...listOf(right),
  revoked: [{ serialNumber, revocationDate, extensions: [], ...entry }],
});

const station = (await own.station()).authority;
const ofStation = { certificateIssuer: [{ kind: "directoryName", value: station.certificate.subject }] } as const;
const indirect = encodeIssuingDistributionPoint({ uris: [url(station.keyIdentifier, shard)], indirectCRL: true });
const rightOfStation: TbsCertificateListFields = {
  ...right,
  revoked: [
    { serialNumber, revocationDate, reason: 1, ...ofStation },
    { serialNumber: serialNumber.with(1, 0x56), revocationDate },
  ],
  extensions: [
    ...right.extensions.slice(0, 2),
    { oid: oids.issuingDistributionPoint, critical: true, value: indirect },
  ],
};

test("a list about a station's certificates is indirect, and its first entry names the station", () => {
  const context = { authority: issuing, station, shard };
  lintList(listOf(rightOfStation), context);
  const refused = (fields: TbsCertificateListFields, message: RegExp) =>
    assert.throws(() => lintList(listOf(fields), context), { code: "NAT_ISSUE_LINT", message });
  refused({ ...rightOfStation, extensions: right.extensions }, /list-distribution-point/);
  const [first, ...others] = rightOfStation.revoked;
  const { certificateIssuer: _, ...unnamed } = first as typeof first & object;
  refused({ ...rightOfStation, revoked: [unnamed, ...others] }, /not of the station/);
  const other = { certificateIssuer: [{ kind: "directoryName", value: root.certificate.subject }] } as const;
  refused({ ...rightOfStation, revoked: [{ ...unnamed, ...other }] }, /not of the station/);
  assert.throws(() => lintList(listOf(rightOfStation), { authority: issuing, shard }), { code: "NAT_ISSUE_LINT" });
});

const fixtures: readonly [string, string, CertificateList][] = [
  ["list-issuer", "another name", listOf({ ...right, issuer: root.certificate.subject.der })],
  ["list-issuer", "another algorithm", listOf({ ...right, signatureIdentifier: algorithms.ES384.signatureIdentifier })],
  ["list-issuer", "no key identifier", without(oids.authorityKeyIdentifier)],
  ["list-issuer", "a critical key identifier", changed(oids.authorityKeyIdentifier, { critical: true })],
  [
    "list-issuer",
    "another key identifier",
    changed(oids.authorityKeyIdentifier, { value: encodeAuthorityKeyIdentifier(root.keyIdentifier) }),
  ],
  ["list-updates", "the next update is this one", listOf({ ...right, nextUpdate: right.thisUpdate })],
  ["list-updates", "no next update", { ...listOf(right), nextUpdate: undefined }],
  ["list-number", "no number", without(oids.crlNumber)],
  ["list-number", "a critical number", changed(oids.crlNumber, { critical: true })],
  ["list-distribution-point", "none", without(oids.issuingDistributionPoint)],
  ["list-distribution-point", "not critical", changed(oids.issuingDistributionPoint, { critical: false })],
  [
    "list-distribution-point",
    "another shard",
    changed(oids.issuingDistributionPoint, { value: point(url(issuing.keyIdentifier, 1)) }),
  ],
  [
    "list-distribution-point",
    "another issuer's",
    changed(oids.issuingDistributionPoint, { value: point(url(root.keyIdentifier, shard)) }),
  ],
  [
    "list-distribution-point",
    "end entities alone",
    changed(oids.issuingDistributionPoint, {
      value: encodeIssuingDistributionPoint({
        uris: [url(issuing.keyIdentifier, shard)],
        onlyContainsUserCerts: true,
      }),
    }),
  ],
  ["list-entries", "of another shard", withEntry({ serialNumber: serialNumber.with(15, 1) })],
  ["list-entries", "of a foreign serial number", withEntry({ serialNumber: Uint8Array.of(1) })],
  ["list-entries", "from after the list", withEntry({ revocationDate: new Date("2026-03-01T00:00:01Z") })],
  ["list-entries", "unspecified", withEntry({ reason: 0, extensions: [reasonUnspecified] })],
  ["list-entries", "removed from the list", withEntry({ reason: 8 })],
  ["list-entries", "with a foreign extension", withEntry({ extensions: [foreign] })],
  ["list-entries", "with a critical reason", withEntry({ extensions: [{ ...reasonUnspecified, critical: true }] })],
  ["list-entries", "twice", listOf({ ...right, revoked: [...right.revoked, ...right.revoked] })],
];

test("the list itself passes every rule", () => lintList(listOf(right), { authority: issuing, shard }));

test("a complete list is a root's, and of a root nothing but a complete list", () => {
  const authorityKey = encodeAuthorityKeyIdentifier(root.keyIdentifier);
  const number = { oid: oids.crlNumber, critical: false, value: encodeCrlNumber(1) };
  const extensions = [{ oid: oids.authorityKeyIdentifier, critical: false, value: authorityKey }, number];
  const complete = listOf({ ...right, issuer: root.certificate.subject.der, extensions });
  lintList(complete, { authority: root });
  const told = { code: "NAT_ISSUE_LINT", message: /list-distribution-point \(/ };
  assert.throws(() => lintList(complete, { authority: root, shard }), told);
  assert.throws(() => lintList(without(oids.issuingDistributionPoint), { authority: issuing }), told);
  const named = { oid: oids.issuingDistributionPoint, critical: true, value: point(url(root.keyIdentifier, shard)) };
  const partial = listOf({ ...right, issuer: root.certificate.subject.der, extensions: [...extensions, named] });
  assert.throws(() => lintList(partial, { authority: root }), told);
});

for (const [id, what, list] of fixtures)
  test(`${id}: ${what}`, () => {
    const rule = listRules.find((one) => one.id === id);
    assert.equal(typeof rule?.check(list, { authority: issuing, shard }), "string");
    assert.throws(() => lintList(list, { authority: issuing, shard }), {
      code: "NAT_ISSUE_LINT",
      message: new RegExp(`${id} \\(`),
    });
  });

test("every rule has a fixture that it rejects, an id of its own and a citation", () => {
  const tried = new Set(fixtures.map(([id]) => id));
  assert.deepEqual(
    listRules.filter(({ id }) => !tried.has(id)),
    [],
  );
  assert.equal(new Set(listRules.map(({ id }) => id)).size, listRules.length);
  for (const { citation } of listRules) assert.match(citation, /^RFC 5280 5/);
});
