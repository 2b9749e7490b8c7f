// SPDX-License-Identifier: Apache-2.0
// `bench -- births`: births a second over HTTPS, one a request over kept-alive connections, each a key and a unit of its
// own, answered with certificate and receipt once it is durable and in the log. The limit is the empty request of the
// same station to the same server over the same connections: what TLS, HTTP, knowing who asks and the two processes
// cost by themselves. With `--batch`, 500 births a request against the same limit. With `--rows N`, on a registry with N
// devices; the limit is then the same on one that begins empty.

import type { LoadBench } from "./bench.ts";
import { asText, type BirthLine, birthLine } from "./birth-line.ts";
import { type BenchRegistrar, openBenchRegistrar, product } from "./bench-registrar.ts";
import { type Answer, connectTls } from "./connection.ts";
import { nodeInstruments } from "./instruments.ts";
import type { Lane } from "./lane.ts";
import { type LoadContender, loadLane } from "./load-lane.ts";

/** More than any machine here has answered, so that a turn does not run out of requests. */
const mostPerMillisecond = 16;
const birthsPerBatch = 500;

export const birthsBench: LoadBench = {
  name: "births",
  unit: "births",
  unitsPerOperation: 1,
  // 6,000 of 28,000.
  budget: 0.214,
  connections: 64,
  open: ({ connections }) =>
    openLane(connections, [0], (registrar) => {
      const station = enrolStation(registrar);
      return [bearing("births", "work", station), asking(station)];
    }),
};

export const birthsBatchBench: LoadBench = {
  name: "births --batch",
  unit: "births",
  unitsPerOperation: 1,
  // 10,000 of 28,000.
  budget: 0.357,
  connections: 4,
  open: ({ connections }) =>
    openLane(connections, [0], (registrar) => {
      const station = enrolStation(registrar);
      return [bearingBatches(station), asking(station)];
    }),
};

export const birthsRowsBench: LoadBench = {
  name: "births --rows",
  unit: "births",
  unitsPerOperation: 1,
  budget: 0.6,
  connections: 64,
  open: ({ connections, rows }) =>
    openLane(connections, [rows, 0], (full, empty = full) => [
      bearing("births", "work", enrolStation(full)),
      bearing("limit", "limit", enrolStation(empty)),
    ]),
};

/** One registrar for each number of rows; with one of them only, it serves every contender. */
async function openLane(
  connections: number,
  rows: readonly number[],
  contend: (first: BenchRegistrar, second?: BenchRegistrar) => readonly LoadContender[],
): Promise<Lane> {
  const registrars: BenchRegistrar[] = [];
  const close = async () => void (await Promise.all(registrars.map((registrar) => registrar.close())));
  try {
    for (const count of rows) registrars.push(await openBenchRegistrar(count));
    const [first, second] = registrars as [BenchRegistrar, BenchRegistrar?];
    return loadLane({
      contenders: contend(first, second),
      connections,
      instruments: nodeInstruments(),
      connect: (contender) => {
        const { host, port, roots } = registrars[contender] ?? first;
        return connectTls({ host, port, ca: [...roots] });
      },
      peakMemoryMiB: () => first.peakMemoryMiB(),
      close,
    });
  } catch (error) {
    await close();
    throw error;
  }
}

interface Station {
  readonly host: string;
  readonly token: string;
}

let made = 0;

function enrolStation(registrar: BenchRegistrar): Station {
  const added = registrar.command("operator", "add", "bench line", "--role", "station", "--product", product);
  return { host: registrar.host, token: added.trim() };
}

function bearing(name: string, role: "work" | "limit", station: Station): LoadContender {
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

const ndjson = "application/x-ndjson";

function bearingBatches(station: Station): LoadContender {
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

function countOf(body: Buffer, text: string): number {
  let count = 0;
  for (let at = body.indexOf(text); at >= 0; at = body.indexOf(text, at + text.length)) count++;
  return count;
}

function asking(station: Station): LoadContender {
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

function post(path: string, { host, token }: Station, type: string, body: string): Buffer {
  const head = [
    `POST ${path} HTTP/1.1`,
    `host: ${host}`,
    `authorization: Bearer ${token}`,
    `content-type: ${type}`,
    `content-length: ${body.length}`,
  ];
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`, "latin1");
}
