// SPDX-License-Identifier: Apache-2.0
// POST /births: a request and its facts in, certificate and receipt out, only after both are durable.

import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { FastifyInstance } from "fastify";
import type { Identify } from "../../service/registrar.ts";
import { principalOf, requires } from "../authentication.ts";
import { birthBodyLimit } from "../limits.ts";
import type { BirthDoor } from "./birth-door.ts";
import { readBirthInput } from "./birth-input.ts";
import { birthRequestSchema } from "./schemas.ts";

export function birthRoutes<Outcome>(server: FastifyInstance, door: BirthDoor<Outcome>, identify: Identify): void {
  const { births, encode, schema } = door;
  // Before anything of the request is looked at: refusing must cost next to nothing where there is too much to do.
  const refusesWhenFull = async () => births.requireOpen();
  server.withTypeProvider<ZodTypeProvider>().post(
    "/births",
    {
      bodyLimit: birthBodyLimit,
      onRequest: [refusesWhenFull, requires("birth.request", identify)],
      schema: {
        tags: ["births"],
        summary: "Ask for a birth",
        body: birthRequestSchema,
        response: { 200: schema, 201: schema },
      },
    },
    async (request, reply) => {
      const answer = await births.bear(principalOf(request), readBirthInput(request.body));
      reply.status(door.status(answer)).serializer(() => encode(answer));
      return reply.send(written);
    },
  );
}

/** The answer's serializer has the answer. */
const written = {};
