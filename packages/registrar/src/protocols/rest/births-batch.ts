// SPDX-License-Identifier: Apache-2.0
// POST /births/batch: requests for births, one a line, each as one that was asked for alone; asking again for the whole
// batch gets the stored answers.

import type { FastifyInstance } from "fastify";
import type { Identify } from "../../service/registrar.ts";
import { principalOf, requires } from "../authentication.ts";
import { batchLines } from "../limits.ts";
import type { BirthDoor } from "./birth-door.ts";
import { readBirthInput } from "./birth-input.ts";
import { answerLines, parsedLine, whenTaken } from "./line-batch.ts";
import { ndjson } from "./ndjson.ts";
import { batchResultSchema, birthRequestSchema } from "./schemas.ts";

export function batchRoutes<Outcome>(server: FastifyInstance, door: BirthDoor<Outcome>, identify: Identify): void {
  const { births, encode } = door;
  void server.register(async (scope) => {
    takesLines(scope);
    const schema = {
      tags: ["births"],
      summary: `Ask for up to ${batchLines} births, one a line (${ndjson}), each as for POST /births`,
      response: {
        200: { description: "One line a birth, in any order", content: { [ndjson]: { schema: batchResultSchema } } },
      },
    };
    const onRequest = requires("birth.request", identify);
    scope.post("/births/batch", { onRequest, schema, config: { ownDeadline: true } }, async (request, reply) => {
      const principal = principalOf(request);
      return answerLines(request, reply, {
        hasRoom: () => births.hasRoom,
        async answer(line) {
          const input = readBirthInput(parsedLine(line, birthRequestSchema));
          const answer = await whenTaken(() => births.bear(principal, input));
          return `"status":${door.status(answer)},"birth":${encode(answer)}`;
        },
      });
    });
  });
}

/** A scope whose routes take lines of JSON and nothing else, unread. */
export function takesLines(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser(ndjson, (_request, payload, done) => done(null, payload));
}
