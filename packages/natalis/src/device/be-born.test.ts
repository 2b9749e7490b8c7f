// SPDX-License-Identifier: Apache-2.0
// A device believes nothing of a registrar's answer that does not verify.

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { algorithms, encodePem, parseCertificate, parsePem } from "../formats/index.ts";
import { encodeUtf8, fromBase64, isNatalisError, type Signer, toBase64 } from "../kernel/index.ts";
import { type TrustFile, verifyReceipt } from "../registry/index.ts";
import { TestAuthority, testArc, testStationPrincipal } from "../testing/test-authority.ts";
import { enrolment, openUnsafeTestLog } from "../testing/unsafe-test-log.ts";
import { beBorn, type RegistrarConnection, type UnitFacts } from "./index.ts";

const authority = await TestAuthority.open();
const log = await openUnsafeTestLog();
await log.enter(enrolment(testStationPrincipal.id, { products: ["test-product"] }));
const trust: TrustFile = { arc: testArc, roots: [authority.root.certificate], log: log.trust.policy };
const unit: UnitFacts = { product: "test-product", model: "TEST-1", serial: "TEST-SDK", facility: "TEST site" };
const key = (): Signer => generateKey(algorithms.ES256).signer;

type Answer = Record<string, unknown>;

/** A real birth of that key and unit, as the registrar would answer it. */
async function birthOf(signer: Signer, serial: string): Promise<Answer> {
  const { event } = await authority.birth(signer, { serial });
  const { entry, index, receipt } = await log.enter(event);
  const chain = [authority.issuing.certificate.der, authority.root.certificate.der];
  return {
    kind: "born",
    index,
    certificate: encodePem("CERTIFICATE", event.certificate),
    chain: chain.map((der) => encodePem("CERTIFICATE", der)),
    record: toBase64(event.record),
    entry: toBase64(entry),
    receipt,
  };
}

const signer = key();
const good = await birthOf(signer, unit.serial);
const other = await birthOf(key(), "TEST-OTHER");

function answering(answer: unknown, status = 201): RegistrarConnection {
  return { send: () => ({ status, body: encodeUtf8(typeof answer === "string" ? answer : JSON.stringify(answer)) }) };
}

function bear(registrar: RegistrarConnection, asked = unit) {
  const at = new Date(authority.at.getTime() + 60_000);
  return beBorn({ registrar, signer, unit: asked, trust, at, verifier: nodeSignatureVerifier, hash: nodeHash });
}

test("an answer that verifies becomes the device's papers", async () => {
  const born = await bear(answering(good));
  assert.deepEqual(born.certificate, parsePem(good.certificate as string, "CERTIFICATE")[0]);
  assert.deepEqual(born.record, fromBase64(good.record as string));
  assert.equal(born.chain.length, 2);
  assert.equal(born.deviceId.length, 16);
  assert.ok(born.checkpoint.size > 0);
});

test("born after the device looked at the clock: up to a minute later is what was asked for, more is the future", async () => {
  const ports = { registrar: answering(good), signer, unit, trust, verifier: nodeSignatureVerifier, hash: nodeHash };
  const [der = new Uint8Array(0)] = parsePem(good.certificate as string, "CERTIFICATE");
  const begins = parseCertificate(der).notBefore.getTime();
  for (const before of [0, 1, 60_000]) await beBorn({ ...ports, at: new Date(begins - before) });
  await assert.rejects(beBorn({ ...ports, at: new Date(begins - 60_001) }), (error) => {
    assert.ok(isNatalisError(error, "NAT_DEVICE_BIRTH"));
    return isNatalisError(error.cause, "NAT_PATH_NOT_YET_VALID");
  });
});

test("the request goes to /births and carries the facts", async () => {
  const sent: string[] = [];
  const recording: RegistrarConnection = {
    send(method, path, body = "") {
      sent.push(method, path, body);
      return answering(good).send(method, path, body);
    },
  };
  await bear(recording);
  assert.deepEqual(sent.slice(0, 2), ["POST", "/births"]);
  const { request, ...facts } = JSON.parse(sent[2] ?? "");
  assert.deepEqual(facts, unit);
  assert.equal(parsePem(request, "CERTIFICATE REQUEST").length, 1);
});

