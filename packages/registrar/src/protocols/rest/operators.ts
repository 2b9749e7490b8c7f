// SPDX-License-Identifier: Apache-2.0
// Operators and stations: who holds a token or comes with a certificate. A token is shown once, when it is made.

import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { parsePem } from "natalis/formats";
import { z } from "zod";
import type { Identify, Registrar } from "../../service/registrar.ts";
import { principalOf, requires } from "../authentication.ts";
import { httpError } from "../errors.ts";
import { operatorAnswerSchema, operatorPageSchema, operatorRequestSchema, operatorSchema } from "./schemas.ts";
import { viewOperator } from "./views.ts";

const operatorId = z.string().regex(/^[a-z0-9-]{1,64}$/);
const pageQuery = z.object({
  after: operatorId.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

export function operatorRoutes(server: FastifyInstance, registrar: Registrar, identify: Identify): void {
  const typed = server.withTypeProvider<ZodTypeProvider>();

  typed.post(
    "/operators",
    {
      onRequest: requires("operator.enrol", identify),
      schema: {
        tags: ["operators"],
        summary: "Enrol an operator or a station",
        body: operatorRequestSchema,
        response: { 201: operatorAnswerSchema },
      },
    },
    async (request, reply) => {
      const { certificate, notBefore, notAfter, ...asked } = request.body;
      const der = certificate === undefined ? undefined : readCertificate(certificate);
      const validity = { notBefore: dateOf(notBefore), notAfter: dateOf(notAfter) };
      const wanted = { ...asked, ...validity, certificate: der };
      const enrolled = await registrar.operators.enrol(wanted, principalOf(request).id);
      const { operator, token } = enrolled;
      return reply.status(201).send({ ...viewOperator(operator), ...(token === undefined ? {} : { token }) });
    },
  );

  typed.get(
    "/operators",
    {
      onRequest: requires("operator.read", identify),
      schema: {
        tags: ["operators"],
        summary: "List operators and stations",
        querystring: pageQuery,
        response: { 200: operatorPageSchema },
      },
    },
    async (request) => {
      const { after, limit } = request.query;
      const rows = await registrar.stores.operators.listOperators(after, limit);
      const last = rows.at(-1);
      return {
        operators: rows.map(viewOperator),
        ...(rows.length === limit && last !== undefined ? { next: last.id } : {}),
      };
    },
  );

  typed.delete(
    "/operators/:id",
    {
      onRequest: requires("operator.revoke", identify),
      schema: {
        tags: ["operators"],
        summary: "Revoke an operator, for good",
        params: z.object({ id: operatorId }),
        response: { 200: operatorSchema },
      },
    },
    async (request) => viewOperator(await registrar.operators.revoke(request.params.id, principalOf(request).id)),
  );
}

function dateOf(time: string | undefined): Date | undefined {
  return time === undefined ? undefined : new Date(time);
}

function readCertificate(text: string): Uint8Array {
  const [der, ...others] = parsePem(text, "CERTIFICATE");
  if (der === undefined || others.length > 0) throw httpError("NAT_HTTP_INVALID", "not exactly one certificate");
  return der;
}
