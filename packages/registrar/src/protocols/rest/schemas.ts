// SPDX-License-Identifier: Apache-2.0
// The shapes of the REST door, one schema for the server, the OpenAPI description and the command line.
// Binary travels as base64 (RFC 4648 section 4), times as ISO 8601 in UTC, certificates as PEM (RFC 7468).

import { isNameText } from "natalis/issue";
import { z } from "zod";
import { requestCharacters, statementCharacters, wrapperCharacters } from "../limits.ts";
import { problemSchema } from "../problem.ts";

const shortText = z.string().min(1).max(64);
/** Text that people write and terminals show: no control characters, nothing invisible. */
const visibleText = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    .refine((text) => isNameText(text, longest), "not visible text in Unicode form NFC");
const base64 = z.base64().max(100_000);
const pem = z.string().max(32_768);

export const deviceIdSchema = z.uuid().describe("Device id: UUID in lower case");
export const stateSchema = z.enum(["active", "suspended", "revoked", "retired"]);
const roleSchema = z.enum(["admin", "registrar", "station", "auditor"]);

/** One statement by the name of its format, or however many a conceptual message wrapper has. */
export const evidenceSchema = z.union([
  z.strictObject({
    format: shortText.describe(
      "pkcs11-declared (a PKCS#11 token's own word, custody 1), tpm2-certify, webauthn-tpm, vendor-idevid, x509-attestation, eat, dice",
    ),
    statement: z.base64().max(statementCharacters).describe("At most 64 KiB"),
  }),
  z.strictObject({
    cmw: z
      .union([
        z.base64().max(wrapperCharacters),
        z.tuple([z.union([z.string().max(384), z.int()]), z.string().max(statementCharacters)], z.int()),
      ])
      .describe(
        "Conceptual message wrapper (RFC 9999): its JSON record, or base64 of either serialization. application/eat+cwt, or application/vnd.natalis.evidence. and a format",
      ),
  }),
]);

/** At most as many statements as a birth may bring. */
export const mostStatements = 8;

export const birthRequestSchema = z.strictObject({
  request: z
    .string()
    .min(1)
    .max(requestCharacters)
    .describe(
      "PKCS#10 request: PEM, or DER in base64. It may carry the evidence: attribute 1.2.840.113549.1.9.16.2.59 (draft-ietf-lamps-csr-attestation-25), with statements of the types 1.3.6.1.5.5.7.1.35 (CMW) and 2.23.133.20.1 (tcg-attest-tpm-certify)",
    ),
  product: z.string().regex(/^[a-z0-9-]{1,32}$/),
  model: shortText,
  serial: shortText,
  facility: shortText,
  hardwareRevision: shortText.optional(),
  firmwareDigest: z
    .string()
    .regex(/^(?:[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})$/)
    .optional()
    .describe("Digest of the firmware in lower-case hexadecimal"),
  evidence: z
    .array(evidenceSchema)
    .max(mostStatements)
    .optional()
    .describe("What is said of where the key lives; here or in the request, not in both"),
  attestation: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .optional()
    .describe("What POST /births/attestations answered: the evidence is bound to its nonce"),
});

export const birthAnswerSchema = z.object({
  device: deviceIdSchema,
  kind: z.enum(["born", "stored"]).describe("stored: this very birth had been answered before"),
  index: z.int().describe("Index of the birth in the log"),
  certificate: pem,
  chain: z.array(pem).describe("Issuing authority first, root last"),
  record: base64.describe("The birth record, deterministic CBOR"),
  entry: base64.describe("The public log entry"),
  receipt: z.string().describe("C2SP tlog-proof of the entry"),
  salt: base64
    .optional()
    .describe("Where a station issued the certificate: what the entry hashes record and certificate with"),
});

/** What a station without a connection answers: no verifier takes it before its receipt is there. */
export const provisionalAnswerSchema = birthAnswerSchema
  .pick({ device: true, certificate: true, chain: true, record: true })
  .extend({
    kind: z.literal("provisional"),
  });

/** Whoever answered: a registrar or a station. */
export const anyBirthAnswerSchema = z.union([birthAnswerSchema, provisionalAnswerSchema]);

