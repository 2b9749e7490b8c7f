// SPDX-License-Identifier: Apache-2.0
// "Is it genuine?" as strangers ask it: by id and by certificate, for people and for programs. What is told can be
// proven with the trust file; what is nobody's business is never told.

import assert from "node:assert/strict";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { encodePem } from "natalis/formats";
import { formatUuid, fromBase64 } from "natalis/kernel";
import { verifyReceipt, verifyStateProof } from "natalis/registry";
import { openScriptlessPage } from "../support/browser.ts";
import type { Answer, Client } from "../support/client.ts";
import { enrolStation } from "../support/est.ts";
import { readEntries, statementOf } from "../support/log-reader.ts";
import { loopback } from "../support/ports.ts";
import { assertProblem } from "../support/problem.ts";
import {
  maker,
  makeRegistrar,
  openRegistrar,
  product,
  type RunningRegistrar,
  startRegistrar,
} from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { bear, type BirthAnswer, birthOf, derOf, makeDevice } from "../support/software-device.ts";

interface Told {
  readonly registered: boolean;
  readonly device: string;
  readonly state: string;
  readonly maker?: string;
  readonly entry: number;
  readonly receipt: string;
  readonly stateProof: string;
}

interface Known {
  readonly id: string;
  readonly certificate: string;
  readonly state: string;
}

const scope = scopeOf({ after });
/** The product line whose maker lets itself be named. */
const open = "beacon";
const facts = { model: "MODEL-X", facility: "Plant 7 in Elsewhere", hardwareRevision: "rev-B7" };
const serials = ["GENUINE-1", "GENUINE-2", "GENUINE-3", "GENUINE-4", "GENUINE-5"] as const;
const stationName = "line 4 of plant 7";
/** What no stranger is told, in whatever form. */
const secrets = [...serials, ...Object.values(facts), stationName, "station-", "administrator", product, open];
const titles = {
  active: "Registered and active",
  suspended: "Registered, but suspended",
  revoked: "Revoked",
  retired: "Retired",
} as const;
const html = { headers: { accept: "text/html,application/xhtml+xml" } };
let registrar: RunningRegistrar;
let stranger: Client;
let known: Known[];

before(async () => {
  const place = await makeRegistrar(scope);
  nameMaker(join(place.folder, "profiles"));
  registrar = await startRegistrar(scope, place);
  stranger = registrar.admin.as(undefined);
  const { token } = await enrolStation(registrar.admin, { name: stationName, products: [product, open] });
  const station = registrar.admin.as(token);
  for (const client of [stranger, station]) scope.defer(() => client.close());
  known = [];
  for (const [i, state] of (["active", "suspended", "revoked", "retired"] as const).entries())
    known.push(await bornInto(station, serials[i] as string, state, product));
  known.push(await bornInto(station, serials[4], "active", open));
});

suite("a registered device", () => {
  for (const [i, state] of [...Object.keys(titles), "active"].entries())
    test(`that is ${state}${i === 4 ? ", of a maker who is named" : ""}`, async () => {
      const { id, certificate } = known[i] as Known;
      const byId = await stranger.ask("GET", `/genuine/${id}`);
      const byCertificate = await stranger.ask("POST", "/genuine", { body: { certificate } });
      for (const answer of [byId, byCertificate]) {
        const told = asJson(answer, 200);
        assert.deepEqual([told.registered, told.device, told.state], [true, id, state]);
        assert.equal(told.maker, i === 4 ? maker : undefined);
        await assertProven(told, certificate);
      }
      const pages = [await stranger.ask("GET", `/genuine/${id}`, html), await upload(certificate)];
      for (const page of pages) {
        const text = asPage(page, 200);
        assert.ok(text.includes(`<h1 class="${state}">${titles[state as keyof typeof titles]}</h1>`), text);
        assert.ok(text.includes(`<code>${id}</code>`), text);
        assert.equal(text.includes(maker), i === 4);
        for (const offer of ["POST /challenges", "POST /authentications", "/trust.json"])
          assert.ok(text.includes(offer));
      }
      for (const { text, headers } of [byId, byCertificate, ...pages])
        for (const secret of i === 4 ? secrets : [...secrets, maker])
          assert.ok(!`${text}${JSON.stringify(headers)}`.includes(secret), secret);
    });

  test("has no more members than these", async () => {
    const told = asJson(await stranger.ask("GET", `/genuine/${known[0]?.id}`), 200);
    const members = ["device", "entry", "receipt", "registered", "state", "stateProof"];
    assert.deepEqual(Object.keys(told).toSorted(), members);
  });

  test("is found however its id is written", async () => {
    const { id } = known[0] as Known;
    assert.equal(asJson(await stranger.ask("GET", `/genuine/${id.toUpperCase()}`), 200).device, id);
    const answer = await stranger.ask("GET", `/genuine?id=${id}`, html);
    assert.deepEqual([answer.status, answer.headers.location], [303, `/genuine/${id}`]);
  });

  test("is found by its certificate with the line ends of any system, and with words around it", async () => {
    const { certificate, id } = known[0] as Known;
    for (const text of [certificate.replaceAll("\n", "\r\n"), `Subject: it\n${certificate}\n`])
      assert.ok(asPage(await upload(text), 200).includes(id));
  });
});

