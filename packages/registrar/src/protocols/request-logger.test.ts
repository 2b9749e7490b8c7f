// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import Fastify, { LogController } from "fastify";
import { pino } from "pino";
import { lazyRequestLogger } from "./request-logger.ts";

interface Said {
  readonly level: number;
  readonly msg: string;
  readonly reqId: string;
  readonly part?: string;
}

function open() {
  const stream = new PassThrough().setEncoding("utf8");
  const logger = pino({ level: "trace" }, stream);
  let children = 0;
  const { child } = logger;
  logger.child = function (this: typeof logger, ...more: Parameters<typeof child>) {
    children += 1;
    return child.apply(this, more);
  } as typeof child;
  const server = Fastify({
    loggerInstance: logger,
    childLoggerFactory: lazyRequestLogger,
    logController: new LogController({ disableRequestLogging: true }),
  });
  const said = () =>
    String(stream.read() ?? "")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Said);
  return { server, said, children: () => children };
}

test("what a request says carries its id, at every level", async () => {
  const { server, said } = open();
  server.get("/", ({ log }) => {
    for (const level of ["trace", "debug", "info", "warn", "error", "fatal"] as const)
      log[level]({ part: level }, "said");
    log.silent("unheard");
    log.child({ part: "child" }).info("said by a child");
    return log.level;
  });
  const answer = await server.inject("/");
  assert.equal(answer.body, "trace");
  const lines = said();
  assert.deepEqual(
    lines.map(({ level, part }) => [level, part]),
    [
      [10, "trace"],
      [20, "debug"],
      [30, "info"],
      [40, "warn"],
      [50, "error"],
      [60, "fatal"],
      [30, "child"],
    ],
  );
  assert.deepEqual(new Set(lines.map(({ reqId }) => reqId)), new Set(["req-1"]));
});

test("a request that says nothing makes no logger", async () => {
  const { server, said, children } = open();
  server.get("/", () => "nothing");
  await server.ready();
  const before = children();
  await server.inject("/");
  assert.deepEqual([said(), children()], [[], before]);
});
