// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey, nodeEntropy, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { buildCertificationRequest } from "../device/index.ts";
import { algorithms } from "../formats/index.ts";
import { TestAuthority, testStationPrincipal } from "../testing/index.ts";
import { requireDeviceKey } from "./device-key.ts";
import { prepareBirth } from "./prepare.ts";

const key = () => generateKey(algorithms.ES256).signer;
const [rootSigner, issuingSigner] = [key(), key()];
const own = await TestAuthority.open({ rootSigner, issuingSigner });
const refused = { name: "NatalisError", code: "NAT_BIRTH_KEY_AUTHORITY" };

test("a key is a device's where no authority has it", () => {
  const authorities = [own.root.certificate, own.issuing.certificate];
  requireDeviceKey(key().publicKey, authorities);
  requireDeviceKey(rootSigner.publicKey, []);
  for (const { publicKey } of [rootSigner, issuingSigner])
    assert.throws(() => requireDeviceKey(publicKey, authorities), refused);
});

test("a birth is not prepared for the key that would sign its certificate", async () => {
  const prepare = async (signer: typeof rootSigner) =>
    prepareBirth(
      {
        certificationRequest: await buildCertificationRequest({ serial: "A-1", signer }),
        model: "TEST-1",
        serial: "A-1",
        facility: "TEST site",
      },
      { unitTag: new Uint8Array(32) },
      {
        principal: testStationPrincipal,
        profile: own.profile,
        authority: own.issuing,
        at: new Date("2026-03-01T12:00:00Z"),
        entropy: nodeEntropy,
        hash: nodeHash,
        verifier: nodeSignatureVerifier,
      },
    );
  await assert.rejects(prepare(issuingSigner), refused);
  assert.equal((await prepare(key())).kind, "new");
});