test("evidence goes with the request", async () => {
  const sent: string[] = [];
  const registrar: RegistrarConnection = {
    send(method, path, body = "") {
      sent.push(body);
      return answering(good).send(method, path, body);
    },
  };
  const evidence = [{ format: "pkcs11-declared", statement: Uint8Array.of(0xa0) }];
  const ports = { verifier: nodeSignatureVerifier, hash: nodeHash };
  const attestation = "00112233445566778899aabbccddeeff";
  await beBorn({ registrar, signer, unit, evidence, attestation, trust, at: authority.at, ...ports });
  const body = JSON.parse(sent[0] ?? "") as Record<string, unknown>;
  assert.deepEqual(body.evidence, [{ format: "pkcs11-declared", statement: "oA==" }]);
  assert.equal(body.attestation, attestation);
});

test("a retry that is answered again is believed as well", async () => {
  await bear(answering(good, 200));
});

const lies: readonly (readonly [string, Answer])[] = [
  ["another device's certificate", { certificate: other.certificate }],
  ["another device's record", { record: other.record }],
  ["another device's entry and receipt", { entry: other.entry, receipt: other.receipt }],
  ["a receipt of another entry", { receipt: other.receipt }],
  ["no chain", { chain: [] }],
  ["a chain of too many", { chain: Array.from({ length: 9 }, () => (good.chain as string[])[0]) }],
  ["a chain that is none", { chain: "chain" }],
  ["two certificates in one place", { certificate: [good.certificate, good.certificate].join("") }],
  ["no certificate", { certificate: undefined }],
  ["a record that is no base64", { record: "*" }],
  ["a receipt that is none", { receipt: "c2sp.org/tlog-proof@v1\n" }],
];
for (const [title, lie] of lies)
  test(`refused: ${title}`, async () => {
    await assert.rejects(bear(answering({ ...good, ...lie })), { code: "NAT_DEVICE_BIRTH" });
  });

test("refused: a record of another unit than the one asked for", async () => {
  const lies: Partial<UnitFacts>[] = [
    { model: "TEST-2" },
    { facility: "elsewhere" },
    { product: "other" },
    { serial: "TEST-OTHER" },
    { hardwareRevision: "B" },
    { firmwareDigest: "00".repeat(32) },
  ];
  for (const lie of lies)
    await assert.rejects(bear(answering(good), { ...unit, ...lie }), { code: "NAT_DEVICE_BIRTH" });
});

test("witnesses that have not seen the birth yet do not stop it", async () => {
  const policy = { ...trust.log, quorum: "witnesses" };
  const ports = { verifier: nodeSignatureVerifier, hash: nodeHash };
  const entry = fromBase64(good.entry as string);
  await assert.rejects(verifyReceipt(good.receipt as string, entry, { policy, ...ports }), isNatalisError);
  const input = { signer, unit, trust: { ...trust, log: policy }, at: authority.at, ...ports };
  assert.deepEqual((await beBorn({ registrar: answering(good), ...input })).entry, entry);
});

test("refused: another authority's birth", async () => {
  const foreign: TrustFile = { ...trust, roots: [(await TestAuthority.open()).root.certificate] };
  const at = new Date(authority.at.getTime() + 60_000);
  const ports = { verifier: nodeSignatureVerifier, hash: nodeHash };
  await assert.rejects(beBorn({ registrar: answering(good), signer, unit, trust: foreign, at, ...ports }), {
    code: "NAT_DEVICE_BIRTH",
  });
});

test("the registrar's refusal keeps its code", async () => {
  const problem = { code: "NAT_BIRTH_UNIT_REUSED", title: "Born before.", detail: "with another key" };
  await assert.rejects(bear(answering(problem, 409)), { code: "NAT_BIRTH_UNIT_REUSED", detail: "with another key" });
});

for (const [title, answer, status] of [
  ["not JSON", "<html>", 502],
  ["no object", "null", 201],
  ["a problem without a code of ours", { title: "x" }, 500],
  ["a code that is none", { code: "NAT_<script>" }, 400],
] as const)
  test(`refused: ${title}`, async () => {
    await assert.rejects(bear(answering(answer, status)), { code: "NAT_DEVICE_BIRTH" });
  });
