// SPDX-License-Identifier: Apache-2.0
// The shapes of the authentication service.

import { z } from "zod";
import { deviceIdSchema } from "./schemas.ts";

const audience = z.string().min(1).max(255).describe("The name of the party that relies on the authentication");
const base64 = z.base64().max(60_000);

export const challengeRequestSchema = z.strictObject({ audience });

export const challengeSchema = z.object({
  nonce: z.base64().describe("32 random bytes, for one answer"),
  audience,
  expiresAt: z.iso.datetime(),
});

export const authenticationRequestSchema = z.strictObject({
  answer: base64.describe("The device's answer, COSE_Sign1"),
  audience,
  chain: z.array(base64).max(8).optional().describe("Certificates (DER) where the answer brings none"),
});

const statusSourceSchema = z.object({ kind: z.enum(["state-proof", "crl", "ocsp"]), asOf: z.iso.datetime() });

/** What was established of a device, and from what. */
export const identitySchema = z.object({
  device: deviceIdSchema,
  maker: z.string(),
  model: z.string(),
  serial: z.string(),
  custody: z.int().describe("0 to 4: how far it is proven where the private key lives"),
  state: z.enum(["active", "unknown"]),
  statusSources: z.array(statusSourceSchema).describe("What the state was taken from, and how fresh each is"),
  pathLength: z.int().describe("Certificates in the verified path, the root included"),
  at: z.iso.datetime(),
});

export const authenticationSchema = identitySchema.extend({
  audience,
  channelBound: z.boolean(),
  validUntil: z.iso.datetime(),
  verdict: z.base64().describe("Signed verdict for third parties: COSE_Sign1, application/vnd.natalis.verdict+cose"),
});