suite("what is not registered", () => {
  const nobody = "01890a5d-ac96-774b-bcce-b302099a8057";

  test("is told so, whether it is an id or not", async () => {
    for (const asked of [nobody, "no-id", "%00", "..%2Fdevices"]) {
      assert.deepEqual(asJson(await stranger.ask("GET", `/genuine/${asked}`), 404), { registered: false });
      assert.ok(asPage(await stranger.ask("GET", `/genuine/${asked}`, html), 404).includes("Not registered here"));
    }
  });

  test("nor is a certificate of another registrar, or a changed one, or that of an authority", async () => {
    const foreign = await openRegistrar(scope);
    const { certificate } = await bear(foreign.admin, await makeDevice("FOREIGN-1"));
    const own = derOf((known[0] as Known).certificate);
    const last = own.length - 1;
    const changed = encodePem("CERTIFICATE", own.with(last, (own[last] as number) ^ 1));
    const [root] = registrar.trust.roots.map(({ der }) => encodePem("CERTIFICATE", der));
    for (const one of [certificate, changed, root]) {
      const answer = await stranger.ask("POST", "/genuine", { body: { certificate: one } });
      assert.deepEqual(asJson(answer, 404), { registered: false });
      assert.ok(asPage(await upload(one as string), 404).includes("Not registered here"));
    }
  });

  test("and what is no certificate is refused", async () => {
    for (const body of [{}, { certificate: 1 }, "null", []])
      assertProblem(await stranger.ask("POST", "/genuine", { body }), 400, "NAT_HTTP_INVALID");
    for (const body of [{ certificate: "" }, { certificate: "it" }])
      assertProblem(await stranger.ask("POST", "/genuine", { body }), 400, "NAT_PEM_NONE");
    const { certificate } = known[0] as Known;
    const two = await stranger.ask("POST", "/genuine", { body: { certificate: certificate + certificate } });
    assertProblem(two, 400, "NAT_HTTP_INVALID");
    const large = await stranger.ask("POST", "/genuine", { body: { certificate: "A".repeat(70_000) } });
    assertProblem(large, 413, "NAT_HTTP_TOO_LARGE");
  });
});

suite("the page", () => {
  const attack = `"><script>alert(1)</script><img src=x onerror='alert(1)'>`;

  test("says nothing of what it was asked but in words", async () => {
    const asked = encodeURIComponent(attack);
    const page = asPage(await stranger.ask("GET", `/genuine/${asked}`, html), 404);
    assert.ok(page.includes("&quot;&gt;&lt;script&gt;"), page);
    assert.ok(!page.includes("<img"), page);
    const redirected = await stranger.ask("GET", `/genuine?id=${asked}`, html);
    assert.equal(redirected.headers.location, `/genuine/${asked}`);
  });

  test("asks, where nothing was asked, and its style comes from here", async () => {
    const page = asPage(await stranger.ask("GET", "/genuine", html), 200);
    for (const part of ['action="/genuine"', 'name="id"', 'name="certificate"']) assert.ok(page.includes(part));
    const style = await stranger.ask("GET", "/genuine.css");
    assert.deepEqual([style.status, style.headers["content-type"]], [200, "text/css"]);
  });

  test("reads well in a browser that runs no script", async () => {
    const { id, certificate } = known[0] as Known;
    const page = await openScriptlessPage(scope);
    await page.goto(`https://${loopback}:${registrar.place.httpsPort}/genuine`);
    await page.fill("input[name=id]", id);
    await page.click("form[method=get] button");
    assert.equal(await page.textContent("h1"), titles.active);
    assert.equal(await page.evaluate("getComputedStyle(document.querySelector('h1')).borderLeftStyle"), "solid");
    const shot = await page.screenshot({ fullPage: true });
    assert.ok(shot.length > 5000, `${shot.length} bytes`);
    await page.click("text=Ask about another device");
    await page.fill("textarea[name=certificate]", certificate);
    await page.click("form[method=post] button");
    assert.equal(await page.textContent("dd code"), id);
  });
});

