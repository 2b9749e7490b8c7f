// SPDX-License-Identifier: Apache-2.0
// The folder of a unit that a station bore: marked until its receipt is there, and never taken for more than it is.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { generateKey, nodeHash } from "@natalis/node";
import { parseBirthRecord } from "natalis/birth";
import { algorithms, encodePem } from "natalis/formats";
import { formatUuid, NatalisError, toBase64 } from "natalis/kernel";
import { VolatileInsecureRegistry } from "natalis/testing";
import { Proofs } from "../service/proofs.ts";
import { openUnsafeTestRegistry } from "../service/unsafe-test-registry.ts";
import { intakeOf, UnsafeTestStation } from "../service/unsafe-test-station.ts";
import type { ProvisionalAnswer } from "./birth-answer.ts";
import type { RegistrarClient } from "./client.ts";
import { type DeviceFolder, deviceFolder, isOfStation, isProvisional, writePapers } from "./device-folder.ts";
import { fetchEntered } from "./provisional.ts";
import { completePapers, keepProvisional } from "./provisional-birth.ts";

const parent = mkdtempSync(join(tmpdir(), "natalis-provisional-"));
after(() => rmSync(parent, { recursive: true }));
const made = await openUnsafeTestRegistry(new VolatileInsecureRegistry().stores);
const { trust } = made;
const station = await UnsafeTestStation.enrol(made, { quota: 100 });
const admin = { id: "admin", name: "admin", role: "admin", products: [] } as const;
const intake = intakeOf(made);
const opened = await intake.open(station.id, admin);
const unit = { product: "sensor", model: "S1", facility: "plant 1" };

let folders = 0;
let folder: DeviceFolder;
let told: string[];
const output = { line: (text: string) => void told.push(text), warn: (text: string) => void told.push(`! ${text}`) };

beforeEach(() => {
  folder = deviceFolder(join(parent, `${folders++}`));
  told = [];
});

async function bear(serial: string, device = generateKey(algorithms.ES256).signer) {
  const claim = await station.bear(serial, device);
  const pem = (der: Uint8Array) => encodePem("CERTIFICATE", der);
  const chain = [station.enrolled.certificate, ...station.enrolled.chain].map(pem);
  const id = formatUuid(parseBirthRecord(claim.record).deviceId);
  const papers = { certificate: pem(claim.certificate), chain, record: toBase64(claim.record) };
  const answer: ProvisionalAnswer = { device: id, kind: "provisional", ...papers };
  const question = { request: encodePem("CERTIFICATE REQUEST", claim.certificationRequest), unit: { ...unit, serial } };
  return { claim, answer, question };
}

/** The registrar's door, asked by an administrator. */
const client = {
  async bytes(path: string) {
    const [, , id = ""] = path.split("/");
    const bytes = Uint8Array.from(Buffer.from(id.replaceAll("-", ""), "hex"));
    return new Proofs(made.stores, nodeHash).wholeReceipt(bytes, admin);
  },
} as RegistrarClient;

function failing(code: `NAT_${string}`): RegistrarClient {
  return { bytes: () => Promise.reject(new NatalisError(code, "No.", "by the test")) } as unknown as RegistrarClient;
}

test("kept, it says that nobody takes it and what ends that, and the exit code tells", async () => {
  const { answer } = await bear("P-1");
  assert.equal(await keepProvisional(folder, answer, output), 3);
  assert.match(
    told.join("\n"),
    /is born, provisionally\n! nobody takes .* yet: .*natalis station sync.*at the registrar/,
  );
  assert.match(readFileSync(folder.provisional, "utf8"), /nobody takes it yet/);
  assert.ok((await isProvisional(folder)) && (await isOfStation(folder)));
  assert.deepEqual(readdirSync(folder.path).toSorted(), [
    "certificate.pem",
    "chain.pem",
    "provisional.txt",
    "record.cbor",
  ]);
  assert.equal(await keepProvisional(folder, answer, output), 3);
});

test("before it is entered it stays what it is, and nothing else is asked of the registrar", async () => {
  const { answer, question } = await bear("P-2");
  await keepProvisional(folder, answer, output);
  assert.equal(await completePapers(folder, question, { client, trust }, output), 3);
  assert.match(told.at(-1) ?? "", /is not entered.*still provisional.*remove .*provisional\.txt/);
  assert.ok(await isProvisional(folder));
});

