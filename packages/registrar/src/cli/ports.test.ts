// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";
import { freePort, parsePort } from "./ports.ts";

const host = "127.0.0.1";

test("a port is a whole number from 1 to 65535", () => {
  assert.deepEqual(["1", "8443", "65535"].map(parsePort), [1, 8443, 65_535]);
  for (const text of ["0", "65536", "-1", "1.5", "https", "", "NaN"])
    assert.throws(() => parsePort(text), { code: "commander.invalidArgument" }, text);
});

test("a port that is taken is not given, and another one is", async (t) => {
  const server = createServer();
  t.after(() => server.close());
  await new Promise<void>((resolve) => server.listen({ host, port: 0 }, resolve));
  const { port } = server.address() as { port: number };
  const found = await freePort(host, port);
  assert.notEqual(found, port);
  assert.equal(await freePort(host, found), found);
});