test("a plain connection has no such door", async () => {
  assertProblem(await registrar.plain.ask("GET", "/genuine"), 404, "NAT_HTTP_NOT_FOUND");
});

// The last: it uses up what an address may ask.
test("who asks too much is refused for a while, and the other doors stay open", async () => {
  const { id } = known[0] as Known;
  const limit = 120;
  const answers = await Promise.all(Array.from({ length: limit + 1 }, () => stranger.ask("GET", `/genuine/${id}`)));
  const refused = answers.find(({ status }) => status === 429) ?? assert.fail("nobody was refused");
  assertProblem(refused, 429, "NAT_HTTP_RATE_LIMITED");
  assert.match(refused.headers["retry-after"] ?? "", /^\d+$/);
  assert.equal((await stranger.ask("GET", "/healthz")).status, 200);
  await registrar.admin.json("GET", `/devices/${id}`);
});

/** A second product line beside the first, whose maker is shown. */
function nameMaker(profiles: string): void {
  const file = join(profiles, `${open}.json`);
  copyFileSync(join(profiles, `${product}.json`), file);
  const profile = JSON.parse(readFileSync(file, "utf8")) as object;
  writeFileSync(file, JSON.stringify({ ...profile, product: open, productNumber: 2, showsMaker: true }));
}

async function bornInto(station: Client, serial: string, state: string, line: string): Promise<Known> {
  const body = { ...birthOf(await makeDevice(serial)), ...facts, product: line };
  const { device: id, certificate } = await station.json<BirthAnswer>("POST", "/births", body);
  const verb = { suspended: "suspend", revoked: "revoke", retired: "retire" }[state];
  if (verb !== undefined) await registrar.admin.json("POST", `/devices/${id}/${verb}`, { note: "GENUINE-1 was seen" });
  return { id, certificate, state };
}

function asJson(answer: Answer, status: number): Told {
  assert.equal(answer.status, status, answer.text);
  assert.match(answer.headers["content-type"] ?? "", /^application\/json/);
  assert.equal(answer.headers["cache-control"], "no-store");
  return JSON.parse(answer.text) as Told;
}

/** A whole page that needs no script and may run none. */
function asPage(answer: Answer, status: number): string {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.headers["content-type"], "text/html; charset=utf-8");
  assert.equal(answer.headers["cache-control"], "no-store");
  assert.match(answer.text, /^<!doctype html>\n<html lang="en">.*<\/html>\n?$/s);
  assert.doesNotMatch(answer.text, /<script|javascript:|<[^>]* on\w+=/i);
  assert.match(String(answer.headers["content-security-policy"]), /script-src 'self'.*script-src-attr 'none'/);
  return answer.text;
}

/** As the form sends it. */
function upload(certificate: string): Promise<Answer> {
  const headers = { ...html.headers, "content-type": "application/x-www-form-urlencoded" };
  return stranger.ask("POST", "/genuine", { body: new URLSearchParams({ certificate }).toString(), headers });
}

/** What is told holds by the trust file, and is about this very certificate. */
async function assertProven(told: Told, certificate: string): Promise<void> {
  const trust = { policy: registrar.trust.log, verifier: nodeSignatureVerifier, hash: nodeHash };
  const proven = await verifyStateProof(fromBase64(told.stateProof), trust);
  assert.deepEqual([formatUuid(proven.deviceId), proven.state], [told.device, told.state]);
  assert.deepEqual(proven.certificateHash, nodeHash.sha256(derOf(certificate)));
  const { size } = statementOf(await registrar.plain.text("/log/checkpoint"));
  const entry = (await readEntries(registrar.plain, size))[told.entry] as Uint8Array;
  const receipt = await verifyReceipt(told.receipt, entry, trust);
  assert.equal(receipt.index, told.entry);
  assert.equal(formatUuid(receipt.entry.deviceId as Uint8Array), told.device);
}
