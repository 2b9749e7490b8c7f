// SPDX-License-Identifier: Apache-2.0
// Units that want to be born, and what became of them: whoever is put off joins the others again. Nothing but births and
// honest refusals may be answered (DESIGN 7; RFC 9110 section 10.2.3).

import assert from "node:assert/strict";
import type { PipelinedAnswer, PipelinedConnection } from "../support/pipelined-connection.ts";
import { loopback } from "../support/ports.ts";
import { makeBodies } from "./requests.ts";

/** What came of some questions. */
export interface Outcome {
  readonly born: number;
  readonly putOff: number;
  /** Milliseconds from each question to its answer, by answer. */
  readonly bornMilliseconds: readonly number[];
  readonly putOffMilliseconds: readonly number[];
}

export class Crowd {
  readonly #token: string;
  readonly #waiting: string[] = [];
  #made = 0;
  #next = 0;
  #bornMilliseconds: number[] = [];
  #putOffMilliseconds: number[] = [];
  /** All that were ever born. */
  born = 0;

  constructor(token: string) {
    this.#token = token;
  }

  get waiting(): number {
    return this.#waiting.length - this.#next;
  }

  async grow(units: number): Promise<void> {
    if (units <= 0) return;
    const bodies = await makeBodies(this.#made, units);
    this.#made += units;
    for (const body of bodies) this.#waiting.push(this.#requestFor(body));
  }

  /** The next one in the queue asks; nobody waits for it. */
  async ask(connection: PipelinedConnection): Promise<void> {
    const request = this.#waiting[this.#next];
    assert.ok(request !== undefined, "nobody is left to ask");
    this.#waiting[this.#next++] = "";
    const asked = performance.now();
    const answer = await connection.ask(request);
    const milliseconds = performance.now() - asked;
    if (answer.status === 201) {
      this.born += 1;
      this.#bornMilliseconds.push(milliseconds);
      return;
    }
    requireHonest(answer);
    this.#putOffMilliseconds.push(milliseconds);
    this.#waiting.push(request);
  }

  /** Of the questions that were answered since it was last asked. */
  outcome(): Outcome {
    const [bornMilliseconds, putOffMilliseconds] = [this.#bornMilliseconds, this.#putOffMilliseconds];
    [this.#bornMilliseconds, this.#putOffMilliseconds] = [[], []];
    const [born, putOff] = [bornMilliseconds.length, putOffMilliseconds.length];
    return { born, putOff, bornMilliseconds, putOffMilliseconds };
  }

  #requestFor(body: string): string {
    const head = [
      "POST /births HTTP/1.1",
      `host: ${loopback}`,
      `authorization: Bearer ${this.#token}`,
      "content-type: application/json",
      `content-length: ${body.length}`,
    ];
    return `${head.join("\r\n")}\r\n\r\n${body}`;
  }
}

function requireHonest({ status, head, body }: PipelinedAnswer): void {
  assert.equal(status, 503, body);
  assert.match(head, /\r\nretry-after: [1-9]\d*(\r\n|$)/i);
  assert.equal((JSON.parse(body) as { code: string }).code, "NAT_PIPELINE_FULL");
}
