// SPDX-License-Identifier: Apache-2.0
// Record and certificate must speak of the same birth.

import assert from "node:assert/strict";
import test from "node:test";
import { generateKey, nodeHash } from "@natalis/node";
import { algorithms, oidsOf } from "../formats/index.ts";
import { TestAuthority, testArc } from "../testing/index.ts";
import { bornFactsReader } from "./born-facts.ts";
import { type BirthRecord, encodeBirthRecord, parseBirthRecord } from "./record.ts";

const own = await TestAuthority.open();
const key = () => generateKey(algorithms.ES256).signer;
const { event } = await own.birth(key(), { serial: "SN-1", hardwareRevision: "C" });
const read = bornFactsReader({ oids: oidsOf(testArc), hash: nodeHash });
const documents = { record: event.record, certificate: event.certificate };

test("a birth's documents give the row that the birth gave", () => {
  const { unitTag: _, ...facts } = event.device;
  assert.deepEqual(read(documents), facts);
});

test("refused: another birth's record or certificate", async () => {
  const { event: other } = await own.birth(key(), { serial: "SN-2" });
  for (const mixed of [
    { ...documents, record: other.record },
    { ...documents, certificate: other.certificate },
  ])
    assert.throws(() => read(mixed), { code: "NAT_BIRTH_DOCUMENTS", detail: /birth record/ });
});

const right = parseBirthRecord(event.record);
const differing: readonly [string, Partial<BirthRecord>][] = [
  ["maker", { maker: "Others" }],
  ["model", { model: "TEST-2" }],
  ["serial", { serial: "SN-2" }],
  ["device id", { deviceId: new Uint8Array(16) }],
  ["key", { keyHash: new Uint8Array(32) }],
  ["custody", { custody: 4 }],
  ["authority", { authorityKeyId: new Uint8Array(20) }],
  ["second of birth", { bornAt: right.bornAt + 1 }],
];

/** A hash that takes every record for the one that the certificate names: what is left are the fields themselves. */
function blindTo(record: Uint8Array) {
  return { sha256: (data: Uint8Array) => nodeHash.sha256(data === record ? event.record : data) };
}

for (const [what, change] of differing)
  test(`refused: another ${what} in the record than in the certificate`, () => {
    const record = encodeBirthRecord({ ...right, ...change });
    assert.throws(() => read({ ...documents, record }), { code: "NAT_BIRTH_DOCUMENTS", detail: /birth record/ });
    const reader = bornFactsReader({ oids: oidsOf(testArc), hash: blindTo(record) });
    assert.throws(() => reader({ ...documents, record }), { code: "NAT_BIRTH_DOCUMENTS" });
  });

test("refused: a certificate of another arc, which has no birth extension for us", () => {
  const elsewhere = bornFactsReader({ oids: oidsOf("1.3.6.1.4.1.99999"), hash: nodeHash });
  assert.throws(() => elsewhere(documents), { code: "NAT_BIRTH_DOCUMENTS" });
});

test("refused: malformed documents", () => {
  assert.throws(() => read({ ...documents, record: new Uint8Array(3) }), { code: "NAT_BIRTH_RECORD" });
  assert.throws(() => read({ ...documents, certificate: new Uint8Array(3) }), { code: /^NAT_DER_/ });
});
