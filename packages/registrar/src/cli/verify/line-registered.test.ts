// SPDX-License-Identifier: Apache-2.0
// Lines of a batch about what a station bore: valid with a trust file and proof of registration, as `--trust` with
// `--receipt` or `--state-proof` judges one, and refused without it.

import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { generateKey, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { algorithms, encodePem } from "natalis/formats";
import { encodeUtf8, toBase64 } from "natalis/kernel";
import { encodeBirthReceipt, encodeTrustFile, receiptOf, stateProofOf } from "natalis/registry";
import {
  enrolment,
  lifecycleEvent,
  openUnsafeTestLog,
  TestAuthority,
  testArc,
  type TestBirth,
  testStart,
  testStationPrincipal,
} from "natalis/testing";
import { LineJudge } from "./line.ts";

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
const deviceSigner = signerOf();
const born = await own.birth(deviceSigner, { serial: "SN-1" }, station);
const { index, entry } = await log.enter(born.event);
/** Of the same key and unit, as only the station can make it: never entered. */
const twin = await own.birth(deviceSigner, { serial: "SN-1" }, station);
const other = await own.birth(signerOf(), { serial: "SN-2" }, station);
await log.enter(other.event);

const pem = ({ der }: { readonly der: Uint8Array }) => encodePem("CERTIFICATE", der);
const [root, issuing, authority] = [own.root, own.issuing, station.authority].map(({ certificate }) =>
  pem(certificate),
) as [string, string, string];
const trust = encodeTrustFile({ arc: testArc, roots: [own.root.certificate], log: log.trust.policy });
const foreign = encodeTrustFile({
  arc: testArc,
  roots: [own.root.certificate],
  log: (await openUnsafeTestLog()).trust.policy,
});
const salt = log.registry.tables.entries[index]?.salt as Uint8Array;
const receipt = toBase64(
  encodeBirthReceipt({
    receipt: await receiptOf(index, log.registry.stores, nodeHash),
    entry,
    salt,
    record: born.event.record,
  }),
);
const stateProofFor = async ({ event }: TestBirth) =>
  toBase64(await stateProofOf(event.device.id, log.registry.stores, nodeHash));
const stateProof = await stateProofFor(born);
const ended: (readonly [string, TestBirth, string])[] = [];
for (const [number, event] of (["suspended", "revoked", "retired"] as const).entries()) {
  const birth = await own.birth(signerOf(), { serial: `SN-9${number}` }, station);
  await log.enter(birth.event);
  await log.enter(lifecycleEvent(event, birth.event.device.id));
  ended.push([event, birth, await stateProofFor(birth)]);
}
const judge = new LineJudge();

async function answerTo({ certificate }: TestBirth, members: object): Promise<readonly [boolean, string | null]> {
  const chain = [pem(certificate), authority, issuing];
  const line = { id: 1, chain, at: "2026-03-02T00:00:00Z", ...members };
  const { valid, code } = JSON.parse(await judge.answer(encodeUtf8(JSON.stringify(line)))) as {
    readonly valid: boolean;
    readonly code: string | null;
  };
  return [valid, code];
}

suite("holds", () => {
  const lines: readonly [string, object][] = [
    ["with its receipt", { trust, receipt }],
    ["with a state proof", { trust, stateProof }],
    ["with both, white space around them", { trust, receipt: ` ${receipt}\n`, stateProof: `${stateProof}\r\n` }],
    ["with null for what is not there", { trust, receipt, stateProof: null, anchors: null }],
    ["with anchors beside", { trust, receipt, anchors: [root] }],
  ];
  for (const [title, members] of lines)
    test(title, async () => assert.deepEqual(await answerTo(born, members), [true, null]));
});

suite("refused", () => {
  const lines: readonly [string, TestBirth, object, string][] = [
    ["without proof", born, { trust }, "NAT_PATH_PROVISIONAL"],
    ["under every policy", born, { trust, revocation: "off", legacy: true }, "NAT_PATH_PROVISIONAL"],
    ["where nobody knows the extension", born, { anchors: [root] }, "NAT_PATH_EXTENSION"],
    ["what the station minted beside, with the receipt", twin, { trust, receipt }, "NAT_REGISTRY_RECEIPT"],
    ["what the station minted beside, with the state", twin, { trust, stateProof }, "NAT_CLIENT_QUESTION"],
    ["with another birth's receipt", other, { trust, receipt }, "NAT_REGISTRY_RECEIPT"],
    ["with another birth's state", other, { trust, stateProof }, "NAT_CLIENT_QUESTION"],
    ["of another log", born, { trust: foreign, receipt }, "NAT_REGISTRY_RECEIPT"],
    ["with a good receipt and a bad state", born, { trust, receipt, stateProof: "oA==" }, "NAT_REGISTRY_STATE_PROOF"],
    ["with a receipt that is no base64", born, { trust, receipt: "?" }, "NAT_BYTES_BASE64"],
    ["with an empty receipt", born, { trust, receipt: "" }, "NAT_REGISTRY_RECEIPT"],
    ["with an empty state proof", born, { trust, stateProof: " " }, "NAT_REGISTRY_STATE_PROOF"],
    ["with a trust file that is none", born, { trust: "{}", receipt }, "NAT_REGISTRY_TRUST_FILE"],
    ["with a trust file that is empty", born, { trust: "", receipt }, "NAT_REGISTRY_TRUST_FILE"],
  ];
  for (const [title, birth, members, code] of lines)
    test(title, async () => assert.deepEqual(await answerTo(birth, members), [false, code]));
});

suite("no longer active", () => {
  for (const [state, birth, proof] of ended)
    test(state, async () =>
      assert.deepEqual(await answerTo(birth, { trust, stateProof: proof }), [false, "NAT_CLIENT_STATE"]),
    );
});

test("a trust file without proof trusts its roots", async () => {
  const ordinary = await own.birth(signerOf());
  assert.deepEqual(await answerTo(ordinary, { trust }), [true, null]);
});

test("what one line proved does not count for the next", async () => {
  assert.deepEqual(await answerTo(born, { trust, receipt }), [true, null]);
  assert.deepEqual(await answerTo(born, { trust }), [false, "NAT_PATH_PROVISIONAL"]);
});
