// SPDX-License-Identifier: Apache-2.0
// Many births in one call: each line is answered on its own, as a birth that was asked for alone.

import assert from "node:assert/strict";
import { once } from "node:events";
import { request as requestHttps } from "node:https";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { encodePem } from "natalis/formats";
import { fromBase64 } from "natalis/kernel";
import { verifyReceipt } from "natalis/registry";
import { assertProblem } from "../support/problem.ts";
import { openRegistrar, readToken, type RunningRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { bear, type BirthAnswer, birthOf, makeDevice, type SoftwareDevice } from "../support/software-device.ts";

interface Result {
  readonly line: number;
  readonly status: number;
  readonly birth?: BirthAnswer;
  readonly problem?: { readonly code: string; readonly detail: string };
}

const scope = scopeOf({ after });
const headers = { "content-type": "application/x-ndjson" };
let registrar: RunningRegistrar;

before(async () => {
  registrar = await openRegistrar(scope);
});

async function batch(lines: readonly string[], end = "\n"): Promise<Map<number, Result>> {
  const answer = await registrar.admin.ask("POST", "/births/batch", { body: lines.join("\n") + end, headers });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.headers["content-type"], headers["content-type"]);
  return resultsOf(answer.text);
}

function resultsOf(text: string): Map<number, Result> {
  const results = text.split("\n").filter((line) => line !== "");
  const parsed = results.map((line) => JSON.parse(line) as Result);
  const byLine = new Map(parsed.map((result) => [result.line, result]));
  assert.equal(byLine.size, parsed.length, "no line is answered twice");
  return byLine;
}

const lineOf = (device: SoftwareDevice) => JSON.stringify(birthOf(device));
const devicesOf = (count: number, name: string) =>
  Promise.all(Array.from({ length: count }, (_, i) => makeDevice(`${name}-${i}`)));

test("every line is a birth of its own, with a receipt that verifies, and the same again when asked again", async () => {
  const devices = await devicesOf(150, "MANY");
  const results = await batch(devices.map(lineOf));
  assert.deepEqual(new Set(Array.from(results.values(), ({ status }) => status)), new Set([201]));
  const trust = { policy: registrar.trust.log, verifier: nodeSignatureVerifier, hash: nodeHash };
  for (const [i] of devices.entries()) {
    const { birth } = results.get(i + 1) ?? assert.fail(`line ${i + 1}`);
    assert.ok(birth);
    assert.equal((await verifyReceipt(birth.receipt, fromBase64(birth.entry), trust)).index, birth.index);
  }
  const again = await batch(devices.map(lineOf));
  for (const [line, { status, birth }] of again) {
    assert.equal(status, 200);
    assert.equal(birth?.certificate, results.get(line)?.birth?.certificate);
  }
});

test("what is wrong with one line is told of that line, and the others are born", async () => {
  const [good, twin, born, last] = [...(await devicesOf(3, "MIXED")), await makeDevice("MIXED-LAST")];
  await bear(registrar.admin, born as SoftwareDevice);
  const stolen = { ...birthOf(born as SoftwareDevice), serial: "MIXED-OTHER" };
  const { request: _, ...unsigned } = birthOf(twin as SoftwareDevice);
  const results = await batch(
    [
      lineOf(good),
      "not json",
      "[]",
      JSON.stringify(unsigned),
      "",
      JSON.stringify({ ...stolen, request: (await makeDevice("MIXED-OTHER")).request, product: "toaster" }),
      `{"request": "\uD800"}`,
      lineOf(last as SoftwareDevice),
    ],
    "",
  );
  const told = Array.from(results.values(), ({ line, status, problem }) => [line, status, problem?.code]);
  assert.deepEqual(
    told.toSorted((a, b) => Number(a[0]) - Number(b[0])),
    [
      [1, 201, undefined],
      [2, 400, "NAT_HTTP_INVALID"],
      [3, 400, "NAT_HTTP_INVALID"],
      [4, 400, "NAT_HTTP_INVALID"],
      [6, 404, "NAT_SERVICE_NOT_FOUND"],
      [7, 400, "NAT_HTTP_INVALID"],
      [8, 201, undefined],
    ],
  );
});

test("one unit twice in a batch is one birth", async () => {
  const [one, other] = [await makeDevice("TWICE"), await makeDevice("TWICE")];
  const results = await batch([lineOf(one), lineOf(other), lineOf(one)]);
  const born = Array.from(results.values()).filter(({ status }) => status === 201);
  assert.equal(born.length, 1);
  const refused = Array.from(results.values()).filter(({ status }) => status === 409);
  assert.ok(refused.every(({ problem }) => problem?.code === "NAT_BIRTH_UNIT_REUSED"));
});

test("a batch with a line too long, or too many lines, is read as far as it goes and says so", async () => {
  const first = await makeDevice("LONG-1");
  const long = await batch([lineOf(first), "x".repeat(300_000), lineOf(await makeDevice("LONG-2"))]);
  assert.deepEqual([long.get(1)?.status, long.get(0)?.status, long.size], [201, 413, 2]);
  const many = await batch(Array.from({ length: 10_001 }, () => "{}"));
  assert.deepEqual([many.size, many.get(0)?.problem?.code], [10_001, "NAT_HTTP_TOO_LARGE"]);
});

test("nothing asked for is nothing answered; strangers and other types are refused before a line is read", async () => {
  const empty = await registrar.admin.ask("POST", "/births/batch", { headers });
  assert.deepEqual([empty.status, empty.text], [200, ""]);
  const stranger = await registrar.admin.as(undefined).ask("POST", "/births/batch", { body: "{}\n", headers });
  assertProblem(stranger, 401, "NAT_HTTP_UNAUTHENTICATED");
  const json = await registrar.admin.ask("POST", "/births/batch", { body: "{}\n" });
  assertProblem(json, 415, "NAT_HTTP_MEDIA_TYPE");
});

test("a reader that is slow gets everything, and one that goes away leaves births that can be asked for again", async () => {
  const devices = await devicesOf(300, "SLOW");
  const { place, trust } = registrar;
  const ask = () =>
    requestHttps({
      host: "127.0.0.1",
      port: place.httpsPort,
      path: "/births/batch",
      method: "POST",
      headers: { ...headers, authorization: `Bearer ${readToken(place)}` },
      ca: trust.roots.map(({ der }) => encodePem("CERTIFICATE", der)),
      agent: false,
    });
  const gone = ask();
  gone.on("error", () => undefined);
  gone.end(devices.map(lineOf).join("\n"));
  await once(gone, "response");
  gone.destroy();
  const slow = ask();
  slow.end(devices.map(lineOf).join("\n"));
  const [response] = await once(slow, "response");
  await wait(300);
  let text = "";
  for await (const part of response) text += part;
  const results = resultsOf(text);
  assert.equal(results.size, devices.length);
  for (const { status } of results.values()) assert.ok(status === 200 || status === 201);
});
