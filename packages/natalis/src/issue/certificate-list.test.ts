// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import test from "node:test";
import { generateKey, nodeSignatureVerifier } from "@natalis/node";
import fc from "fast-check";
import {
  algorithms,
  crlReasons,
  findExtension,
  oids,
  parseAuthorityKeyIdentifier,
  parseCertificateList,
  parseIssuingDistributionPoint,
  type RevokedCertificateFields,
  urisOf,
} from "../formats/index.ts";
import { toHex } from "../kernel/index.ts";
import { TestAuthority, testBaseUrl } from "../testing/index.ts";
import { buildCertificateList, type CertificateListInput } from "./index.ts";

const issuingSigner = generateKey(algorithms.ES256).signer;
const own = await TestAuthority.open({ rootSigner: generateKey(algorithms.ES256).signer, issuingSigner });
const shard = 0x2a;
const serial = (fill: number, low = shard) => new Uint8Array(16).fill(fill).with(0, 0x55).with(15, low);
const at = new Date("2026-03-01T12:00:00.500Z");
const input: CertificateListInput = {
  authority: own.issuing,
  shard,
  number: 7,
  thisUpdate: at,
  nextUpdate: new Date("2026-03-02T12:00:00.900Z"),
  revoked: [],
  signer: issuingSigner,
};

const revocationDate = new Date("2026-02-28T08:00:00Z");

async function listOf(changes: Partial<CertificateListInput>) {
  return parseCertificateList(await buildCertificateList({ ...input, ...changes }));
}

test("an empty list: issuer, times, number, key identifier, critical distribution point, signature", async () => {
  const list = await listOf({});
  assert.deepEqual(list.issuer.der, own.issuing.certificate.subject.der);
  assert.deepEqual(list.thisUpdate, new Date("2026-03-01T12:00:00Z"));
  assert.deepEqual(list.nextUpdate, new Date("2026-03-02T12:00:00Z"));
  assert.equal(list.number, 7n);
  assert.deepEqual(list.revoked, []);
  const aki = findExtension(list, oids.authorityKeyIdentifier)?.value as Uint8Array;
  assert.deepEqual(parseAuthorityKeyIdentifier(aki), { keyIdentifier: own.issuing.keyIdentifier });
  const point = findExtension(list, oids.issuingDistributionPoint);
  assert.ok(point?.critical);
  assert.deepEqual(urisOf(parseIssuingDistributionPoint(point.value).fullName ?? []), [
    `${testBaseUrl}/crl/${toHex(own.issuing.keyIdentifier)}/2a.crl`,
  ]);
  assert.ok(nodeSignatureVerifier.verify(algorithms.ES256, issuingSigner.publicKey, list.tbs, list.signature));
});

test("a root's list is complete: no distribution point, entries of any shard", async () => {
  const revoked = [1, 2].map((low) => ({ serialNumber: serial(low, low), revocationDate }));
  const { shard: _none, ...complete } = { ...input, authority: own.root, signer: own.rootSigner, revoked };
  const list = parseCertificateList(await buildCertificateList(complete));
  assert.equal(findExtension(list, oids.issuingDistributionPoint), undefined);
  assert.equal(list.revoked.length, 2);
  await assert.rejects(buildCertificateList({ ...complete, shard }), { code: "NAT_ISSUE_LINT" });
  const notRoot = { ...complete, authority: own.issuing, signer: issuingSigner };
  await assert.rejects(buildCertificateList(notRoot), { code: "NAT_ISSUE_LINT" });
});

