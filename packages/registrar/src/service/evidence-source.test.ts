// SPDX-License-Identifier: Apache-2.0
// A folder of roots that changes beneath whoever reads it.

import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, beforeEach, test } from "node:test";
import { generateKey } from "@natalis/node";
import { algorithms, encodePem } from "natalis/formats";
import { authorityExtensions, forgeCertificate, forgeCertificateList } from "natalis/testing";
import { EvidenceSource } from "./evidence-source.ts";
import { Manifests } from "./manifests.ts";

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
  assert.deepEqual(source.endedLists(new Date(times.nextUpdate.getTime() - 1)), []);
  assert.deepEqual(source.endedLists(times.nextUpdate), ["CN=maker"]);
  write("android-status.json", '{"entries":{}}');
  assert.equal(await source.refresh(), true);
  assert.deepEqual(source.count, { roots: 1, lists: 1, androidStatusList: true, manifests: false });
  rmSync(join(folder, "eat/maker.crl"));
  assert.equal(await source.refresh(), true);
  assert.deepEqual(source.count, { roots: 1, lists: 0, androidStatusList: true, manifests: false });
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

test("what is not sound is tried again: told once, and once more where something else is wrong", async () => {
  writeRoots(2);
  const source = await EvidenceSource.open(folder);
  write("eat/other.pem", "");
  await assert.rejects(source.refresh(), { code: "NAT_SERVICE_EVIDENCE" });
  assert.equal(await source.refresh(), false);
  write("roots.json", "{");
  await assert.rejects(source.refresh(), { code: "NAT_SERVICE_EVIDENCE" });
  assert.equal(await source.refresh(), false);
  writeRoots(2);
  await assert.rejects(source.refresh(), { code: "NAT_SERVICE_EVIDENCE" });
  rmSync(join(folder, "eat/other.pem"));
  assert.equal(await source.refresh(), true);
  assert.equal(await source.refresh(), false);
});

test("a folder that a link leads to is looked into as any other", async () => {
  writeRoots(2);
  renameSync(join(folder, "eat"), `${folder}-linked`);
  symlinkSync(`${folder}-linked`, join(folder, "eat"));
  const source = await EvidenceSource.open(folder);
  assert.deepEqual(capsOf(source), [2]);
  const times = { thisUpdate: new Date("2026-01-01T00:00:00Z"), nextUpdate: new Date("2027-01-01T00:00:00Z") };
  write("eat/maker.crl", (await forgeCertificateList({ issuer: root, ...times })).der);
  assert.equal(await source.refresh(), true);
  const day = 86_400_000;
  const later = { thisUpdate: times.thisUpdate, nextUpdate: new Date(times.nextUpdate.getTime() + day) };
  write("eat/maker.crl", (await forgeCertificateList({ issuer: root, ...later })).der);
  assert.equal(await source.refresh(), true);
  write("roots.json", "{}");
  await assert.rejects(source.refresh(), { code: "NAT_SERVICE_EVIDENCE" });
});

test("a file that may be read again counts, though nothing else of it changed", async () => {
  writeRoots(2);
  const source = await EvidenceSource.open(folder);
  // To whoever may read everything it stays readable; that its rights changed must still be seen.
  chmodSync(join(folder, "eat/maker.pem"), 0o640);
  assert.equal(await source.refresh(), true);
  assert.equal(await source.refresh(), false);
});

test("imported manifests are looked up in their file: that it is there counts, not what is in it", async () => {
  writeRoots(2);
  const source = await EvidenceSource.open(folder);
  write("endorsements.sqlite", "");
  assert.equal(await source.refresh(), true);
  assert.equal(source.shared.endorsements, undefined);
  const file = join(folder, "endorsements.sqlite");
  const manifests = new Manifests(file, { now: () => new Date() });
  assert.equal(await source.refresh(), true);
  assert.equal(source.shared.endorsements, file);
  await manifests.take("reel", "[]", source.context);
  write("endorsements.sqlite-journal", "");
  assert.equal(await source.refresh(), false);
  manifests.close();
  // Another file of this name: threads have the old one open.
  new Manifests(`${file}.new`, { now: () => new Date() }).close();
  renameSync(`${file}.new`, file);
  assert.equal(await source.refresh(), true);
});

test("a file that holds no manifests changes nothing, and stops a start; one that is being written to does not", async () => {
  writeRoots(2);
  const source = await EvidenceSource.open(folder);
  write(
    "endorsements.sqlite",
    "no database, and longer than the head of one would be, so that it is looked at in earnest",
  );
  await assert.rejects(source.refresh(), { code: "NAT_SERVICE_EVIDENCE" });
  assert.equal(source.shared.endorsements, undefined);
  await assert.rejects(EvidenceSource.open(folder), { code: "NAT_SERVICE_EVIDENCE" });
  const file = join(folder, "endorsements.sqlite");
  rmSync(file);
  const other = new DatabaseSync(file);
  other.exec("CREATE TABLE strangers (name TEXT)");
  await assert.rejects(source.refresh(), { code: "NAT_SERVICE_EVIDENCE" });
  other.close();
  rmSync(file);
  new Manifests(file, { now: () => new Date() }).close();
  const writer = new DatabaseSync(file);
  writer.exec("BEGIN EXCLUSIVE");
  assert.equal(await source.refresh(), true);
  assert.equal(source.shared.endorsements, file);
  writer.exec("ROLLBACK");
  writer.close();
});

test("a start from a folder that is not sound is refused", async () => {
  mkdirSync(folder);
  await assert.rejects(EvidenceSource.open(folder), { code: "NAT_SERVICE_EVIDENCE" });
});
