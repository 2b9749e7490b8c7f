// SPDX-License-Identifier: Apache-2.0
// Many requests in one, one a line (application/x-ndjson), and what became of each, one a line, as it becomes known; a
// line says which it is about. So many are under way at once and no more: a registrar that has enough to do stops
// reading, and so does one whose client stops reading answers. Nothing is all or nothing: each line is a request alone.

import { once } from "node:events";
import { PassThrough, Readable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { decodeUtf8, isNatalisError } from "natalis/kernel";
import type { z } from "zod";
import { httpError } from "../errors.ts";
import { batchBirths, batchBytes, batchLines, lineBytes, requestDeadlineMilliseconds } from "../limits.ts";
import { judgement, problemOf } from "../problem.ts";
import { type Line, linesOf, ndjson } from "./ndjson.ts";

const busyMilliseconds = 5;

export interface LineWork {
  /** Whether one more would be taken now. */
  hasRoom(): boolean;
  /** The members of a line's answer, as JSON without its braces. */
  answer(line: Uint8Array): Promise<string>;
}

/** Answers a request of lines; ends the answers, whatever happens: line 0 tells of one that was not read to its end. */
export function answerLines(request: FastifyRequest, reply: FastifyReply, work: LineWork): FastifyReply {
  reply.type(ndjson);
  if (request.headers["content-length"] === "0") return reply.send("");
  const answers = new PassThrough();
  // What is not read stays unread: destroying the request would take the answers with it.
  const body = request.body as Readable | undefined;
  void new Lines(work, request, answers).run(body?.iterator({ destroyOnReturn: false }) ?? Readable.from([]));
  return reply.send(answers);
}

/** A line of that shape. @throws NAT_HTTP_INVALID */
export function parsedLine<Shape>(bytes: Uint8Array, schema: z.ZodType<Shape>): Shape {
  const { data, error } = schema.safeParse(jsonOf(bytes));
  if (error !== undefined) throw httpError("NAT_HTTP_INVALID", error.message.slice(0, 500), error);
  return data;
}

/** Others may have taken the room that a line was read for: it waits like the lines behind it. */
export async function whenTaken<Result>(take: () => Promise<Result>): Promise<Result> {
  for (let waited = 0; waited < requestDeadlineMilliseconds; waited += busyMilliseconds) {
    try {
      return await take();
    } catch (error) {
      if (!isNatalisError(error, "NAT_PIPELINE_FULL")) throw error;
      await wait(busyMilliseconds);
    }
  }
  return take();
}

class Lines {
  readonly #work: LineWork;
  readonly #request: FastifyRequest;
  readonly #answers: PassThrough;
  readonly #underWay = new Set<Promise<void>>();
  #bytes = 0;

  constructor(work: LineWork, request: FastifyRequest, answers: PassThrough) {
    this.#work = work;
    this.#request = request;
    this.#answers = answers;
  }

  async run(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      for await (const line of linesOf(chunks, { lineBytes, lines: batchLines })) {
        this.#begin(line);
        await this.#room();
      }
    } catch (error) {
      this.#say(0, this.#problem(error));
    }
    await Promise.all(this.#underWay);
    this.#answers.end();
  }

  #begin(line: Line): void {
    const { length } = line.bytes;
    this.#bytes += length;
    const done = this.#answer(line).finally(() => {
      this.#bytes -= length;
      this.#underWay.delete(done);
    });
    this.#underWay.add(done);
  }

  /** Waits until another line may begin. @throws NAT_HTTP_DEADLINE where nobody reads the answers */
  async #room(): Promise<void> {
    const answers = this.#answers;
    while (this.#underWay.size >= batchBirths || this.#bytes > batchBytes - lineBytes)
      await Promise.race(this.#underWay);
    while (!this.#work.hasRoom() && !answers.destroyed) await wait(busyMilliseconds);
    if (answers.writableNeedDrain) await drained(answers);
    if (answers.writableNeedDrain || answers.destroyed)
      throw httpError("NAT_HTTP_DEADLINE", "nobody reads the answers");
  }

  async #answer({ number, bytes }: Line): Promise<void> {
    try {
      this.#say(number, await this.#work.answer(bytes));
    } catch (error) {
      this.#say(number, this.#problem(error));
    }
  }

  #say(line: number, said: string): void {
    if (!this.#answers.destroyed) this.#answers.write(`{"line":${line},${said}}\n`);
  }

  #problem(error: unknown): string {
    const request = this.#request;
    const { status, told } = judgement(error as FastifyError, request);
    return `"status":${status},"problem":${JSON.stringify(problemOf(told, status, request.id))}`;
  }
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

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decodeUtf8(bytes));
  } catch (cause) {
    throw httpError("NAT_HTTP_INVALID", "the line is not JSON", cause);
  }
}
