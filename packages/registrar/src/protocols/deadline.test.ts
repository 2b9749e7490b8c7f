// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import Fastify from "fastify";
import { holdDeadline } from "./deadline.ts";
import { answerProblem } from "./problem.ts";

/** A server whose time a test sets; it looks at its deadlines every few milliseconds. */
async function open() {
  const server = Fastify();
  const clock = { at: 0 };
  holdDeadline(server, { milliseconds: 150, now: () => clock.at });
  server.setErrorHandler(answerProblem);
  const held = Promise.withResolvers<string>();
  server.get("/held", () => held.promise);
  server.get("/begun", (_request, reply) => {
    reply.hijack();
    reply.raw.writeHead(200, { "content-length": "100" });
    reply.raw.write("begun");
  });
  server.get("/", () => "fine");
  await server.listen({ port: 0, host: "127.0.0.1" });
  const { port } = server.server.address() as AddressInfo;
  return { server, clock, held, port };
}

test("what is not answered in time is told to ask again, and a late answer hurts nobody", async () => {
  const { server, clock, held, port } = await open();
  const asked = fetch(`http://127.0.0.1:${port}/held`);
  assert.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 200);
  clock.at = 151;
  const answer = await asked;
  assert.equal(answer.status, 503);
  assert.equal(answer.headers.get("retry-after"), "1");
  assert.equal(((await answer.json()) as { code: string }).code, "NAT_HTTP_UNANSWERED");
  held.resolve("late");
  assert.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 200);
  await server.close();
});

test("an answer that has begun and does not end loses its connection", async () => {
  const { server, clock, port } = await open();
  const asked = request({ port, host: "127.0.0.1", path: "/begun" }).end();
  const [response] = await once(asked, "response");
  clock.at = 151;
  await assert.rejects(once(response.resume(), "end"), { code: "ECONNRESET" });
  await server.close();
});

test("who went away before is forgotten", async () => {
  const { server, clock, port } = await open();
  const asked = request({ port, host: "127.0.0.1", path: "/held" }).end();
  asked.on("error", () => undefined);
  await once(asked, "socket");
  asked.destroy();
  clock.at = 151;
  assert.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 200);
  await server.close();
});
