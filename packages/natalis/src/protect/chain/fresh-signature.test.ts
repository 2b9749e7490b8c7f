// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { test } from "node:test";
import { generateKey, nodeHash as hash, nodeSignatureVerifier as verifier } from "@natalis/node";
import { algorithms } from "../../formats/index.ts";
import { evidenceBinding, freshSignature, requiredValue } from "../../testing/evidence-forge.ts";
import { freshSignatureScheme } from "../index.ts";
import { requireFreshSignature } from "./fresh-signature.ts";

const context = { hash, verifier };
const refusal = { name: "NatalisError", code: "NAT_EVIDENCE_FRESHNESS" };

for (const algorithm of Object.values(algorithms))
  test(`${algorithm.name}: of this key, nonce and facts`, async () => {
    const { signer } = generateKey(algorithm);
    const binding = evidenceBinding(signer.publicKey);
    const signature = await freshSignature(signer, binding);
    assert.equal(freshSignatureScheme(signer.publicKey), algorithm);
    await requireFreshSignature(signature, binding, context);
    for (const other of [
      evidenceBinding(signer.publicKey, "another birth"),
      { ...binding, factsHash: new Uint8Array(32) },
    ])
      await assert.rejects(requireFreshSignature(signature, other, context), refusal);
    const stranger = evidenceBinding(generateKey(algorithm).signer.publicKey);
    await assert.rejects(requireFreshSignature(signature, stranger, context), refusal);
  });

const foreign = {
  "RSA of 2048 bits": [generateKeyPairSync("rsa", { modulusLength: 2048 }), "sha256"],
  "P-521": [generateKeyPairSync("ec", { namedCurve: "P-521" }), "sha512"],
  Ed448: [generateKeyPairSync("ed448"), null],
} as const;

for (const [title, [{ publicKey, privateKey }, digest]] of Object.entries(foreign))
  test(`${title}: by the one scheme for it`, async () => {
    const binding = evidenceBinding(new Uint8Array(publicKey.export({ format: "der", type: "spki" })));
    const signature = new Uint8Array(sign(digest, requiredValue(binding), privateKey));
    await requireFreshSignature(signature, binding, context);
    await assert.rejects(
      requireFreshSignature(signature.with(20, (signature[20] as number) ^ 1), binding, context),
      refusal,
    );
  });

test("it may not lack where there is a nonce, and is not asked for where there is none", async () => {
  const { nonce, ...unbound } = evidenceBinding(generateKey(algorithms.ES256).signer.publicKey);
  await requireFreshSignature(undefined, unbound, context);
  await assert.rejects(requireFreshSignature(undefined, { ...unbound, nonce }, context), refusal);
});