/** One line of a batch's answers. */
export const batchResultSchema = z.object({
  line: z.int().describe("Of the request, from 1; 0: the batch was not read to its end"),
  status: z.int().describe("As POST /births would have answered"),
  birth: birthAnswerSchema.optional(),
  problem: problemSchema.optional(),
});

/** The same, whoever answered: a registrar or a station. */
export const anyBatchResultSchema = batchResultSchema.extend({
  birth: anyBirthAnswerSchema.optional(),
});

export const deviceSchema = z.object({
  device: deviceIdSchema,
  ordinal: z.int(),
  product: z.string(),
  maker: z.string(),
  model: z.string(),
  serial: z.string(),
  hardwareRevision: z.string().optional(),
  facility: z.string(),
  station: z.string(),
  custody: z.int(),
  state: stateSchema,
  since: z.iso.datetime(),
  bornAt: z.iso.datetime(),
  certificateSerial: z.string().describe("Certificate serial number in hexadecimal"),
  certificateHash: z.string().describe("SHA-256 of the certificate in hexadecimal"),
  lastEntry: z.int(),
});

export const devicePageSchema = z.object({
  devices: z.array(deviceSchema),
  next: z.int().optional().describe("Give as `after` for the next page; absent on the last"),
});

export const pageQuerySchema = z.strictObject({
  after: z.coerce.number().int().min(-1).max(Number.MAX_SAFE_INTEGER).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

export const deviceQuerySchema = pageQuerySchema.extend({
  state: stateSchema.optional(),
  product: z.string().max(32).optional(),
  maker: z.string().max(64).optional(),
  model: z.string().max(64).optional(),
  serial: z.string().max(64).optional(),
  station: z.string().max(64).optional(),
});

export const eventSchema = z.object({
  index: z.int(),
  type: z.string(),
  at: z.iso.datetime(),
  reason: z.string().optional(),
  actor: z.string().optional(),
  code: z.string().optional().describe("What a birth was refused for"),
  note: z.string().optional(),
  invalidityDate: z.iso.datetime().optional(),
});

export const timelineSchema = z.object({
  device: deviceSchema,
  events: z.array(eventSchema),
  next: z.int().optional(),
});

/** RFC 5280 5.3.1, those that a registry of devices can mean. */
export const revocationReasonSchema = z.enum([
  "unspecified",
  "keyCompromise",
  "affiliationChanged",
  "superseded",
  "cessationOfOperation",
  "privilegeWithdrawn",
]);

export const lifecycleRequestSchema = z.strictObject({
  reason: revocationReasonSchema.optional().describe("Only for a revocation; unspecified if absent"),
  note: visibleText(500).optional(),
  invalidityDate: z.iso
    .datetime()
    .optional()
    .describe("Since when the key is suspect, until now; only for a revocation"),
});

export const lifecycleAnswerSchema = z.object({ device: deviceSchema, index: z.int(), receipt: z.string() });

export const operatorRequestSchema = z.strictObject({
  name: visibleText(64),
  role: roleSchema,
  products: z
    .array(z.string().regex(/^[a-z0-9-]{1,32}$/))
    .max(100)
    .optional()
    .describe("Stations only: products it may birth"),
  quota: z.int().min(1).optional().describe("Stations only: births it may make in all"),
  notBefore: z.iso.datetime().optional().describe("From when it may ask for anything; not for administrators"),
  notAfter: z.iso.datetime().optional().describe("Until when; not for administrators"),
  certificate: pem.optional().describe("TLS client certificate that it will come with (PEM), of any issuer"),
  token: z.boolean().optional().describe("Whether it gets a token; absent: if it has no certificate"),
});

export const operatorSchema = z.object({
  id: z.string(),
  name: z.string(),
  role: roleSchema,
  products: z.array(z.string()),
  quota: z.int().optional(),
  born: z.int(),
  notBefore: z.iso.datetime().optional(),
  notAfter: z.iso.datetime().optional(),
  certificateHash: z.string().optional().describe("SHA-256 of its client certificate in hexadecimal"),
  state: z.enum(["active", "revoked"]),
});

export const operatorAnswerSchema = operatorSchema.extend({
  token: z.string().optional().describe("Shown once; the registrar keeps its hash only"),
});

export const operatorPageSchema = z.object({ operators: z.array(operatorSchema), next: z.string().optional() });
