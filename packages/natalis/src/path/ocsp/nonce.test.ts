// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey } from "@natalis/node";
import { algorithms } from "../../formats/index.ts";
import { forgeCertificate } from "../../testing/certificate-forge.ts";
import { forgeResponse } from "../../testing/status-forge.ts";
import { requireNonce } from "../index.ts";

const responder = await forgeCertificate({ name: "root", signer: generateKey(algorithms.ES256).signer });
const producedAt = new Date("2026-11-24T00:00:00Z");
const sent = new Uint8Array(32).fill(1);
const answered = (nonce?: Uint8Array) => forgeResponse({ responder, producedAt, answers: [], nonce });

test("the nonce that was sent comes back", async () => {
  for (const missing of ["refuse", "accept"] as const) requireNonce(await answered(sent), sent, missing);
});

test("another one is refused, whatever may be missing", async () => {
  for (const missing of ["refuse", "accept"] as const)
    for (const nonce of [sent.with(31, 0), sent.subarray(1)]) {
      const response = await answered(nonce);
      assert.throws(() => requireNonce(response, sent, missing), { code: "NAT_OCSP_NONCE" });
    }
});

test("none is refused unless that is accepted", async () => {
  const response = await answered();
  requireNonce(response, sent, "accept");
  assert.throws(() => requireNonce(response, sent, "refuse"), { code: "NAT_OCSP_NONCE" });
});
