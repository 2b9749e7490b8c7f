// SPDX-License-Identifier: Apache-2.0
// The shapes of the doors for stations that bear units without a connection.

import { z } from "zod";
import { enrolmentSchema } from "../../service/station/enrolment.ts";
import { requestCharacters } from "../limits.ts";
import { problemSchema } from "../problem.ts";
import { deviceIdSchema, evidenceSchema, mostStatements, operatorRequestSchema } from "./schemas.ts";

const base64 = z.base64().max(50_000);
const instant = z.iso.datetime();
const product = z.string().regex(/^[a-z0-9-]{1,32}$/);

export const stationRequestSchema = z.strictObject({
  name: operatorRequestSchema.shape.name,
  product,
  quota: z.int().min(1).max(0x7fff_ffff).describe("Births in all"),
  notBefore: instant.describe("Of the first birth, at the earliest"),
  notAfter: instant.describe("Of the last birth, at the latest"),
  request: z.string().min(1).max(32_768).describe("PKCS#10 request of the station's key: PEM, or DER in base64"),
});

export const stationAnswerSchema = enrolmentSchema;

/** One birth that a station bore. */
export const claimSchema = z.strictObject({
  request: z.base64().max(requestCharacters).describe("The device's PKCS#10 request, DER"),
  record: base64.describe("The birth record, deterministic CBOR"),
  certificate: base64.describe("The birth certificate, DER"),
  evidence: z.array(evidenceSchema).max(mostStatements).optional(),
});

/** Where it stands in the log. */
export const enteredSchema = z.object({
  device: deviceIdSchema,
  kind: z.enum(["born", "stored"]).describe("stored: it was brought in before"),
  index: z.int(),
  entry: base64.describe("The public log entry"),
  salt: base64.describe("What the entry hashes record and certificate with"),
  receipt: z.string().describe("C2SP tlog-proof of the entry"),
});

export const claimResultSchema = z.object({
  line: z.int().describe("Of the request, from 1; 0: the births were not read to their end"),
  status: z.int(),
  entered: enteredSchema.optional(),
  problem: problemSchema.optional(),
});
