// SPDX-License-Identifier: Apache-2.0
// Units of a batch that a station bore, at the registrar: entered ones get their receipts, the others stay provisional.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, beforeEach, test } from "node:test";
import { nodeHash } from "@natalis/node";
import { parseBirthRecord } from "natalis/birth";
import { encodePem } from "natalis/formats";
import { formatUuid, NatalisError, toBase64 } from "natalis/kernel";
import { VolatileInsecureRegistry } from "natalis/testing";
import { Proofs } from "../../service/proofs.ts";
import { openUnsafeTestRegistry } from "../../service/unsafe-test-registry.ts";
import { intakeOf, UnsafeTestStation } from "../../service/unsafe-test-station.ts";
import { checkAnyAnswer } from "../birth-answer.ts";
import { completeUnits, type ProvisionalUnit } from "./complete-units.ts";
import { ResultFile, type UnitResult } from "./results.ts";

const parent = mkdtempSync(join(tmpdir(), "natalis-complete-"));
after(() => rmSync(parent, { recursive: true }));
const made = await openUnsafeTestRegistry(new VolatileInsecureRegistry().stores);
const station = await UnsafeTestStation.enrol(made, { quota: 100 });
const admin = { id: "admin", name: "admin", role: "admin", products: [] } as const;
const intake = intakeOf(made);
const opened = await intake.open(station.id, admin);
const pem = (der: Uint8Array) => encodePem("CERTIFICATE", der);
const chain = [station.enrolled.certificate, ...station.enrolled.chain].map(pem);

let files = 0;
let path: string;
let results: ResultFile;
let asked: string[];

beforeEach(async () => {
  path = join(parent, `results-${files++}`);
  results = await ResultFile.open(path);
  asked = [];
});

afterEach(() => results.close());

let serials = 0;
async function bear(isEntered: boolean): Promise<ProvisionalUnit> {
  const serial = `C-${serials++}`;
  const claim = await station.bear(serial);
  if (isEntered) await intake.take(opened, claim);
  const facts = { product: "sensor", model: "S1", serial };
  const request = encodePem("CERTIFICATE REQUEST", claim.certificationRequest);
  const device = formatUuid(parseBirthRecord(claim.record).deviceId);
  const papers = { certificate: pem(claim.certificate), chain, record: toBase64(claim.record) };
  const result: UnitResult = {
    line: serials,
    status: 201,
    birth: { device, kind: "provisional", ...papers },
    ...facts,
  };
  await results.add([result]);
  return { unit: { line: serials, body: { ...facts, facility: "plant 1", request } }, result };
}

const many = (count: number, isEntered: boolean) => Promise.all(Array.from({ length: count }, () => bear(isEntered)));

async function receiptAt(path: string): Promise<Uint8Array> {
  asked.push(path);
  const [, , id = ""] = path.split("/");
  const bytes = Uint8Array.from(Buffer.from(id.replaceAll("-", ""), "hex"));
  return new Proofs(made.stores, nodeHash).wholeReceipt(bytes, admin);
}

const complete = (units: readonly ProvisionalUnit[], bytes = receiptAt) =>
  completeUnits(units, { client: { bytes }, trust: made.trust, check: checkAnyAnswer, results });

const left = (units: readonly ProvisionalUnit[]) =>
  units.filter(({ unit }) => results.provisional(unit.body) !== undefined).length;

test("what is entered gets its receipt, what is not stays provisional, and a second run asks for that alone", async () => {
  const units = [...(await many(12, true)), ...(await many(3, false))];
  assert.equal(left(units), 15);
  assert.equal(await complete(units), 12);
  assert.deepEqual([left(units), asked.length], [3, 15]);
  await results.close();
  results = await ResultFile.open(path);
  assert.equal(left(units), 3);
  assert.ok(units.every(({ unit }) => results.hasBorn(unit.body)));
});

test("a station is asked for a few and then no more", async () => {
  const units = await many(30, true);
  const station = async (path: string) => {
    asked.push(path);
    throw new NatalisError("NAT_HTTP_NOT_FOUND", "No.", path);
  };
  assert.equal(await complete(units, station), 0);
  assert.ok(asked.length < units.length, `${asked.length} were asked for`);
  assert.equal(left(units), 30);
});

test("refused: another birth's receipt; what was entered before stays", async () => {
  const units = await many(2, true);
  const [first, second] = units.map(({ result }) => result.birth?.device ?? "");
  const swapped = (path: string) => receiptAt(path.replace(first as string, second as string));
  await assert.rejects(complete(units, swapped), { code: "NAT_DEVICE_BIRTH" });
  assert.ok(results.provisional(units[0]?.unit.body as ProvisionalUnit["unit"]["body"]) !== undefined);
});

test("refused: the registrar's own refusal, with its code", async () => {
  const denied = () => Promise.reject(new NatalisError("NAT_AUTHORIZE_DENIED", "No.", "by the test"));
  await assert.rejects(complete(await many(1, true), denied), { code: "NAT_AUTHORIZE_DENIED" });
});

test("nothing that is provisional is nothing to ask for", async () => {
  const { unit, result } = await bear(true);
  assert.equal(await complete([{ unit, result: { ...result, birth: undefined } }]), 0);
  assert.equal(await complete([]), 0);
  assert.deepEqual(asked, []);
});
