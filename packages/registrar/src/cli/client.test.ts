// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { RegistrarClient } from "./client.ts";

test("a token is sent to no address but one of https", () => {
  for (const url of [
    "http://registrar.example",
    "registrar.example",
    "",
    "ftp://registrar.example",
    "//registrar.example",
  ])
    assert.throws(
      () => new RegistrarClient({ url, trust: { roots: [] }, token: "nat_x" }),
      { code: "NAT_REGISTRAR_ADDRESS" },
      url,
    );
});

test("where nobody listens, that is said", async () => {
  const client = new RegistrarClient({ url: "https://127.0.0.1:1", trust: { roots: [] } });
  await assert.rejects(client.bytes("/healthz"), { code: "NAT_REGISTRAR_UNREACHABLE" });
});
