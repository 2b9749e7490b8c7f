// SPDX-License-Identifier: Apache-2.0
// Which door has what, and what every answer carries; over no socket. What doors answer is tested in test/e2e.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { FastifyInstance, RouteOptions } from "fastify";
import type { Principal } from "natalis/birth";
import { shardOf } from "natalis/issue";
import { formatUuid } from "natalis/kernel";
import { VolatileInsecureRegistry } from "natalis/testing";
import { pino } from "pino";
import type { Authentications } from "../service/authentications.ts";
import type { Identify, Registrar } from "../service/registrar.ts";
import { Lifecycle } from "../service/lifecycle.ts";
import { RevocationLists } from "../service/revocation-lists.ts";
import {
  birthInput,
  birthsOf,
  openUnsafeTestRegistry,
  testStation,
  type UnsafeTestRegistry,
} from "../service/unsafe-test-registry.ts";
import { requireAction } from "./authentication.ts";
import { publicRequestsPerMinute } from "./limits.ts";
import { buildPlainServer, buildSecureServer } from "./server.ts";

const logger = pino({ level: "silent" });
const admin: Principal = { id: "admin", name: "admin", role: "admin", products: [] };
const people = new Map([
  ["admin", admin],
  ["station", testStation],
]);
const identify: Identify = (credential) =>
  Promise.resolve("token" in credential ? people.get(credential.token) : undefined);

let made: UnsafeTestRegistry;
let plain: FastifyInstance;
let secure: FastifyInstance;

before(async () => {
  made = await openUnsafeTestRegistry(new VolatileInsecureRegistry().stores);
  const { stores, proofs, queue, clock, issuing, issuingKey } = made;
  const registrar = {
    stores,
    proofs,
    births: birthsOf(made),
    lifecycle: new Lifecycle(queue, proofs, clock),
    revocationLists: new RevocationLists(stores, issuing, issuingKey, clock),
    trust: "{}",
    isReady: () => queue.isOpen,
  } as unknown as Registrar;
  plain = await buildPlainServer(registrar, logger);
  secure = await buildSecureServer(
    { registrar, identify, authentications: {} as Authentications },
    { key: "", cert: "" },
    logger,
  );
});

function codeOf(body: string): unknown {
  return (JSON.parse(body) as { code?: unknown }).code;
}

test("plain http has what certificates and log monitors need, and nothing that asks for trust or a token", async () => {
  for (const path of ["/healthz", "/readyz", "/log/checkpoint", "/log/tile/0/000.p/1"])
    assert.equal((await plain.inject(path)).statusCode, 200, path);
  for (const path of ["/trust.json", "/openapi.json", "/devices", "/operators"]) {
    const answer = await plain.inject({ url: path, headers: { authorization: "Bearer admin" } });
    assert.deepEqual([answer.statusCode, codeOf(answer.body)], [404, "NAT_HTTP_NOT_FOUND"], path);
  }
});

test("every public address counts against the limit of who asks", async () => {
  for (const path of ["/healthz", "/trust.json", "/openapi.json", "/log/checkpoint", "/crl/x/00.crl", "/ca/x.cer"])
    assert.equal((await secure.inject(path)).headers["x-ratelimit-limit"], String(publicRequestsPerMinute), path);
});

test("HEAD is GET without the content", async () => {
  const [get, head] = [
    await plain.inject("/log/checkpoint"),
    await plain.inject({ method: "HEAD", url: "/log/checkpoint" }),
  ];
  assert.deepEqual([head.statusCode, head.body], [200, ""]);
  assert.equal(head.headers["content-length"], get.headers["content-length"]);
});

test("an address that asks who you are keeps nothing in caches, whatever it answers", async () => {
  for (const [token, status] of [
    [undefined, 401],
    ["nobody", 401],
    ["station", 403],
    ["admin", 200],
  ] as const) {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const answer = await secure.inject({ url: "/devices", headers });
    assert.deepEqual([answer.statusCode, answer.headers["cache-control"]], [status, "no-store"], token);
  }
});

test("the scheme of a token is written as one likes, the token is not", async () => {
  const ask = (authorization: string) => secure.inject({ url: "/devices", headers: { authorization } });
  for (const header of ["bearer admin", "BEARER admin", "Bearer  admin"])
    assert.equal((await ask(header)).statusCode, 200, header);
  for (const header of ["admin", "Basic admin", "Bearer ADMIN", "Bearer admin admin", "Bearer"])
    assert.equal((await ask(header)).statusCode, 401, header);
});

test("a list is sent again only where it is another one", async () => {
  const { deviceId } = await birthsOf(made).bear(testStation, await birthInput("ETAG-1"));
  const { certificateSerial } = await made.proofs.device(deviceId);
  const url = `/crl/${made.issuing.keyId}/${shardOf(certificateSerial).toString(16).padStart(2, "0")}.crl`;
  const first = await plain.inject(url);
  assert.equal(first.headers["content-type"], "application/pkix-crl");
  const again = { url, headers: { "if-none-match": String(first.headers.etag) } };
  const unchanged = await plain.inject(again);
  assert.deepEqual([unchanged.statusCode, unchanged.rawPayload.length], [304, 0]);
  await made.queue.submit({ type: "suspended", deviceId, actor: "admin" });
  assert.equal((await plain.inject(again)).statusCode, 200);
});

test("a query with a field that no list has is refused, not ignored", async () => {
  const headers = { authorization: "Bearer admin" };
  const answer = await secure.inject({ url: "/devices?serail=1", headers });
  assert.deepEqual([answer.statusCode, codeOf(answer.body)], [400, "NAT_HTTP_INVALID"]);
});

test("a note that a terminal would obey is refused", async () => {
  const { deviceId } = await birthsOf(made).bear(testStation, await birthInput("NOTE-1"));
  const url = `/devices/${formatUuid(deviceId)}/suspend`;
  for (const note of ["\u001b[2J", "a\nb", "\u202e", "", " ", "\ud800"]) {
    const payload = JSON.stringify({ note });
    const headers = { authorization: "Bearer admin", "content-type": "application/json" };
    const answer = await secure.inject({ method: "POST", url, headers, payload });
    assert.deepEqual([answer.statusCode, codeOf(answer.body)], [400, "NAT_HTTP_INVALID"], JSON.stringify(note));
  }
});

test("a route among those that ask who you are must name its action", () => {
  const route = { method: "GET", url: "/naked", handler: () => undefined } as unknown as RouteOptions;
  assert.throws(() => requireAction("bearer")(route), /GET \/naked names no action/);
});
