// SPDX-License-Identifier: Apache-2.0
// POST /births/batch: requests for births, one a line, and what became of each, one a line, as it becomes known; a line
// says which it is about. So many births are under way at once and no more: a registrar that has enough to do stops
// reading, and so does one whose client stops reading answers. Nothing is all or nothing: each birth is as one that was
// asked for alone, and asking again for the whole batch gets the stored answers.

import { once } from "node:events";
import { PassThrough, Readable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import type { FastifyError, FastifyInstance, FastifyRequest } from "fastify";
import type { Principal } from "natalis/birth";
import { decodeUtf8, isNatalisError } from "natalis/kernel";
import type { Births } from "../../service/births.ts";
import type { Identify, Registrar } from "../../service/registrar.ts";
import { principalOf, requires } from "../authentication.ts";
import { httpError } from "../errors.ts";
import { batchBirths, batchLines, bodyLimit, requestDeadlineMilliseconds } from "../limits.ts";
import { judgement, problemOf } from "../problem.ts";
import { encodeBirthAnswer } from "./birth-answer.ts";
import { readBirthInput } from "./birth-input.ts";
import { type Line, linesOf, ndjson } from "./ndjson.ts";
import { batchResultSchema, birthRequestSchema } from "./schemas.ts";

const busyMilliseconds = 5;

export function batchRoutes(server: FastifyInstance, { births }: Registrar, identify: Identify): void {
  void server.register(async (door) => {
    door.removeAllContentTypeParsers();
    door.addContentTypeParser(ndjson, (_request, payload, done) => done(null, payload));
    const schema = {
      tags: ["births"],
      summary: `Ask for up to ${batchLines} births, one a line (${ndjson}), each as for POST /births`,
      response: {
        200: { description: "One line a birth, in any order", content: { [ndjson]: { schema: batchResultSchema } } },
      },
    };
    const onRequest = requires("birth.request", identify);
    door.post("/births/batch", { onRequest, schema, config: { ownDeadline: true } }, async (request, reply) => {
      reply.type(ndjson);
      if (request.headers["content-length"] === "0") return reply.send("");
      const answers = new PassThrough();
      const batch = new Batch({ births, request, answers, principal: principalOf(request) });
      // What is not read stays unread: destroying the request would take the answers with it.
      const body = request.body as Readable | undefined;
      void batch.run(body?.iterator({ destroyOnReturn: false }) ?? Readable.from([]));
      return reply.send(answers);
    });
  });
}

interface BatchParts {
  readonly births: Births;
  readonly principal: Principal;
  readonly request: FastifyRequest;
  readonly answers: PassThrough;
}

class Batch {
  readonly #parts: BatchParts;
  readonly #underWay = new Set<Promise<void>>();

  constructor(parts: BatchParts) {
    this.#parts = parts;
  }

  /** Ends the answers, whatever happens: line 0 tells of a batch that was not read to its end. */
  async run(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const { answers } = this.#parts;
    try {
      for await (const line of linesOf(chunks, { lineBytes: bodyLimit, lines: batchLines })) {
        this.#begin(line);
        await this.#room();
      }
    } catch (error) {
      this.#say(0, this.#problem(error));
    }
    await Promise.all(this.#underWay);
    answers.end();
  }

  #begin(line: Line): void {
    const done = this.#bear(line).finally(() => this.#underWay.delete(done));
    this.#underWay.add(done);
  }

  /** Waits until another birth may begin. @throws NAT_HTTP_DEADLINE where nobody reads the answers */
  async #room(): Promise<void> {
    const { answers, births } = this.#parts;
    while (this.#underWay.size >= batchBirths) await Promise.race(this.#underWay);
    while (!births.hasRoom && !answers.destroyed) await wait(busyMilliseconds);
    if (answers.writableNeedDrain) await drained(answers);
    if (answers.writableNeedDrain || answers.destroyed)
      throw httpError("NAT_HTTP_DEADLINE", "nobody reads the answers");
  }

  async #bear({ number, bytes }: Line): Promise<void> {
    const { births, principal } = this.#parts;
    try {
      const input = readBirthInput(parsed(bytes));
      const answer = await whenTaken(() => births.bear(principal, input));
      this.#say(number, `"status":${answer.kind === "born" ? 201 : 200},"birth":${encodeBirthAnswer(answer)}`);
    } catch (error) {
      this.#say(number, this.#problem(error));
    }
  }

  #say(line: number, said: string): void {
    const { answers } = this.#parts;
    if (!answers.destroyed) answers.write(`{"line":${line},${said}}\n`);
  }

  #problem(error: unknown): string {
    const { request } = this.#parts;
    const { status, told } = judgement(error as FastifyError, request);
    return `"status":${status},"problem":${JSON.stringify(problemOf(told, status, request.id))}`;
  }
}

/** Others may have taken the room that this birth was read for: it waits like the lines behind it. */
async function whenTaken<Result>(bear: () => Promise<Result>): Promise<Result> {
  for (let waited = 0; waited < requestDeadlineMilliseconds; waited += busyMilliseconds) {
    try {
      return await bear();
    } catch (error) {
      if (!isNatalisError(error, "NAT_PIPELINE_FULL")) throw error;
      await wait(busyMilliseconds);
    }
  }
  return bear();
}

/** Until the reader has caught up, is gone, or has taken as long as any request may. */
async function drained(answers: PassThrough): Promise<void> {
  const done = new AbortController();
  const { signal } = done;
  try {
    const events = ["drain", "close"].map((event) => once(answers, event, { signal }));
    await Promise.race([...events, wait(requestDeadlineMilliseconds, undefined, { signal })]);
  } finally {
    done.abort();
  }
}

/** @throws NAT_HTTP_INVALID */
function parsed(bytes: Uint8Array) {
  const { data, error } = birthRequestSchema.safeParse(jsonOf(bytes));
  if (error !== undefined) throw httpError("NAT_HTTP_INVALID", error.message.slice(0, 500), error);
  return data;
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decodeUtf8(bytes));
  } catch (cause) {
    throw httpError("NAT_HTTP_INVALID", "the line is not JSON", cause);
  }
}
