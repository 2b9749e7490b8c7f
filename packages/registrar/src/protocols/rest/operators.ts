// SPDX-License-Identifier: Apache-2.0
// Operators and stations: who holds a token. A token is shown once, when it is made.

import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Identify, Registrar } from "../../service/registrar.ts";
import { principalOf, requires } from "../authentication.ts";
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
      const { operator, token } = await registrar.operators.enrol(request.body, principalOf(request).id);
      return reply
        .status(201)
        .header("cache-control", "no-store")
        .send({ ...viewOperator(operator), token });
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
        summary: "Revoke an operator's token, for good",
        params: z.object({ id: operatorId }),
        response: { 200: operatorSchema },
      },
    },
    async (request) => viewOperator(await registrar.operators.revoke(request.params.id, principalOf(request).id)),
  );
}
