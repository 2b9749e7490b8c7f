// SPDX-License-Identifier: Apache-2.0
// POST /births: a request and its facts in, certificate and receipt out, only after both are durable.

import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { FastifyInstance, onRequestAsyncHookHandler } from "fastify";
import type { z } from "zod";
import type { Identify, Registrar } from "../../service/registrar.ts";
import { principalOf, requires } from "../authentication.ts";
import { encodeBirthAnswer } from "./birth-answer.ts";
import { readBirthInput } from "./birth-input.ts";
import { birthAnswerSchema, birthRequestSchema } from "./schemas.ts";

export function birthRoutes(server: FastifyInstance, registrar: Registrar, identify: Identify): void {
  server.withTypeProvider<ZodTypeProvider>().post(
    "/births",
    {
      onRequest: [refusesWhenFull(registrar), requires("birth.request", identify)],
      schema: {
        tags: ["births"],
        summary: "Ask for a birth",
        body: birthRequestSchema,
        response: { 200: birthAnswerSchema, 201: birthAnswerSchema },
      },
    },
    async (request, reply) => {
      const answer = await registrar.births.bear(principalOf(request), readBirthInput(request.body));
      reply.status(answer.kind === "born" ? 201 : 200).serializer(() => encodeBirthAnswer(answer));
      return reply.send(written);
    },
  );
}

/** Before anything of the request is looked at: refusing must cost next to nothing where there is too much to do. */
function refusesWhenFull({ births }: Registrar): onRequestAsyncHookHandler {
  return async () => births.requireOpen();
}

/** For the types only: the answer's serializer has the answer. */
const written = {} as z.infer<typeof birthAnswerSchema>;
