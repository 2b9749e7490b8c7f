// SPDX-License-Identifier: Apache-2.0
// The shapes of product lines, expected units and refused births.

import { isNameText, isSerialText } from "natalis/issue";
import { z } from "zod";
import { deviceIdSchema } from "./schemas.ts";

export const productIdSchema = z.string().regex(/^[a-z0-9-]{1,32}$/);
const serialSchema = z.string().refine((text) => isSerialText(text), "not 1 to 64 characters of PrintableString");
const modelSchema = z.string().refine((text) => isNameText(text), "not 1 to 64 visible characters");
const count = z.int().min(0);
const hash = z.string().regex(/^[0-9a-f]{64}$/);

const admissionSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("open") }),
  z.object({ kind: z.literal("serials"), from: z.string(), to: z.string() }),
  z.object({ kind: z.literal("list"), serials: count.describe("How many the profile lists") }),
  z.object({ kind: z.literal("imported") }),
]);

export const productSchema = z.object({
  product: productIdSchema,
  version: z.int(),
  maker: z.string(),
  models: z.array(z.string()).optional().describe("Absent: any"),
  productNumber: z.int(),
  algorithms: z.array(z.string()),
  notAfter: z.union([z.literal("none"), z.int()]).describe("Days from birth"),
  minimumCustody: z.int(),
  evidence: z
    .array(z.object({ format: z.string(), roots: z.array(z.string()).optional().describe("Absent: any") }))
    .optional()
    .describe("The formats of evidence that it accepts; absent: all that are known"),
  mudUrl: z.string().optional(),
  showsMaker: z.boolean(),
  admission: admissionSchema,
  quota: z.int().optional().describe("Births that it may ever have; absent: no bound"),
  born: count.describe("Births ever"),
  expected: z.object({ units: count, born: count, left: count }).describe("Units of its list"),
});

export const productPageSchema = z.object({
  products: z.array(productSchema),
  next: productIdSchema.optional().describe("Give as `after` for the next page; absent on the last"),
});

/** One line of an import. */
export const expectedUnitSchema = z.strictObject({ serial: serialSchema, model: modelSchema.optional() });

export const expectedUnitRowSchema = expectedUnitSchema.extend({
  state: z.enum(["born", "left"]),
  ordinal: z.int().optional().describe("Of the device that it was born as"),
});

export const expectedPageSchema = z.object({
  units: z.array(expectedUnitRowSchema),
  next: z.string().optional().describe("Give as `after` for the next page; absent on the last"),
});

export const expectedQuerySchema = z.strictObject({
  state: z.enum(["born", "left"]).optional(),
  after: serialSchema.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

export const importResultSchema = z.object({
  units: count.describe("Units that were read"),
  added: count.describe("Those that are new in the list"),
  born: count.describe("How many of these had been born before"),
  known: count.describe("Those that were there already"),
  conflicts: count.describe("Those that are there with another model, and stay as they are"),
  conflicting: z
    .array(z.object({ line: z.int(), serial: z.string(), model: z.string().optional() }))
    .describe("The first hundred of them"),
});

export const removalSchema = z.strictObject({ serials: z.array(serialSchema).min(1).max(500) });

export const removalResultSchema = z.object({
  removed: count,
  born: z.array(z.string()).describe("Those that are born, and stay"),
  absent: z.array(z.string()).describe("Those that were in no list"),
});

export const incidentSchema = z.object({
  entry: z.int().describe("Index of its log entry"),
  at: z.iso.datetime(),
  station: z.string().describe("Id of the operator that asked"),
  code: z.string().describe("What the birth was refused for"),
  device: deviceIdSchema.optional().describe("The device that holds what was claimed again"),
  keyHash: hash.describe("SHA-256 of the key that asked"),
  unitTag: hash.describe("The unit that was asked for, as the log names it"),
  unrecorded: count.describe("Refusals of this station before it that were too many to enter"),
});

export const incidentPageSchema = z.object({
  incidents: z.array(incidentSchema),
  next: z.int().optional().describe("Give as `after` for the next page; absent on the last"),
});

export const incidentQuerySchema = z.strictObject({
  after: z.coerce.number().int().min(-1).max(Number.MAX_SAFE_INTEGER).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  station: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/)
    .optional(),
  code: z
    .string()
    .regex(/^NAT_[A-Z0-9_]{1,60}$/)
    .optional(),
  device: deviceIdSchema.optional(),
});
