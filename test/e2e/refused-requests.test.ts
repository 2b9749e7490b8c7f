// SPDX-License-Identifier: Apache-2.0
// What the HTTP doors refuse before anything of Natalis is asked, and what they refuse of lists, ids and life events:
// always a problem document, never a stack or a 500.

import assert from "node:assert/strict";
import { connect } from "node:tls";
import { after, before, suite, test } from "node:test";
import { encodePem } from "natalis/formats";
import type { Client } from "../support/client.ts";
import { loopback } from "../support/ports.ts";
import { assertProblem } from "../support/problem.ts";
import { openRegistrar, product, type RunningRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { bear, birthOf, makeDevice } from "../support/software-device.ts";

const scope = scopeOf({ after });
const unknownDevice = "00000000-0000-7000-8000-000000000000";
let registrar: RunningRegistrar;
let admin: Client;

before(async () => {
  registrar = await openRegistrar(scope);
  admin = registrar.admin;
});

/** Asks as administrator. */
async function refuses(method: string, path: string, status: number, code: string, body?: unknown): Promise<string> {
  return assertProblem(await admin.ask(method, path, { body }), status, code).detail;
}

suite("bodies", () => {
  test("larger than the limit", async () => {
    const request = "A".repeat(270_000);
    await refuses("POST", "/births", 413, "NAT_HTTP_TOO_LARGE", { ...birthOf(await makeDevice("BODY-1")), request });
  });

  test("larger than the limit and not said how large", async () => {
    const head = `POST /births HTTP/1.1\r\nhost: x\r\nauthorization: ${await bearer()}\r\n`;
    const chunk = `10000\r\n${"A".repeat(0x10000)}\r\n`;
    const answer = await speak(
      `${head}content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n${chunk.repeat(5)}`,
    );
    assert.match(answer, /^HTTP\/1\.1 413 /);
    assert.match(answer, /NAT_HTTP_TOO_LARGE/);
  });

  for (const type of ["text/plain", "application/xml", "application/x-www-form-urlencoded", "nonsense"])
    test(`of content type ${type}`, async () => {
      const answer = await admin.ask("POST", "/births", { body: "{}", headers: { "content-type": type } });
      assertProblem(answer, 415, "NAT_HTTP_MEDIA_TYPE");
    });

  test("that are no JSON, without telling what they are", async () => {
    const detail = await refuses("POST", "/births", 400, "NAT_HTTP_INVALID", '{"serial": "SECRET-9", ');
    assert.doesNotMatch(detail, /SECRET-9/);
    await refuses("POST", "/births", 400, "NAT_HTTP_INVALID", "");
    await refuses("POST", "/births", 400, "NAT_HTTP_INVALID", '{"__proto__": {"admin": true}}');
  });

  test("that lack a field, have one too many, or one of the wrong kind", async () => {
    const { serial: _, ...lacking } = birthOf(await makeDevice("BODY-2"));
    const whole = birthOf(await makeDevice("BODY-3"));
    const wrong: readonly unknown[] = [
      lacking,
      { ...whole, custody: 4 },
      { ...whole, serial: 7 },
      { ...whole, serial: "" },
      { ...whole, facility: "F".repeat(65) },
      { ...whole, firmwareDigest: "ABC" },
      [whole],
      null,
    ];
    for (const body of wrong) await refuses("POST", "/births", 400, "NAT_HTTP_INVALID", JSON.stringify(body));
  });
});

suite("addresses", () => {
  test("that nobody serves", async () => {
    for (const path of [
      "/",
      "/births/1",
      "/devices/x/y/z",
      "/admin",
      "/..%2f..%2fetc%2fpasswd",
      `/${"a".repeat(4000)}`,
    ])
      await refuses("GET", path, 404, "NAT_HTTP_NOT_FOUND");
    await refuses("PUT", "/births", 404, "NAT_HTTP_NOT_FOUND", {});
    await refuses("DELETE", "/devices", 404, "NAT_HTTP_NOT_FOUND");
  });

  test("of a length or an encoding that is none", async () => {
    await refuses("GET", "/devices/%zz", 400, "NAT_HTTP_INVALID");
    await refuses("GET", `/devices/${"a".repeat(101)}`, 400, "NAT_HTTP_INVALID");
    await refuses("GET", `/devices?serial=${"a".repeat(20_000)}`, 431, "NAT_HTTP_HEADER_SIZE");
  });

  test("words that are no HTTP", async () => {
    const answer = await speak("HELO registrar\r\n\r\n");
    assert.match(answer, /^HTTP\/1\.1 400 .*application\/problem\+json.*NAT_HTTP_INVALID/s);
  });

  test("a token in an address is none", async () => {
    const token = (await bearer()).slice("Bearer ".length);
    for (const query of [`access_token=${token}`, `token=${token}`])
      assertProblem(await admin.as(undefined).ask("GET", `/devices?${query}`), 401, "NAT_HTTP_UNAUTHENTICATED");
  });

  test("a stranger's body is not read before its token", async () => {
    const stranger = admin.as(undefined);
    for (const body of ["no JSON", { wrong: true }, "A".repeat(70_000)])
      assertProblem(await stranger.ask("POST", "/births", { body }), 401, "NAT_HTTP_UNAUTHENTICATED");
  });
});

suite("lists and ids", () => {
  test("pages longer than 500, empty ones, and positions that are none", async () => {
    const paths = ["/devices", `/devices/${unknownDevice}`, "/operators"];
    for (const path of paths)
      for (const limit of ["501", "0", "-1", "1.5", "all", ""])
        await refuses("GET", `${path}?limit=${limit}`, 400, "NAT_HTTP_INVALID");
    for (const after of ["-2", "x", "1e400"]) await refuses("GET", `/devices?after=${after}`, 400, "NAT_HTTP_INVALID");
    await refuses("GET", "/operators?after=%27%20OR%201=1", 400, "NAT_HTTP_INVALID");
    await refuses("GET", "/devices?state=dead", 400, "NAT_HTTP_INVALID");
    await refuses("GET", `/devices?serial=${"S".repeat(65)}`, 400, "NAT_HTTP_INVALID");
  });

  test("the longest page that is allowed", async () => {
    await admin.json("GET", "/devices?limit=500");
    await admin.json("GET", "/operators?limit=500");
  });

  test("ids that are no UUID", async () => {
    for (const id of ["1", "x".repeat(36), unknownDevice.slice(1), `${unknownDevice}0`])
      for (const end of ["", "/certificate", "/record", "/receipt", "/state-proof"])
        await refuses("GET", `/devices/${id}${end}`, 400, "NAT_HTTP_INVALID");
  });

  test("ids of no device", async () => {
    for (const end of ["", "/certificate", "/record", "/receipt", "/state-proof"])
      await refuses("GET", `/devices/${unknownDevice}${end}`, 404, "NAT_SERVICE_NOT_FOUND");
    for (const verb of ["suspend", "resume", "revoke", "retire"])
      await refuses("POST", `/devices/${unknownDevice}/${verb}`, 404, "NAT_SERVICE_NOT_FOUND", {});
  });

  test("tiles, bundles, lists and authorities that are not there", async () => {
    const key = "0".repeat(40);
    for (const path of [
      "tile/0/999",
      "tile/0/000.p/255",
      "tile/7/000",
      "tile/entries/x001/000",
      "tile/x/000",
      "tile/0/0",
    ])
      await refuses(
        "GET",
        `/log/${path}`,
        404,
        path.endsWith("tile/x/000") || path.endsWith("tile/0/0") ? "NAT_TLOG_TILE_PATH" : "NAT_HTTP_NOT_FOUND",
      );
    await refuses("GET", `/crl/${key}/00.crl`, 404, "NAT_SERVICE_NOT_FOUND");
    for (const path of [`/crl/${key}/0.crl`, "/crl/x/00.crl", `/ca/${key}.cer`, "/ca/x.cer"])
      await refuses("GET", path, 404, "NAT_HTTP_NOT_FOUND");
  });
});

suite("life events", () => {
  test("that the device's state does not allow", async () => {
    const { device } = await bear(admin, await makeDevice("LIFE-1"));
    const path = `/devices/${device}`;
    await refuses("POST", `${path}/resume`, 409, "NAT_LIFECYCLE_REFUSED", {});
    await admin.json("POST", `${path}/suspend`, {});
    await refuses("POST", `${path}/suspend`, 409, "NAT_LIFECYCLE_REFUSED", {});
    await admin.json("POST", `${path}/retire`, {});
    for (const verb of ["suspend", "resume", "revoke", "retire"])
      await refuses("POST", `${path}/${verb}`, 409, "NAT_LIFECYCLE_REFUSED", {});
  });

  test("with a reason that is no reason, or not theirs", async () => {
    const { device } = await bear(admin, await makeDevice("LIFE-2"));
    const path = `/devices/${device}`;
    const reason = "keyCompromise";
    await refuses("POST", `${path}/suspend`, 400, "NAT_SERVICE_REQUEST", { reason });
    await refuses("POST", `${path}/retire`, 400, "NAT_SERVICE_REQUEST", { invalidityDate: "2026-01-01T00:00:00Z" });
    await refuses("POST", `${path}/revoke`, 400, "NAT_HTTP_INVALID", { reason: "whim" });
    await refuses("POST", `${path}/revoke`, 400, "NAT_HTTP_INVALID", { invalidityDate: "yesterday" });
    await refuses("POST", `${path}/revoke`, 400, "NAT_HTTP_INVALID", { note: "n".repeat(501) });
  });

  test("all at once: only one of them happens", async () => {
    const { device } = await bear(admin, await makeDevice("LIFE-3"));
    const verbs = ["revoke", "retire", "revoke", "retire"];
    const answers = await Promise.all(
      verbs.map((verb) => admin.ask("POST", `/devices/${device}/${verb}`, { body: {} })),
    );
    const refused = answers.filter(({ status }) => status !== 200);
    assert.equal(refused.length, verbs.length - 1);
    for (const answer of refused) assertProblem(answer, 409, "NAT_LIFECYCLE_REFUSED");
  });
});

suite("operators", () => {
  test("products or a quota for anyone but a station", async () => {
    for (const body of [
      { name: "a", role: "auditor", quota: 1 },
      { name: "r", role: "registrar", products: [product] },
    ])
      await refuses("POST", "/operators", 400, "NAT_SERVICE_REQUEST", body);
  });

  test("one that is unknown, or revoked already", async () => {
    await refuses("DELETE", "/operators/station-0", 404, "NAT_SERVICE_NOT_FOUND");
    const { id } = await admin.json<{ id: string }>("POST", "/operators", { name: "line", role: "station" });
    await admin.json("DELETE", `/operators/${id}`);
    await refuses("DELETE", `/operators/${id}`, 409, "NAT_REGISTRY_OPERATOR");
  });
});

test("nothing of all this was the registrar's failure", () => {
  assert.doesNotMatch(registrar.printed(), /request failed|a chore failed/);
  assert.ok(!registrar.printed().includes(encodePem("CERTIFICATE REQUEST", new Uint8Array(1)).slice(0, 20)));
});

async function bearer(): Promise<string> {
  const { token } = await admin.json<{ token: string }>("POST", "/operators", { name: "writer", role: "admin" });
  return `Bearer ${token}`;
}

/** Says something over TLS as it is, and answers what comes until the registrar hangs up. */
function speak(words: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const ca = registrar.trust.roots.map(({ der }) => encodePem("CERTIFICATE", der));
    const socket = connect({ host: loopback, port: registrar.place.httpsPort, ca }, () => socket.write(words));
    let heard = "";
    socket.setTimeout(5000, () => socket.destroy(new Error("nobody hung up")));
    socket.setEncoding("utf8").on("data", (part) => {
      heard += String(part);
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(heard));
  });
}
