// SPDX-License-Identifier: Apache-2.0
// What anyone may ask: is it up, what does it speak, whom does it stand for.

import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Registrar } from "../../service/registrar.ts";

const health = z.object({ status: z.literal("ok") });
const readiness = z.object({ status: z.enum(["ready", "not ready"]) });

export function publicRoutes(server: FastifyInstance, registrar: Registrar): void {
  const typed = server.withTypeProvider<ZodTypeProvider>();

  typed.get(
    "/healthz",
    { schema: { tags: ["public"], summary: "The process runs", response: { 200: health } } },
    async () => ({ status: "ok" as const }),
  );

  typed.get(
    "/readyz",
    { schema: { tags: ["public"], summary: "Births are taken", response: { 200: readiness, 503: readiness } } },
    async (_, reply) =>
      registrar.isReady()
        ? reply.send({ status: "ready" as const })
        : reply.status(503).send({ status: "not ready" as const }),
  );
}

/** Over TLS only: whoever could change it on its way would be trusted from then on. */
export function trustRoute(server: FastifyInstance, registrar: Registrar): void {
  server.get(
    "/trust.json",
    { schema: { tags: ["public"], summary: "The trust file; a verifier gets its own by a channel that it trusts" } },
    async (_, reply) => reply.type("application/json").send(registrar.trust),
  );
}
