// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey, nodeHash as hash, nodeSignatureVerifier as verifier } from "@natalis/node";
import { algorithms } from "../formats/index.ts";
import { forgeCertificate } from "../testing/certificate-forge.ts";
import { evidenceBinding, evidenceRoot } from "../testing/evidence-forge.ts";
import { findingOf } from "./finding.ts";
import {
  type Certification,
  certificationOf,
  certifications,
  type Custody,
  type EvidenceFormat,
  type EvidenceRoot,
  withCertifications,
} from "./index.ts";

const row: Certification = {
  scheme: "FIPS 140-3",
  certificate: "test certificate",
  level: "level 2",
  manufacturer: "Maker",
  model: "Model",
  firmware: ["1.0", "1.1"],
  validFrom: new Date("2024-01-01T00:00:00Z"),
  validTo: new Date("2029-01-01T00:00:00Z"),
  source: "a test",
  reviewed: new Date("2026-11-24T00:00:00Z"),
};
const { validTo, ...unlimited } = row;
const at = new Date("2026-11-24T12:00:00Z");
const hardware = { manufacturer: "Maker", model: "Model", firmware: "1.1" };
const { signer } = generateKey(algorithms.ES256);
const root = await forgeCertificate({ name: "root", signer });

test("each row of the table is reviewed, sourced and of named versions", () => {
  for (const one of certifications) {
    assert.match(one.source, /^https:\/\//);
    assert.match(one.certificate, /\d/);
    assert.ok(one.firmware.length > 0 && one.validFrom < one.reviewed);
  }
});

test("hardware is certified by maker, model and exact firmware, while the certificate counts", () => {
  assert.equal(certificationOf(hardware, at, [row]), row);
  const others = [{ manufacturer: "Other" }, { model: "Other" }, { firmware: "1.2" }].map((one) => ({
    ...hardware,
    ...one,
  }));
  for (const other of [...others, { manufacturer: "Maker", model: "Model" }])
    assert.equal(certificationOf(other, at, [row]), undefined);
  for (const [time, found] of [
    [row.validFrom, row],
    [validTo, undefined],
    [new Date("2023-12-31T23:59:59Z"), undefined],
  ] as const)
    assert.equal(certificationOf(hardware, time as Date, [row]), found);
  assert.equal(certificationOf(hardware, new Date("2090-01-01T00:00:00Z"), [unlimited]), unlimited);
  assert.equal(certificationOf(hardware, at), undefined);
});

const format = (custody: Custody, known: typeof hardware | null = hardware): EvidenceFormat => ({
  format: "test",
  verify: async (_, binding, { roots: [first] }) =>
    findingOf(
      { custody, root: first as ReturnType<typeof evidenceRoot>, hardware: known ?? undefined, details: [] },
      binding,
      hash,
    ),
});

const rootWithCap = (cap: Custody, of = "test") => evidenceRoot(root, [of], cap);

async function find(one: EvidenceFormat, cap: Custody = 4, table: readonly Certification[] = [row]) {
  return findUnder([rootWithCap(cap)], one, table);
}

async function findUnder(roots: readonly EvidenceRoot[], one: EvidenceFormat, table: readonly Certification[] = [row]) {
  const binding = evidenceBinding(signer.publicKey);
  const context = { at, roots, hash, verifier };
  return withCertifications(one, table).verify(new Uint8Array(0), binding, context);
}

test("custody 3 of certified hardware is 4, and says by what", async () => {
  const { custody, details } = await find(format(3));
  assert.equal(custody, 4);
  assert.deepEqual(details, [["certified", "FIPS 140-3 level 2, test certificate"]]);
  assert.equal(withCertifications(format(3)).format, "test");
});

test("nothing else is raised", async () => {
  assert.equal((await find(format(2))).custody, 2);
  assert.equal((await find(format(3), 3)).custody, 3);
  assert.equal((await find(format(3), 1)).custody, 1);
  assert.equal((await find(format(3), 4, [])).custody, 3);
  assert.equal((await find(format(3, null))).custody, 3);
});

test("a root that counts for more in another format raises nothing in this one, wherever it stands", async () => {
  const [capped, other] = [rootWithCap(3), rootWithCap(4, "another format")];
  // The format ends in the first root that it is given.
  assert.equal((await findUnder([capped, other], format(3))).custody, 3);
  assert.equal((await findUnder([other, capped], format(3))).custody, 3);
  assert.equal((await findUnder([other], format(3))).custody, 3);
  assert.equal((await findUnder([rootWithCap(4), rootWithCap(3)], format(3))).custody, 3);
  assert.equal((await findUnder([rootWithCap(4), rootWithCap(1, "another format")], format(3))).custody, 4);
});
