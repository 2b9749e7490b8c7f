// SPDX-License-Identifier: Apache-2.0
// A station under load: what it asks of the registrar, one birth a request, many, or nothing at all.

import { asText, type BirthLine, birthLine } from "./birth-line.ts";
import { type BenchRegistrar, product } from "./bench-registrar.ts";
import type { Answer } from "./connection.ts";
import type { LoadContender } from "./load-lane.ts";

/** More than any machine here has answered, so that a turn does not run out of requests. */
const mostPerMillisecond = 16;
export const birthsPerBatch = 500;

export interface Station {
  readonly host: string;
  readonly token: string;
}

let made = 0;

export function enrolStation(registrar: BenchRegistrar): Station {
  const added = registrar.command("operator", "add", "bench line", "--role", "station", "--product", product);
  return { host: registrar.host, token: added.trim() };
}

export function bearing(name: string, role: "work" | "limit", station: Station): LoadContender {
  const ready: Buffer[] = [];
  return {
    name,
    role,
    prepare(milliseconds) {
      const wanted = Math.ceil(milliseconds * mostPerMillisecond);
      while (ready.length < wanted) ready.push(post("/births", station, "application/json", asText(birthLine(made++))));
    },
    request: () => taken(ready),
    check({ status, body }) {
      if (status !== 201) throw new Error(`status ${status}: ${body.toString()}`);
    },
  };
}

export const ndjson = "application/x-ndjson";

export function bearingBatches(station: Station): LoadContender {
  const ready: Buffer[] = [];
  const lines = () => Array.from({ length: birthsPerBatch }, (): BirthLine => birthLine(made++));
  return {
    name: "births",
    role: "work",
    unitsPerRequest: birthsPerBatch,
    prepare(milliseconds) {
      const wanted = Math.ceil((milliseconds * mostPerMillisecond) / birthsPerBatch) + 4;
      while (ready.length < wanted) ready.push(post("/births/batch", station, ndjson, lines().map(asText).join("\n")));
    },
    request: () => taken(ready),
    check({ status, body }) {
      const born = status === 200 ? countOf(body, '"status":201,') : 0;
      if (born !== birthsPerBatch)
        throw new Error(`status ${status}, ${born} births: ${body.toString().slice(0, 500)}`);
    },
  };
}

function taken(ready: Buffer[]): Buffer {
  const request = ready.pop();
  if (request === undefined) throw new Error("the server is faster than requests were made for it");
  return request;
}

export function countOf(body: Buffer, text: string): number {
  let count = 0;
  for (let at = body.indexOf(text); at >= 0; at = body.indexOf(text, at + text.length)) count++;
  return count;
}

export function asking(station: Station): LoadContender {
  const request = post("/births/batch", station, ndjson, "");
  return {
    name: "limit",
    role: "limit",
    prepare: () => undefined,
    request: () => request,
    check({ status, body }: Answer) {
      if (status !== 200) throw new Error(`status ${status}: ${body.toString()}`);
    },
  };
}

export function post(path: string, { host, token }: Station, type: string, body: string): Buffer {
  const head = [
    `POST ${path} HTTP/1.1`,
    `host: ${host}`,
    `authorization: Bearer ${token}`,
    `content-type: ${type}`,
    `content-length: ${body.length}`,
  ];
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`, "latin1");
}
