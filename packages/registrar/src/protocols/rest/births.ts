// SPDX-License-Identifier: Apache-2.0
// POST /births: a request and its facts in, certificate and receipt out, only after both are durable.

import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { FastifyInstance } from "fastify";
import type { EvidenceStatement } from "natalis/birth";
import { parsePem } from "natalis/formats";
import { fromBase64, fromHex } from "natalis/kernel";
import type { z } from "zod";
import type { BirthInput } from "../../service/births.ts";
import type { Identify, Registrar } from "../../service/registrar.ts";
import { principalOf, requires } from "../authentication.ts";
import { httpError } from "../errors.ts";
import { encodeBirthAnswer } from "./birth-answer.ts";
import { birthAnswerSchema, birthRequestSchema, type evidenceSchema } from "./schemas.ts";

export function birthRoutes(server: FastifyInstance, registrar: Registrar, identify: Identify): void {
  server.withTypeProvider<ZodTypeProvider>().post(
    "/births",
    {
      onRequest: requires("birth.request", identify),
      schema: {
        tags: ["births"],
        summary: "Ask for a birth",
        body: birthRequestSchema,
        response: { 200: birthAnswerSchema, 201: birthAnswerSchema },
      },
    },
    async (request, reply) => {
      const answer = await registrar.births.bear(principalOf(request), readInput(request.body));
      reply.status(answer.kind === "born" ? 201 : 200).serializer(() => encodeBirthAnswer(answer));
      return reply.send(written);
    },
  );
}

/** For the types only: the answer's serializer has the answer. */
const written = {} as z.infer<typeof birthAnswerSchema>;

function readInput(body: z.infer<typeof birthRequestSchema>): BirthInput {
  const { request, firmwareDigest, hardwareRevision, evidence, ...facts } = body;
  return {
    ...facts,
    certificationRequest: readRequest(request),
    ...(hardwareRevision === undefined ? {} : { hardwareRevision }),
    ...(firmwareDigest === undefined ? {} : { firmwareDigest: fromHex(firmwareDigest) }),
    ...(evidence === undefined ? {} : { evidence: evidence.map(readStatement) }),
  };
}

function readStatement({ format, statement }: z.infer<typeof evidenceSchema>): EvidenceStatement {
  return { format, statement: fromBase64(statement) };
}

/**
 * PEM with either of the labels that the field uses (RFC 7468 section 7), or base64 of the DER.
 * @throws NAT_HTTP_INVALID, NAT_PEM_*, NAT_BYTES_BASE64
 */
export function readRequest(text: string): Uint8Array {
  if (!text.includes("-----BEGIN")) return fromBase64(text.replaceAll(/\s/g, ""));
  const label = text.includes("BEGIN NEW CERTIFICATE REQUEST") ? "NEW CERTIFICATE REQUEST" : "CERTIFICATE REQUEST";
  const [der, ...others] = parsePem(text, label);
  if (der === undefined || others.length > 0)
    throw httpError("NAT_HTTP_INVALID", "not exactly one certificate request");
  return der;
}
