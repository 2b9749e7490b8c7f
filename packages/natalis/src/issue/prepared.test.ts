// SPDX-License-Identifier: Apache-2.0
// The token: only the rules give one, and it serves once, for the issuer's signer alone.

import assert from "node:assert/strict";
import test from "node:test";
import { generateKey, nodeEntropy, nodeSignatureVerifier } from "@natalis/node";
import { algorithms, parseCertificate } from "../formats/index.ts";
import type { Signer } from "../kernel/index.ts";
import { TestAuthority } from "../testing/index.ts";
import * as issue from "./index.ts";
import { newSerial, type PreparedCertificate, prepareCertificate, signPrepared } from "./index.ts";

const issuingSigner: Signer = generateKey(algorithms.ES256).signer;
const own = await TestAuthority.open({ rootSigner: generateKey(algorithms.ES256).signer, issuingSigner });

function prepared(): PreparedCertificate {
  const facts = {
    serialNumber: newSerial(nodeEntropy),
    deviceId: nodeEntropy.bytes(16),
    model: "TEST-1",
    serial: "SN-1",
    publicKey: generateKey(algorithms.ES256).signer.publicKey,
    custody: 0,
    recordHash: new Uint8Array(32),
    bornAt: own.at,
  };
  return prepareCertificate({ authority: own.issuing, profile: own.profile, facts });
}

test("a token gives one certificate", async () => {
  const token = prepared();
  const { tbs, signature } = parseCertificate(await signPrepared(token, issuingSigner));
  assert.ok(nodeSignatureVerifier.verify(algorithms.ES256, issuingSigner.publicKey, tbs, signature));
  await assert.rejects(signPrepared(token, issuingSigner), { code: "NAT_ISSUE_TOKEN_USED" });
});

test("a token is spent when signing begins: two at once give one certificate", async () => {
  const token = prepared();
  const slow: Signer = { ...issuingSigner, sign: async (data) => issuingSigner.sign(data) };
  const outcomes = await Promise.allSettled([signPrepared(token, slow), signPrepared(token, slow)]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ["fulfilled", "rejected"],
  );
});

test("a token is spent by a signer that fails: nobody knows what it did", async () => {
  const token = prepared();
  const broken: Signer = { ...issuingSigner, sign: () => Promise.reject(new Error("the token was pulled")) };
  await assert.rejects(signPrepared(token, broken), /pulled/);
  await assert.rejects(signPrepared(token, issuingSigner), { code: "NAT_ISSUE_TOKEN_USED" });
});

test("another signer is refused and does not spend the token", async () => {
  const token = prepared();
  for (const other of [own.rootSigner, generateKey(algorithms.EdDSA).signer])
    await assert.rejects(signPrepared(token, other), { code: "NAT_ISSUE_SIGNER" });
  await signPrepared(token, issuingSigner);
});

test("what did not come out of preparation is not signed", async () => {
  for (const forged of [{}, null, undefined, "token", Object.create(Object.getPrototypeOf(prepared()))])
    await assert.rejects(signPrepared(forged as PreparedCertificate, issuingSigner), {
      code: "NAT_ISSUE_TOKEN_FORGED",
    });
});

test("a token shows no bytes, and the room gives out no way to make one", () => {
  assert.deepEqual(Object.keys(prepared()), []);
  assert.equal("PreparedCertificate" in issue, false);
});
