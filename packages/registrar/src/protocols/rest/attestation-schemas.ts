// SPDX-License-Identifier: Apache-2.0
// The shapes of a birth's first round trip, where its evidence is to be bound to a nonce.

import { z } from "zod";
import { birthRequestSchema } from "./schemas.ts";

const base64 = z.base64().min(1).max(8192);

const tpmClaimSchema = z.strictObject({
  endorsementCertificates: z.array(base64).min(1).max(8).describe("DER, the endorsement key's own first"),
  endorsementKey: base64.describe("TPMT_PUBLIC of the endorsement key"),
  attestationKey: base64.describe("TPMT_PUBLIC of the attestation key"),
  key: base64.describe("TPMT_PUBLIC of the birth key"),
});

export const attestationRequestSchema = birthRequestSchema
  .omit({ request: true, evidence: true, attestation: true })
  .extend({
    publicKey: base64.describe("SubjectPublicKeyInfo of the birth key (DER)"),
    tpm: tpmClaimSchema.optional().describe("For tpm2-certify: the TPM that the key is in"),
  });

export const attestationAnswerSchema = z.object({
  attestation: z.string().describe("Names it in the birth that follows; good for one"),
  nonce: z.base64().describe("32 bytes that the evidence is bound to"),
  bornAt: z.iso.datetime().describe("The time of birth in the facts, whole seconds"),
  factsHash: z.base64().describe("SHA-256 of the facts (record fields 3 to 9, deterministic CBOR)"),
  expiresAt: z.iso.datetime().describe("Until when the birth must be asked for"),
  credential: z
    .object({
      credentialBlob: z.base64().describe("Content of TPM2B_ID_OBJECT"),
      encryptedSecret: z.base64().describe("Content of TPM2B_ENCRYPTED_SECRET"),
    })
    .optional()
    .describe("For TPM2_ActivateCredential"),
});
