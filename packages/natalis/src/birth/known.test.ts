// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import test from "node:test";
import { generateKey, nodeAuthenticator, nodeHash } from "@natalis/node";
import { buildCertificationRequest } from "../device/index.ts";
import { algorithms } from "../formats/index.ts";
import { equalBytes } from "../kernel/index.ts";
import { type DeviceRow, unitTag } from "../registry/index.ts";
import { TestAuthority } from "../testing/index.ts";
import { lookUpBirth } from "./known.ts";

const { profile } = await TestAuthority.open();
const authenticator = nodeAuthenticator(new Uint8Array(32).fill(1));
const { signer } = generateKey(algorithms.ES256);
const request = {
  certificationRequest: await buildCertificationRequest({ serial: "SN-1", signer }),
  model: "TEST-1",
  serial: "SN-1",
  facility: "TEST site",
};
const tag = await unitTag({ maker: profile.maker, model: "TEST-1", serial: "SN-1" }, authenticator);
const device = { ordinal: 5 } as DeviceRow;

const keyHash = nodeHash.sha256(signer.publicKey);
const birthByEvidence = () => assert.fail("asked for evidence where there is none");

test("key and unit are looked up as the registry names them", async () => {
  const births = {
    birthByKey: (hash: Uint8Array) => (equalBytes(hash, nodeHash.sha256(signer.publicKey)) ? device : undefined),
    birthByUnit: (asked: Uint8Array) => (equalBytes(asked, tag) ? device : undefined),
    birthByEvidence,
  };
  assert.deepEqual(await lookUpBirth(request, { profile, births, authenticator, hash: nodeHash }), {
    unitTag: tag,
    keyHash,
    byKey: device,
    byUnit: device,
  });
});

test("what is not known is absent", async () => {
  const births = { birthByKey: () => undefined, birthByUnit: async () => undefined, birthByEvidence };
  const known = await lookUpBirth(request, { profile, births, authenticator, hash: nodeHash });
  assert.deepEqual(known, { unitTag: tag, keyHash });
});

test("a birth that is committed between the two questions is not taken for one with another key", async () => {
  let isCommitted = false;
  const births = {
    birthByKey: () => (isCommitted ? device : undefined),
    birthByUnit: () => {
      isCommitted = true;
      return device;
    },
    birthByEvidence,
  };
  const known = await lookUpBirth(request, { profile, births, authenticator, hash: nodeHash });
  assert.deepEqual(known, { unitTag: tag, keyHash, byKey: device, byUnit: device });
});

test("refused: a request that is none", async () => {
  const births = { birthByKey: () => assert.fail("asked"), birthByUnit: () => assert.fail("asked"), birthByEvidence };
  const broken = { ...request, certificationRequest: Uint8Array.of(0x30, 0) };
  await assert.rejects(lookUpBirth(broken, { profile, births, authenticator, hash: nodeHash }), { code: /^NAT_DER_/ });
});

test("evidence is looked up by the hash of its bytes", async () => {
  const statement = Uint8Array.of(1, 2, 3);
  const births = {
    birthByKey: () => undefined,
    birthByUnit: () => undefined,
    birthByEvidence: ([digest]: readonly Uint8Array[]) =>
      digest !== undefined && equalBytes(digest, nodeHash.sha256(statement)) ? device : undefined,
  };
  const asked = { ...request, evidence: [{ format: "chip", statement }] };
  const known = await lookUpBirth(asked, { profile, births, authenticator, hash: nodeHash });
  assert.deepEqual(known, { unitTag: tag, keyHash, byEvidence: device });
});
