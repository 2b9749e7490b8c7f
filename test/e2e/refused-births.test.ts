// SPDX-License-Identifier: Apache-2.0
// What a birth is refused for, over a real socket: each time a problem document with its stable code, nothing entered,
// and nothing told about other units.

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { buildCertificationRequest } from "natalis/device";
import { algorithms, assembleSigned, encodePem, parseCertificationRequest, parsePem } from "natalis/formats";
import type { Client } from "../support/client.ts";
import { assertProblem } from "../support/problem.ts";
import { makeRegistrar, product, type RunningRegistrar, startRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { bear, birthOf, makeDevice, requestOf, type SoftwareDevice } from "../support/software-device.ts";

interface Enrolled {
  readonly id: string;
  readonly token: string;
}

const scope = scopeOf({ after });
let registrar: RunningRegistrar;
let station: Client;
let other: Client;
/** Everything that was refused, as it was told. */
const told: string[] = [];
/** What only those who know it already may read. */
const confidential: string[] = [];

before(async () => {
  const place = await makeRegistrar(scope);
  await addGauge(join(place.folder, "profiles"));
  registrar = await startRegistrar(scope, place);
  station = await enrol({ role: "station", products: [product, "gauge"] });
  other = await enrol({ role: "station", products: [product] });
});

suite("what a birth is refused for", () => {
  test("a request that another key signed", async () => {
    const [victim, thief] = [await makeDevice("POSSESSION-1"), await makeDevice("POSSESSION-1")];
    const { info } = parseCertificationRequest(derOf(victim.request));
    const { signer } = thief;
    const forged = assembleSigned(info, signer.algorithm.signatureIdentifier, await signer.sign(info));
    await refuses(station, { ...birthOf(victim), request: pem(forged) }, 400, "NAT_BIRTH_POSSESSION");
  });

  test("a request whose signature is not of its content", async () => {
    const { signer, serial } = await makeDevice("POSSESSION-2");
    const request = parseCertificationRequest(await buildCertificationRequest({ serial: "POSSESSION-3", signer }));
    const { info } = parseCertificationRequest(derOf(await requestOf(serial, signer)));
    const forged = assembleSigned(info, request.signatureIdentifier, request.signature);
    await refuses(station, birthOf({ serial, request: pem(forged) }), 400, "NAT_BIRTH_POSSESSION");
  });

  test("a key that was born before: as another unit, for another station, with other facts", async () => {
    const born = await bornDevice("KEY-1");
    const asOther = { ...birthOf(born), serial: "KEY-2", request: await requestOf("KEY-2", born.signer) };
    await refuses(station, asOther, 409, "NAT_BIRTH_KEY_REUSED");
    await refuses(other, birthOf(born), 409, "NAT_BIRTH_KEY_REUSED");
    await refuses(station, { ...birthOf(born), facility: "Plant 8" }, 409, "NAT_BIRTH_KEY_REUSED");
  });

  test("a unit that was born before, with a new key", async () => {
    await bornDevice("UNIT-1");
    await refuses(station, birthOf(await makeDevice("UNIT-1")), 409, "NAT_BIRTH_UNIT_REUSED");
  });

  for (const [verb, state] of [
    ["suspend", "suspended"],
    ["revoke", "revoked"],
    ["retire", "retired"],
  ] as const)
    test(`key and unit of a device that is ${state}`, async () => {
      const serial = `ENDED-${verb}`;
      const device = await makeDevice(serial);
      const { device: id } = await bear(station, device);
      await registrar.admin.json("POST", `/devices/${id}/${verb}`, {});
      await refuses(station, birthOf(device), 409, "NAT_BIRTH_KEY_REUSED");
      await refuses(station, birthOf(await makeDevice(serial)), 409, "NAT_BIRTH_UNIT_REUSED");
    });

  test("a product line that does not exist", async () => {
    const body = { ...birthOf(await makeDevice("PRODUCT-1")), product: "no-such" };
    await refuses(station, body, 404, "NAT_SERVICE_NOT_FOUND");
  });

  test("a product line that the station is not enrolled for", async () => {
    const body = { ...birthOf(await makeDevice("G-0150")), product: "gauge", model: "G-1" };
    await refuses(other, body, 403, "NAT_BIRTH_STATION_PRODUCT");
  });

  test("a serial number or a model that the product line does not expect", async () => {
    const body = async (serial: string, model: string) => ({
      ...birthOf(await makeDevice(serial)),
      product: "gauge",
      model,
    });
    await refuses(station, await body("G-0201", "G-1"), 403, "NAT_BIRTH_NOT_ADMITTED");
    await refuses(station, await body("G-0150", "G-2"), 403, "NAT_BIRTH_NOT_ADMITTED");
    await station.json("POST", "/births", await body("G-0150", "G-1"));
  });

  test("an algorithm that the product line does not allow", async () => {
    const device = await makeDevice("G-0151", algorithms.ES384);
    await refuses(station, { ...birthOf(device), product: "gauge", model: "G-1" }, 400, "NAT_BIRTH_ALGORITHM");
  });

  test("facts that no certificate may carry", async () => {
    const body = birthOf(await makeDevice("FACTS-1"));
    await refuses(station, { ...body, serial: "Größe" }, 400, "NAT_BIRTH_FACTS");
    await refuses(station, { ...body, serial: "FACTS-2" }, 400, "NAT_BIRTH_FACTS");
  });

  test("a request that is cut off, bent, empty or none", async () => {
    const device = await makeDevice("FORM-1");
    const der = derOf(device.request);
    const bent = der.slice();
    bent[4] = (bent[4] as number) ^ 0x20;
    const forms: readonly (readonly [request: string, code: string])[] = [
      [pem(der.subarray(0, der.length - 1)), "NAT_DER_TRUNCATED"],
      [pem(Uint8Array.of(...der, 0)), "NAT_DER_TRAILING"],
      [pem(bent), "NAT_DER_TAG"],
      ["no request at all", "NAT_BYTES_BASE64"],
      [`${device.request}${device.request}`, "NAT_HTTP_INVALID"],
      [device.request.slice(0, 200), "NAT_PEM_BOUNDARY"],
    ];
    for (const [request, code] of forms) await refuses(station, { ...birthOf(device), request }, 400, code);
  });
});

suite("who may not ask", () => {
  test("nobody, an unknown token, a malformed one, a revoked one", async () => {
    const body = birthOf(await makeDevice("WHO-1"));
    const enrolled = await enrolOperator({ role: "station", products: [product] });
    await registrar.admin.json("DELETE", `/operators/${enrolled.id}`);
    const tokens = [undefined, `nat_${"A".repeat(43)}`, "secret", enrolled.token];
    for (const token of tokens) {
      const answer = await registrar.admin.as(token).ask("POST", "/births", { body });
      assertProblem(answer, 401, "NAT_HTTP_UNAUTHENTICATED");
      assert.match(answer.headers["www-authenticate"] ?? "", /^Bearer /);
      told.push(answer.text);
    }
  });

  test("a station over its role", async () => {
    const { device } = await bear(station, await makeDevice("ROLE-1"));
    const asked: readonly (readonly [method: string, path: string, body?: unknown])[] = [
      ["GET", "/devices"],
      ["GET", `/devices/${device}`],
      ["GET", `/devices/${device}/state-proof`],
      ["POST", `/devices/${device}/suspend`, {}],
      ["POST", `/devices/${device}/retire`, {}],
      ["GET", "/operators"],
      ["POST", "/operators", { name: "accomplice", role: "admin" }],
      ["DELETE", "/operators/admin"],
    ];
    for (const [method, path, body] of asked) await denies(station, method, path, body);
  });

  test("an auditor or a registrar over its role", async () => {
    const body = birthOf(await makeDevice("ROLE-2"));
    const [auditor, clerk] = [await enrol({ role: "auditor" }), await enrol({ role: "registrar" })];
    await denies(auditor, "POST", "/births", body);
    await denies(auditor, "POST", "/devices/00000000-0000-7000-8000-000000000000/revoke", {});
    await denies(clerk, "POST", "/operators", { name: "accomplice", role: "station" });
    await denies(clerk, "DELETE", "/operators/admin");
    await clerk.json("POST", "/births", body);
    await auditor.json("GET", "/devices");
  });
});

suite("a station's quota", () => {
  test("is exact, and a retry costs nothing", async () => {
    const bounded = await enrol({ role: "station", products: [product], quota: 2 });
    const [first, second, third] = await devices("QUOTA", 3);
    await bear(bounded, first as SoftwareDevice);
    await bear(bounded, second as SoftwareDevice);
    await refuses(bounded, birthOf(third as SoftwareDevice), 403, "NAT_REGISTRY_QUOTA");
    assert.equal((await bear(bounded, first as SoftwareDevice)).kind, "stored");
    await bear(station, third as SoftwareDevice);
  });

  test("is exact when all ask at once", async () => {
    const quota = 5;
    const bounded = await enrol({ role: "station", products: [product], quota });
    const crowd = await devices("CROWD", 3 * quota);
    const answers = await Promise.all(crowd.map((one) => bounded.ask("POST", "/births", { body: birthOf(one) })));
    const refused = answers.filter(({ status }) => status !== 201);
    assert.equal(answers.length - refused.length, quota);
    for (const answer of refused) told.push(assertProblem(answer, 403, "NAT_REGISTRY_QUOTA").detail);
  });
});

suite("births of one thing at once", () => {
  test("one unit with many keys is born once", async () => {
    const rivals = await Promise.all(Array.from({ length: 8 }, () => makeDevice("RIVALS-1")));
    const answers = await Promise.all(rivals.map((one) => station.ask("POST", "/births", { body: birthOf(one) })));
    const refused = answers.filter(({ status }) => status !== 201);
    assert.equal(refused.length, rivals.length - 1);
    for (const answer of refused) assertProblem(answer, 409, "NAT_BIRTH_UNIT_REUSED");
  });

  test("one request sent many times is born once and answered alike", async () => {
    const device = await makeDevice("IMPATIENT-1");
    const answers = await Promise.all(Array.from({ length: 8 }, () => bear(station, device)));
    assert.deepEqual(answers.map(({ kind }) => kind).toSorted(), [
      "born",
      ...Array.from({ length: 7 }, () => "stored"),
    ]);
    assert.equal(new Set(answers.map(({ certificate }) => certificate)).size, 1);
  });
});

test("no refusal told a token, or anything of another unit", () => {
  assert.ok(told.length > 20 && confidential.length > 10);
  for (const text of told) for (const secret of confidential) assert.ok(!text.includes(secret), `${secret} in ${text}`);
});

test("nothing of all this is in the registrar's log", () => {
  for (const secret of [...confidential, "PRIVATE KEY"]) assert.ok(!registrar.printed().includes(secret), secret);
  assert.doesNotMatch(registrar.printed(), /request failed/);
});

/** Profile of a second product line that expects little. */
async function addGauge(folder: string): Promise<void> {
  const first = JSON.parse(await readFile(join(folder, `${product}.json`), "utf8")) as object;
  const admission = { kind: "serials", from: "G-0100", to: "G-0200" };
  const gauge = { ...first, product: "gauge", productNumber: 2, models: ["G-1"], algorithms: ["ES256"], admission };
  await writeFile(join(folder, "gauge.json"), JSON.stringify(gauge));
}

async function enrolOperator(request: { role: string; products?: string[]; quota?: number }): Promise<Enrolled> {
  const enrolled = await registrar.admin.json<Enrolled>("POST", "/operators", { name: "line 1", ...request });
  confidential.push(enrolled.token);
  return enrolled;
}

async function enrol(request: Parameters<typeof enrolOperator>[0]): Promise<Client> {
  return registrar.admin.as((await enrolOperator(request)).token);
}

async function bornDevice(serial: string): Promise<SoftwareDevice> {
  const device = await makeDevice(serial);
  const answer = await bear(station, device);
  confidential.push(answer.device, serial);
  return device;
}

function devices(name: string, count: number): Promise<SoftwareDevice[]> {
  return Promise.all(Array.from({ length: count }, (_, number) => makeDevice(`${name}-${number}`)));
}

async function refuses(client: Client, body: unknown, status: number, code: string): Promise<void> {
  const answer = await client.ask("POST", "/births", { body });
  assertProblem(answer, status, code);
  told.push(answer.text);
}

async function denies(client: Client, method: string, path: string, body?: unknown): Promise<void> {
  const answer = await client.ask(method, path, { body });
  assertProblem(answer, 403, "NAT_AUTHORIZE_DENIED");
  told.push(answer.text);
}

function derOf(request: string): Uint8Array {
  return parsePem(request, "CERTIFICATE REQUEST")[0] as Uint8Array;
}

function pem(der: Uint8Array): string {
  return encodePem("CERTIFICATE REQUEST", der);
}