test("entries keep serial number, time, reason and invalidity date; unspecified is left out", async () => {
  const revocationDate = new Date("2026-02-28T08:00:00.123Z");
  const invalidityDate = new Date("2026-02-27T08:00:00.999Z");
  const { revoked } = await listOf({
    revoked: [
      { serialNumber: serial(1), revocationDate, reason: crlReasons.keyCompromise, invalidityDate },
      { serialNumber: serial(2), revocationDate, reason: crlReasons.unspecified },
      { serialNumber: serial(3), revocationDate, reason: crlReasons.certificateHold },
      { serialNumber: serial(4), revocationDate },
    ],
  });
  assert.deepEqual(
    revoked.map(({ reason }) => reason),
    [1, undefined, 6, undefined],
  );
  assert.deepEqual(revoked[0]?.revocationDate, new Date("2026-02-28T08:00:00Z"));
  assert.deepEqual(revoked[0]?.invalidityDate, new Date("2026-02-27T08:00:00Z"));
  assert.deepEqual(
    revoked.map(({ serialNumber }) => serialNumber),
    [1, 2, 3, 4].map((fill) => serial(fill)),
  );
});

test("any entries of the shard come back", async () => {
  const entry = fc.record({
    serialNumber: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((octets) => octets.with(0, 0x40).with(15, shard)),
    revocationDate: fc.date({ min: new Date("2026-01-01T00:00:00Z"), max: at, noInvalidDate: true }),
    reason: fc.constantFrom(1, 3, 4, 5, 6, 9),
  });
  const entries = fc.uniqueArray(entry, { selector: ({ serialNumber }) => toHex(serialNumber), maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(entries, async (revoked: readonly RevokedCertificateFields[]) => {
      const list = await listOf({ revoked });
      assert.deepEqual(
        list.revoked.map(({ serialNumber, reason }) => ({ serialNumber, reason })),
        revoked.map(({ serialNumber, reason }) => ({ serialNumber, reason })),
      );
    }),
    { numRuns: 30 },
  );
});

const refused: readonly [string, Partial<CertificateListInput>, string][] = [
  ["a serial number of another shard", { revoked: [{ serialNumber: serial(1, 1), revocationDate }] }, "NAT_ISSUE_LINT"],
  [
    "a serial number that is not ours",
    { revoked: [{ serialNumber: Uint8Array.of(1), revocationDate }] },
    "NAT_ISSUE_LINT",
  ],
  [
    "a serial number twice",
    { revoked: [1, 1].map((fill) => ({ serialNumber: serial(fill), revocationDate })) },
    "NAT_ISSUE_LINT",
  ],
  [
    "an entry from the future",
    { revoked: [{ serialNumber: serial(1), revocationDate: new Date("2026-03-01T12:00:01Z") }] },
    "NAT_ISSUE_LINT",
  ],
  [
    "removeFromCRL in a full list",
    { revoked: [{ serialNumber: serial(1), revocationDate, reason: crlReasons.removeFromCRL }] },
    "NAT_ISSUE_LINT",
  ],
  ["a reason that is none", { revoked: [{ serialNumber: serial(1), revocationDate, reason: 7 }] }, "NAT_X509_REVOKED"],
  ["a next update that is not later", { nextUpdate: new Date("2026-03-01T12:00:00.999Z") }, "NAT_ISSUE_LINT"],
  ["shard 256", { shard: 256 }, "NAT_ISSUE_FACTS"],
  ["shard -1", { shard: -1 }, "NAT_ISSUE_FACTS"],
  ["shard 1.5", { shard: 1.5 }, "NAT_ISSUE_FACTS"],
  ["a negative number", { number: -1 }, "NAT_ISSUE_FACTS"],
  ["a number beyond 53 bits", { number: 2 ** 53 }, "NAT_ISSUE_FACTS"],
  ["no instant", { thisUpdate: new Date(Number.NaN) }, "NAT_ISSUE_FACTS"],
  ["another signer", { signer: own.rootSigner }, "NAT_ISSUE_SIGNER"],
];
for (const [what, changes, code] of refused) test(`refused: ${what}`, () => assert.rejects(listOf(changes), { code }));

test("nothing is signed that is refused", async () => {
  let asked = 0;
  const sign = () => {
    asked += 1;
    return new Uint8Array(70);
  };
  const signer = { ...issuingSigner, sign };
  await assert.rejects(listOf({ signer, revoked: [{ serialNumber: serial(1, 1), revocationDate }] }));
  assert.equal(asked, 0);
});
