// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import helmet from "@fastify/helmet";
import Fastify from "fastify";
import { secureHeaders } from "./security-headers.ts";

for (const options of [{}, { contentSecurityPolicy: false, strictTransportSecurity: false } as const])
  test(`the headers are the plugin's own: ${JSON.stringify(options)}`, async () => {
    const [ours, theirs] = [Fastify(), Fastify()];
    await secureHeaders(ours, options);
    await theirs.register(helmet, options);
    for (const server of [ours, theirs]) server.get("/", () => ({ fine: true }));
    for (const path of ["/", "/absent"]) {
      const [{ headers: found }, { headers: due }] = [await ours.inject(path), await theirs.inject(path)];
      assert.deepEqual({ ...found, date: "" }, { ...due, date: "" }, path);
    }
  });

test("an answer may set one of them itself", async () => {
  const server = Fastify();
  await secureHeaders(server);
  server.get("/", (_request, reply) => reply.header("referrer-policy", "origin").send("fine"));
  assert.equal((await server.inject("/")).headers["referrer-policy"], "origin");
});
