// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey, nodeCredentialCryptography, nodeEntropy, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { algorithms } from "../../formats/index.ts";
import { isNatalisError } from "../../kernel/index.ts";
import { authorityExtensions, forgeCertificate } from "../../testing/certificate-forge.ts";
import { forgeArea, forgeTpm, type ForgedTpmOptions, without } from "../../testing/tpm-forge.ts";
import type { EvidenceContext } from "../evidence.ts";
import { type AttestationClaim, startActivation } from "./activation.ts";
import { encodePublicArea } from "./public-area.ts";
import { objectName } from "./public-key.ts";

const newKey = () => generateKey(algorithms.ES256).signer;
const root = await forgeCertificate({ name: "maker", signer: newKey(), extensions: authorityExtensions() });
const [endorsement, attestation] = [newKey(), newKey()];
const context: EvidenceContext = {
  at: new Date("2026-11-24T12:00:00Z"),
  roots: [{ name: "maker", certificate: root.certificate, formats: ["tpm2-certify"], cap: 3 }],
  hash: nodeHash,
  verifier: nodeSignatureVerifier,
};
const ports = { entropy: nodeEntropy, cryptography: nodeCredentialCryptography };
const claimOf = async (options: Partial<ForgedTpmOptions> = {}) =>
  (await forgeTpm({ issuer: root, endorsement, attestation, ...options })).claim;
const start = (claim: AttestationClaim) => startActivation(claim, context, ports);
const refused = (claim: AttestationClaim, code: `NAT_${string}`) =>
  assert.rejects(start(claim), (error) => isNatalisError(error, code));

test("a secret for this endorsement key and this attestation key", async () => {
  const claim = await claimOf();
  const { credential, activation } = await start(claim);
  assert.equal(activation.secret.length, 32);
  assert.deepEqual(activation.attestationKeyName, objectName(claim.attestationKey));
  assert.deepEqual(activation.endorsementKeyHash, nodeHash.sha256(endorsement.publicKey));
  // HMAC, and the encrypted TPM2B of 32 octets.
  assert.equal(credential.credentialBlob.length, 2 + 32 + 2 + 32);
  assert.equal(credential.encryptedSecret.length, 2 * (2 + 32));
});

test("no secret twice", async () => {
  const claim = await claimOf();
  assert.notDeepEqual((await start(claim)).activation.secret, (await start(claim)).activation.secret);
});

test("none for a key that signs more than what the TPM says, or could leave", async () => {
  const area = forgeArea(attestation, ["restricted", "sign"]);
  for (const name of ["restricted", "sign", "fixedTPM", "fixedParent", "sensitiveDataOrigin"] as const)
    await refused(await claimOf({ attestationArea: without(area, name) }), "NAT_EVIDENCE_ATTRIBUTES");
});

test("none for what is no public area, and none without the endorsement", async () => {
  const claim = await claimOf();
  await refused({ ...claim, attestationKey: new Uint8Array(5) }, "NAT_EVIDENCE_MALFORMED");
  await refused({ ...claim, endorsementCertificates: [] }, "NAT_EVIDENCE_MALFORMED");
  await refused({ ...claim, endorsementKey: encodePublicArea(forgeArea(endorsement, [])) }, "NAT_EVIDENCE_ATTRIBUTES");
  const stranger = await forgeCertificate({ name: "x", signer: newKey(), extensions: authorityExtensions() });
  await refused(await claimOf({ issuer: stranger }), "NAT_EVIDENCE_ROOT");
});
