// SPDX-License-Identifier: Apache-2.0
// The shapes of kept evidence.

import { z } from "zod";
import { deviceIdSchema } from "./schemas.ts";

const custody = z.int().describe("0 to 4");

const rootSchema = z.object({
  name: z.string(),
  hash: z.string().describe("SHA-256 of the root's certificate in hexadecimal"),
  capLifted: z.boolean().describe("The root proves less by itself"),
});

export const shownEvidenceSchema = z.object({
  device: deviceIdSchema,
  custody: custody.describe("What the birth record says"),
  isFresh: z.boolean().describe("Whether it was bound to a nonce of the registrar's"),
  statements: z.array(
    z.object({
      format: z.string(),
      custody: custody.describe("What it proved at the birth"),
      digest: z.string().describe("SHA-256 of the statement in hexadecimal, as in the birth record"),
      statement: z.base64(),
      root: rootSchema.optional(),
    }),
  ),
});

export const recheckedStatementSchema = z.object({
  format: z.string(),
  custodyThen: custody,
  custodyNow: custody.describe("0 where it is refused"),
  root: rootSchema.optional(),
  hardware: z
    .object({ manufacturer: z.string(), model: z.string().optional(), firmware: z.string().optional() })
    .optional(),
  details: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
  refusal: z.object({ code: z.string(), detail: z.string() }).optional().describe("Why it is refused now"),
  changes: z.array(z.string()).describe("What is not as it was at the birth"),
});

export const recheckSchema = z.object({
  device: deviceIdSchema,
  at: z.iso.datetime(),
  custody: custody.describe("What the birth record says"),
  custodyNow: custody.describe("The most that any statement proves now"),
  statements: z.array(recheckedStatementSchema),
});