test("once it is entered the receipt makes it whole, and asking again asks nobody", async () => {
  const { answer, question, claim } = await bear("P-3");
  await keepProvisional(folder, answer, output);
  await intake.take(opened, claim);
  assert.equal(await completePapers(folder, question, { client, trust }, output), 0);
  assert.match(told.at(-2) ?? "", /is entered, log entry \d+/);
  assert.ok(!existsSync(folder.provisional) && existsSync(folder.birthReceipt) && existsSync(folder.receipt));
  const dead = failing("NAT_REGISTRAR_UNREACHABLE");
  assert.equal(await completePapers(folder, question, { client: dead, trust }, output), 0);
  assert.match(told.at(-1) ?? "", /was born before, and is entered/);
  const { request: _, ...withoutRequest } = question;
  assert.equal(await completePapers(folder, withoutRequest, { client: dead, trust }, output), 0);
});

test("a station's answer to a birth that is entered by now changes nothing", async () => {
  const { answer, question, claim } = await bear("P-4");
  await keepProvisional(folder, answer, output);
  await intake.take(opened, claim);
  await completePapers(folder, question, { client, trust }, output);
  assert.equal(await keepProvisional(folder, answer, output), 0);
  assert.ok(!existsSync(folder.provisional));
});

test("refused: a station's answer into the folder of a birth that is entered", async () => {
  const { answer, claim } = await bear("P-5");
  await intake.take(opened, claim);
  const entered = await fetchEntered(answer, client);
  assert.ok(typeof entered === "object");
  await writePapers(folder, entered);
  const before = readFileSync(folder.certificate);
  const { answer: other } = await bear("P-6");
  await assert.rejects(keepProvisional(folder, other, output), { code: "NAT_CLIENT_FILE", message: /another birth/ });
  assert.deepEqual(readFileSync(folder.certificate), before);
  assert.ok(!existsSync(folder.provisional));
});

test("refused: another unit's words, or another key's request, for the folder", async () => {
  const { answer, question, claim } = await bear("P-7");
  const { question: other } = await bear("P-8");
  await keepProvisional(folder, answer, output);
  await intake.take(opened, claim);
  const refusal = { code: "NAT_DEVICE_BIRTH" };
  const complete = (asked: typeof question) => completePapers(folder, asked, { client, trust }, output);
  await assert.rejects(complete(other), refusal);
  await assert.rejects(complete({ ...question, request: other.request }), refusal);
  await assert.rejects(complete({ ...question, unit: { ...question.unit, facility: "plant 2" } }), refusal);
  assert.ok(await isProvisional(folder));
});

test("refused: a receipt of another birth, or none", async () => {
  const { answer, question } = await bear("P-9");
  const second = await bear("P-10");
  await intake.take(opened, second.claim);
  await keepProvisional(folder, answer, output);
  const complete = (bytes: Uint8Array) =>
    completePapers(
      folder,
      question,
      { client: { bytes: async () => bytes } as unknown as RegistrarClient, trust },
      output,
    );
  const receipt = await client.bytes(`/devices/${second.answer.device}/birth-receipt`);
  await assert.rejects(complete(receipt), { code: "NAT_DEVICE_BIRTH" });
  await assert.rejects(complete(receipt.subarray(1)), { code: "NAT_REGISTRY_RECEIPT" });
  assert.ok((await isProvisional(folder)) && !existsSync(folder.birthReceipt));
});

test("refused: a folder whose receipt was changed", async () => {
  const { answer, question, claim } = await bear("P-11");
  await keepProvisional(folder, answer, output);
  await intake.take(opened, claim);
  await completePapers(folder, question, { client, trust }, output);
  const { answer: next, claim: other } = await bear("P-12");
  await intake.take(opened, other);
  writeFileSync(folder.birthReceipt, await client.bytes(`/devices/${next.device}/birth-receipt`));
  await assert.rejects(completePapers(folder, question, { client, trust }, output), { code: "NAT_DEVICE_BIRTH" });
});

test("a station has no receipts, and any other refusal ends it", async () => {
  const { answer, question } = await bear("P-13");
  await keepProvisional(folder, answer, output);
  const complete = (code: `NAT_${string}`) =>
    completePapers(folder, question, { client: failing(code), trust }, output);
  assert.equal(await complete("NAT_HTTP_NOT_FOUND"), "station");
  await assert.rejects(complete("NAT_HTTP_UNAUTHENTICATED"), { code: "NAT_HTTP_UNAUTHENTICATED" });
});
