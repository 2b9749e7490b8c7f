// SPDX-License-Identifier: Apache-2.0
// A folder of roots that changes beneath whoever reads it.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { generateKey } from "@natalis/node";
import { algorithms, encodePem } from "natalis/formats";
import { authorityExtensions, forgeCertificate, forgeCertificateList } from "natalis/testing";
import { EvidenceSource } from "./evidence-source.ts";

const parent = mkdtempSync(join(tmpdir(), "natalis-source-"));
after(() => rmSync(parent, { recursive: true }));
const root = await forgeCertificate({
  name: "maker",
  signer: generateKey(algorithms.ES256).signer,
  extensions: authorityExtensions(),
});
let folders = 0;
let folder: string;

function write(name: string, content: string | Uint8Array): void {
  writeFileSync(join(folder, name), content);
}

function writeRoots(cap: number): void {
  mkdirSync(join(folder, "eat"), { recursive: true });
  write("eat/maker.pem", encodePem("CERTIFICATE", root.certificate.der));
  write("roots.json", JSON.stringify({ eat: { maker: { cap } } }));
}

beforeEach(() => {
  folder = join(parent, `roots-${folders++}`);
});

const capsOf = ({ shared }: EvidenceSource) => shared.roots.map(({ cap }) => cap);

test("it is read again when a file came, changed or went, and not otherwise", async () => {
  const source = await EvidenceSource.open(folder);
  assert.equal(await source.refresh(), false);
  writeRoots(1);
  assert.equal(await source.refresh(), true);
  assert.deepEqual([capsOf(source), source.context.roots.length], [[1], 1]);
  assert.equal(await source.refresh(), false);
  write("roots.json", JSON.stringify({ eat: { maker: { cap: 3 } } }));
  // Whatever the clock of the disk shows.
  utimesSync(join(folder, "roots.json"), 1, 1);
  assert.equal(await source.refresh(), true);
  assert.deepEqual(capsOf(source), [3]);
  const times = { thisUpdate: new Date("2026-01-01T00:00:00Z"), nextUpdate: new Date("2027-01-01T00:00:00Z") };
  write("eat/maker.crl", (await forgeCertificateList({ issuer: root, ...times })).der);
  assert.equal(await source.refresh(), true);
  assert.equal(source.context.lists?.length, 1);
  write("android-status.json", '{"entries":{}}');
  assert.equal(await source.refresh(), true);
  rmSync(folder, { recursive: true });
  assert.equal(await source.refresh(), true);
  assert.deepEqual(source.shared, { roots: [], lists: [] });
});

test("what is not sound changes nothing, and is told once; mended, it counts", async () => {
  writeRoots(2);
  const source = await EvidenceSource.open(folder);
  const before = source.shared;
  write("roots.json", "{");
  await assert.rejects(source.refresh(), { code: "NAT_SERVICE_EVIDENCE" });
  assert.equal(source.shared, before);
  assert.equal(await source.refresh(), false);
  write("roots.json", JSON.stringify({ eat: { maker: { cap: 1 } } }));
  assert.equal(await source.refresh(), true);
  assert.deepEqual(capsOf(source), [1]);
});

test("imported manifests are looked up in their file: that it is there counts, not what is in it", async () => {
  writeRoots(2);
  const source = await EvidenceSource.open(folder);
  write("endorsements.sqlite", "");
  assert.equal(await source.refresh(), true);
  assert.equal(source.shared.endorsements, join(folder, "endorsements.sqlite"));
  write("endorsements.sqlite", "more");
  write("endorsements.sqlite-journal", "more");
  assert.equal(await source.refresh(), false);
});

test("a start from a folder that is not sound is refused", async () => {
  mkdirSync(folder);
  await assert.rejects(EvidenceSource.open(folder), { code: "NAT_SERVICE_EVIDENCE" });
});
