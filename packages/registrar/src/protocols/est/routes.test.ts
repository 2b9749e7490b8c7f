// SPDX-License-Identifier: Apache-2.0
// The door over a registrar that refuses as it is told; a real one answers in test/e2e/est.test.ts.

import assert from "node:assert/strict";
import { after, beforeEach, describe, test } from "node:test";
import Fastify, { type FastifyInstance } from "fastify";
import { generateKey } from "@natalis/node";
import type { Principal } from "natalis/birth";
import { buildCertificationRequest } from "natalis/device";
import { algorithms } from "natalis/formats";
import { parseProfile } from "natalis/issue";
import { type ErrorCode, NatalisError, toBase64 } from "natalis/kernel";
import type { BirthInput } from "../../service/births.ts";
import type { Credential, Registrar } from "../../service/registrar.ts";
import { estDoor, estPrefix } from "./routes.ts";

const profile = parseProfile({
  product: "meter",
  version: 1,
  maker: "Example Makers",
  models: ["M-1"],
  productNumber: 1,
  algorithms: ["ES256"],
  notAfter: "none",
  minimumCustody: 0,
  admission: { kind: "open" },
});
const station: Principal = { id: "station-1", name: "Plant 7", role: "station", products: ["meter"] };
const { signer } = generateKey(algorithms.ES256);
const request = toBase64(await buildCertificationRequest({ serial: "SN-1", signer }));
const headers = { authorization: `Basic ${btoa("station-1:secret")}`, "content-type": "application/pkcs10" };

let server: FastifyInstance;
let failure: Error;
const asked: BirthInput[] = [];

beforeEach(async () => {
  await server?.close();
  asked.length = 0;
  server = Fastify();
  const births = {
    bear: (_: Principal, input: BirthInput) => {
      asked.push(input);
      return Promise.reject(failure);
    },
  };
  const authorities = { latestAuthority: () => undefined };
  const registrar = { profiles: new Map([["meter", profile]]), births, stores: { authorities } };
  const identify = (shown: Credential) =>
    Promise.resolve("id" in shown && shown.token === "secret" ? station : undefined);
  await server.register(estDoor(registrar as unknown as Registrar, identify), { prefix: estPrefix });
});
after(() => server.close());

async function enrolFailing(code: ErrorCode, detail = "detail") {
  failure = new NatalisError(code, "What it means.", detail);
  return server.inject({ method: "POST", url: `${estPrefix}/meter/simpleenroll`, headers, payload: request });
}

describe("a refusal of the registrar", () => {
  for (const [code, status] of [
    ["NAT_BIRTH_NOT_ADMITTED", 403],
    ["NAT_BIRTH_KEY_REUSED", 409],
    ["NAT_BIRTH_POSSESSION", 400],
    ["NAT_ISSUE_LINT", 422],
    ["NAT_REGISTRY_QUOTA", 403],
  ] as const)
    test(`${code} is ${status}, in words`, async () => {
      const answer = await enrolFailing(code);
      assert.deepEqual([answer.statusCode, answer.headers["content-type"]], [status, "text/plain; charset=utf-8"]);
      assert.equal(answer.body, `What it means. [${code}] detail\n`);
      assert.deepEqual([asked[0]?.serial, asked[0]?.model, asked[0]?.facility], ["SN-1", "M-1", "Plant 7"]);
    });

  test("a full pipeline is 503, and says when to come again", async () => {
    for (const code of ["NAT_PIPELINE_FULL", "NAT_PIPELINE_CLOSED", "NAT_REGISTRY_BUSY"] as const) {
      const answer = await enrolFailing(code);
      assert.deepEqual([answer.statusCode, answer.headers["retry-after"]], [503, "1"]);
      assert.match(answer.body, new RegExp(`\\[${code}\\]`));
    }
  });

  test("a failure of its own is told as one, and nothing of it", async () => {
    const answer = await enrolFailing("NAT_SERVICE_DATA", "secret detail");
    assert.equal(answer.statusCode, 500);
    assert.match(answer.body, /\[NAT_HTTP_INTERNAL\]/);
    assert.doesNotMatch(answer.body, /secret/);
    failure = new TypeError("secret bug");
    const other = await server.inject({ method: "POST", url: `${estPrefix}/simpleenroll`, headers, payload: request });
    assert.equal(other.statusCode, 500);
    assert.doesNotMatch(other.body, /secret/);
  });
});

test("the content type may have parameters and any case", async () => {
  failure = new NatalisError("NAT_PIPELINE_FULL", "Full.", "detail");
  for (const type of ["application/pkcs10; charset=us-ascii", "Application/PKCS10"]) {
    const given = { ...headers, "content-type": type };
    const sent = { method: "POST", url: `${estPrefix}/simpleenroll`, headers: given, payload: request } as const;
    assert.equal((await server.inject(sent)).statusCode, 503, type);
  }
});

test("a registry without authorities is a failure, not an empty answer", async () => {
  const answer = await server.inject({ url: `${estPrefix}/cacerts` });
  assert.equal(answer.statusCode, 500);
});

test("cacerts are limited for each address, enrolments are not", async () => {
  const answer = await server.inject({ url: `${estPrefix}/cacerts` });
  assert.ok(Number(answer.headers["x-ratelimit-limit"]) > 0);
  const enrolment = await enrolFailing("NAT_PIPELINE_FULL");
  assert.equal(enrolment.headers["x-ratelimit-limit"], undefined);
});

test("the token reaches nobody but who checks it", async () => {
  const answer = await server.inject({
    method: "POST",
    url: `${estPrefix}/simpleenroll`,
    headers: { ...headers, authorization: `Basic ${btoa("station-1:not-it")}` },
    payload: request,
  });
  assert.equal(answer.statusCode, 401);
  assert.equal(asked.length, 0);
  assert.doesNotMatch(answer.body, /not-it/);
});
