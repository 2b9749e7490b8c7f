// SPDX-License-Identifier: Apache-2.0
// The events of a device's life after birth, one address each.

import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { parseUuid } from "natalis/kernel";
import { z } from "zod";
import type { LifecycleVerb } from "../../service/lifecycle.ts";
import type { Identify, Registrar } from "../../service/registrar.ts";
import { principalOf, requires } from "../authentication.ts";
import { deviceIdSchema, lifecycleAnswerSchema, lifecycleRequestSchema } from "./schemas.ts";
import { viewDevice } from "./views.ts";

const verbs: readonly LifecycleVerb[] = ["suspend", "resume", "revoke", "retire"];

export function lifecycleRoutes(server: FastifyInstance, registrar: Registrar, identify: Identify): void {
  for (const verb of verbs) {
    server.withTypeProvider<ZodTypeProvider>().post(
      `/devices/:id/${verb}`,
      {
        onRequest: requires(`device.${verb}`, identify),
        schema: {
          tags: ["devices"],
          summary: `${verb[0]?.toUpperCase()}${verb.slice(1)} a device`,
          params: z.object({ id: deviceIdSchema }),
          body: lifecycleRequestSchema,
          response: { 200: lifecycleAnswerSchema },
        },
      },
      async (request) => {
        const changed = await registrar.lifecycle.change(verb, parseUuid(request.params.id), {
          ...request.body,
          actor: principalOf(request).id,
        });
        return { device: viewDevice(changed.device), index: changed.index, receipt: changed.receipt };
      },
    );
  }
}
