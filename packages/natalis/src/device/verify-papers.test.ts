// SPDX-License-Identifier: Apache-2.0
// Papers of a birth that a station bore: believed only where the log's entry is of this very certificate.

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { algorithms } from "../formats/index.ts";
import { receiptOf, type TrustFile } from "../registry/index.ts";
import {
  enrolment,
  openUnsafeTestLog,
  TestAuthority,
  testArc,
  testStart,
  testStationPrincipal,
} from "../testing/index.ts";
import { type BirthPapers, verifyPapers } from "./index.ts";

const signerOf = () => generateKey(algorithms.ES256).signer;
const own = await TestAuthority.open({
  at: testStart,
  rootSigner: signerOf(),
  issuingSigner: signerOf(),
  verifier: nodeSignatureVerifier,
});
const station = await own.station({ signer: signerOf() });
const log = await openUnsafeTestLog();
await log.enter(enrolment(testStationPrincipal.id, { products: ["test-product"] }));
const trust: TrustFile = { arc: testArc, roots: [own.root.certificate], log: log.trust.policy };
const signer = signerOf();
const born = await own.birth(signer, { serial: "SN-1" }, station);
const twin = await own.birth(signer, { serial: "SN-1" }, station);
const { index, entry } = await log.enter(born.event);
const salt = log.registry.tables.entries[index]?.salt as Uint8Array;
const papers: BirthPapers = {
  certificate: born.certificate.der,
  chain: [station.authority, own.issuing, own.root].map(({ certificate }) => certificate.der),
  record: born.event.record,
  entry,
  receipt: await receiptOf(index, log.registry.stores, nodeHash),
  salt,
};
const unit = { product: "test-product", model: "TEST-1", serial: "SN-1", facility: "TEST site" };
const verify = (changes: Partial<BirthPapers>) =>
  verifyPapers({
    papers: { ...papers, ...changes },
    publicKey: signer.publicKey,
    unit,
    trust,
    at: testStart,
    verifier: nodeSignatureVerifier,
    hash: nodeHash,
  });
const refused = (message: RegExp) => ({ code: "NAT_DEVICE_BIRTH", message });

test("with the salt the papers are believed", async () => {
  assert.deepEqual((await verify({})).deviceId, born.event.device.id);
});

test("without it, with another one, or with another certificate of the same key and unit they are not", async () => {
  await assert.rejects(verify({ salt: undefined }), refused(/no salt shows/));
  await assert.rejects(verify({ salt: salt.with(0, (salt[0] as number) ^ 1) }), refused(/another certificate/));
  await assert.rejects(verify({ certificate: twin.certificate.der, record: twin.event.record }), refused(/another/));
});
