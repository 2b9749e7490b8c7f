// SPDX-License-Identifier: Apache-2.0
// The authentication service over sockets: who is believed, what its verdict is worth to a third party that has the
// trust file and nothing else, and who is refused.

import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { generateKey, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { verifyVerdict } from "natalis/authenticate";
import { algorithms, encodePem } from "natalis/formats";
import { formatUuid, fromBase64, toBase64, toHex } from "natalis/kernel";
import { type Asked, answerOf, bornDevice, type BornDevice, forgedAnswer } from "../support/answers.ts";
import type { Answer, Client, ClientIdentity } from "../support/client.ts";
import { selfSigned } from "../support/est.ts";
import { freePort } from "../support/ports.ts";
import { assertProblem } from "../support/problem.ts";
import { maker, makeRegistrar, openRegistrar, type RunningRegistrar, startRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { bear, derOf, papersOf, requestOf } from "../support/software-device.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

interface Identity {
  readonly device: string;
  readonly maker: string;
  readonly model: string;
  readonly serial: string;
  readonly custody: number;
  readonly state: string;
  readonly statusSources: readonly { readonly kind: string; readonly asOf: string }[];
  readonly pathLength: number;
  readonly at: string;
}

interface Authentication extends Identity {
  readonly audience: string;
  readonly channelBound: boolean;
  readonly validUntil: string;
  readonly verdict: string;
}

const scope = scopeOf({ after });
const audience = "gate.example";
const endings = [
  ["suspend", "NAT_AUTHENTICATE_SUSPENDED"],
  ["revoke", "NAT_AUTHENTICATE_REVOKED"],
  ["retire", "NAT_AUTHENTICATE_RETIRED"],
] as const;
let registrar: RunningRegistrar;
/** The same authority and keys with a registry of its own: what is born there is unregistered here. */
let twin: RunningRegistrar;
/** Another authority. */
let foreign: RunningRegistrar;
/** Nobody: no token, no certificate. */
let stranger: Client;
let device: BornDevice;

before(async () => {
  const place = await makeRegistrar(scope);
  const folder = join(temporaryFolder(scope), "twin");
  cpSync(place.folder, folder, { recursive: true });
  registrar = await startRegistrar(scope, place);
  twin = await startRegistrar(scope, { folder, httpsPort: await freePort(), httpPort: await freePort() });
  foreign = await openRegistrar(scope);
  stranger = registrar.admin.as(undefined);
  scope.defer(() => stranger.close());
  device = await bornDevice(registrar.admin, "SERVICE-1");
});

suite("a device is believed", () => {
  for (const algorithm of Object.values(algorithms))
    test(`that has an ${algorithm.name} key, and so is the verdict, by whoever has the trust file`, async () => {
      const born = await bornDevice(registrar.admin, `KEY-${algorithm.name}`, algorithm);
      const asked = await ask();
      const told = JSON.parse((await judge(await answerOf(born, asked))).text) as Authentication;
      assertIdentity(told, born);
      assert.deepEqual([told.audience, told.channelBound], [audience, false]);
      assert.equal(Date.parse(told.validUntil) - Date.parse(told.at), 300_000);
      const verdict = await relyOn(told.verdict, audience, asked.nonce);
      assert.deepEqual(
        [formatUuid(verdict.deviceId), toHex(verdict.certificateHash), verdict.custody, verdict.state],
        [born.id, toHex(nodeHash.sha256(born.certificate)), 0, "active"],
      );
      assert.equal(verdict.validUntil.toISOString(), told.validUntil);
      assert.deepEqual(
        verdict.statusSources.map(({ kind, asOf }) => ({ kind, asOf: asOf.toISOString() })),
        told.statusSources,
      );
    });

  test("whose certificates come beside the answer, in any order", async () => {
    const bare = { ...device, chain: [] };
    const chain = device.chain.toReversed().map(toBase64);
    const body = { answer: toBase64(await answerOf(bare, await ask())), audience, chain };
    assert.equal((await stranger.ask("POST", "/authentications", { body })).status, 200);
  });

  test("after its suspension ended", async () => {
    const born = await bornDevice(registrar.admin, "RESUMED-1");
    await registrar.admin.json("POST", `/devices/${born.id}/suspend`, {});
    await refuses(await answerOf(born, await ask()), 403, "NAT_AUTHENTICATE_SUSPENDED");
    await registrar.admin.json("POST", `/devices/${born.id}/resume`, {});
    assert.equal((await judge(await answerOf(born, await ask()))).status, 200);
  });
});

suite("a verdict is worth nothing", () => {
  let verdict: string;
  let asked: Asked;

  before(async () => {
    asked = await ask();
    verdict = (JSON.parse((await judge(await answerOf(device, asked))).text) as Authentication).verdict;
    await relyOn(verdict, audience);
  });

  test("to another audience", () =>
    assert.rejects(relyOn(verdict, "vault.example"), { code: "NAT_AUTHENTICATE_AUDIENCE" }));

  test("to a party that gave out another challenge", async () =>
    assert.rejects(relyOn(verdict, audience, (await ask()).nonce), { code: "NAT_AUTHENTICATE_VERDICT" }));

  test("when its time is over", () =>
    assert.rejects(relyOn(verdict, audience, asked.nonce, new Date(Date.now() + 301_000)), {
      code: "NAT_AUTHENTICATE_VERDICT_EXPIRED",
    }));

  test("when it was bent", async () => {
    const bytes = fromBase64(verdict);
    const last = bytes.length - 1;
    const bent = toBase64(bytes.with(last, (bytes[last] as number) ^ 1));
    await assert.rejects(relyOn(bent, audience), { code: "NAT_COSE_SIGNATURE" });
  });

  test("to those who trust another registrar", () =>
    assert.rejects(relyOn(verdict, audience, asked.nonce, new Date(), foreign), { code: /^NAT_PATH_/ }));

  test("where it is the device's own answer", async () => {
    const answer = toBase64(await answerOf(device, asked));
    await assert.rejects(relyOn(answer, audience), { code: "NAT_AUTHENTICATE_VERDICT" });
  });
});

suite("an answer is refused", () => {
  test("that was given before", async () => {
    const answer = await answerOf(device, await ask());
    assert.equal((await judge(answer)).status, 200);
    await refuses(answer, 403, "NAT_AUTHENTICATE_CHALLENGE_UNKNOWN");
  });

  test("to a challenge that nobody here asked", async () => {
    const nonce = new Uint8Array(32).fill(1);
    await refuses(await answerOf(device, { nonce, audience }), 403, "NAT_AUTHENTICATE_CHALLENGE_UNKNOWN");
    const elsewhere = await ask(audience, foreign.admin);
    await refuses(await answerOf(device, elsewhere), 403, "NAT_AUTHENTICATE_CHALLENGE_UNKNOWN");
  });

  test("for another audience, by the device, by the one who asks, and in between", async () => {
    const asked = await ask("relay.example");
    await assert.rejects(answerOf(device, asked, audience), { code: "NAT_DEVICE_AUDIENCE" });
    await refuses(await answerOf(device, asked), 403, "NAT_AUTHENTICATE_AUDIENCE");
    const relayed = await answerOf(device, { ...(await ask("relay.example")), audience });
    await refuses(relayed, 403, "NAT_AUTHENTICATE_AUDIENCE");
    const renamed = await answerOf(device, { ...(await ask()), audience: "relay.example" });
    await refuses(renamed, 403, "NAT_AUTHENTICATE_AUDIENCE");
  });

  test("by another device's key", async () => {
    const thief = await bornDevice(registrar.admin, "THIEF-1");
    await refuses(await forgedAnswer(thief.signer, device, await ask()), 403, "NAT_COSE_SIGNATURE");
    const stronger = generateKey(algorithms.EdDSA).signer;
    await refuses(await forgedAnswer(stronger, device, await ask()), 403, "NAT_COSE_ALGORITHM");
  });

  test("of a device of another registrar", async () => {
    const born = await bornDevice(foreign.admin, "FOREIGN-1");
    await refuses(await answerOf(born, await ask()), 403, /^NAT_PATH_/);
    await refuses(await answerOf({ ...born, chain: device.chain }, await ask()), 403, /^NAT_PATH_/);
  });

  test("of a device that is not registered, though its certificate is from here", async () => {
    const born = await bornDevice(twin.admin, "UNREGISTERED-1");
    assert.equal((await judge(await answerOf(born, await ask(audience, twin.admin)), twin.admin)).status, 200);
    await refuses(await answerOf(born, await ask()), 403, "NAT_AUTHENTICATE_STATUS_UNKNOWN");
  });

  for (const [verb, code] of endings)
    test(`of a device after ${verb}, though the challenge is older`, async () => {
      const born = await bornDevice(registrar.admin, `ENDED-${verb}`);
      const answer = await answerOf(born, await ask());
      await registrar.admin.json("POST", `/devices/${born.id}/${verb}`, {});
      await refuses(answer, 403, code);
    });

  test("that is none", async () => {
    await refuses(new Uint8Array(0), 400, /^NAT_(CBOR|COSE)_/);
    await refuses(new Uint8Array(300).fill(0xff), 400, /^NAT_(CBOR|COSE)_/);
    await refuses(device.certificate, 400, /^NAT_(CBOR|COSE)_/);
    const answer = await answerOf(device, await ask());
    await refuses(answer.subarray(0, -1), 400, /^NAT_(CBOR|COSE)_/);
    for (const body of [{ answer: "not base64", audience }, { audience }, { answer: "", audience: "" }, [], "{"])
      assertProblem(await stranger.ask("POST", "/authentications", { body }), 400, "NAT_HTTP_INVALID");
  });

  test("that is larger than any", async () => {
    await refuses(new Uint8Array(60_000), 413, "NAT_HTTP_TOO_LARGE");
    await refuses(new Uint8Array(46_000), 400, "NAT_HTTP_INVALID");
  });
});

test("a challenge is 32 bytes for a minute, and for somebody", async () => {
  const answer = await stranger.ask("POST", "/challenges", { body: { audience } });
  assert.equal(answer.status, 201);
  assert.equal(answer.headers["cache-control"], "no-store");
  const { nonce, expiresAt } = JSON.parse(answer.text) as { nonce: string; expiresAt: string };
  assert.equal(fromBase64(nonce).length, 32);
  const left = Date.parse(expiresAt) - Date.now();
  assert.ok(left > 0 && left <= 60_000, expiresAt);
  for (const body of [{}, { audience: "" }, { audience: "a".repeat(256) }, { audience: 1 }, { audience, more: 1 }])
    assertProblem(await stranger.ask("POST", "/challenges", { body }), 400, "NAT_HTTP_INVALID");
});

test("what one process asked another may judge, and of all of them one, once", async () => {
  const ports = { httpPort: await freePort(), httpsPort: await freePort() };
  const second = await startRegistrar(scope, { ...registrar.place, ...ports });
  const answer = await answerOf(device, await ask());
  const judged = await Promise.all([1, 2, 3, 4].map((n) => judge(answer, n % 2 === 0 ? second.admin : stranger)));
  const refused = judged.filter(({ status }) => status !== 200);
  assert.equal(refused.length, judged.length - 1);
  for (const one of refused) assertProblem(one, 403, "NAT_AUTHENTICATE_CHALLENGE_UNKNOWN");
  const { verdict } = JSON.parse((await judge(await answerOf(device, await ask()), second.admin)).text);
  await relyOn(verdict, audience);
  assert.equal((await second.stop()).code, 0);
});

suite("whoami", () => {
  test("tells a device that shows its birth certificate who it is", async () => {
    const { born, client } = await deviceOnLine(registrar, "LINE-1");
    const answer = await client.ask("GET", "/whoami");
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.headers["cache-control"], "no-store");
    assertIdentity(JSON.parse(answer.text), born);
  });

  test("knows nobody without a certificate, and no token stands for one", async () => {
    for (const client of [stranger, registrar.admin])
      assertProblem(await client.ask("GET", "/whoami"), 401, "NAT_HTTP_CLIENT_CERTIFICATE");
  });

  test("does not know devices of another registrar, nor anyone's own certificate", async () => {
    const { client } = await deviceOnLine(foreign, "LINE-2");
    assertRefused(await client.ask("GET", "/whoami"), 403, /^NAT_PATH_/);
    const own = registrar.admin.showing(selfSigned(device.id));
    scope.defer(() => own.close());
    assertRefused(await own.ask("GET", "/whoami"), 403, /^NAT_PATH_/);
  });

  for (const [verb, code] of endings)
    test(`refuses a device after ${verb}, on the connection that it has`, async () => {
      const { born, client } = await deviceOnLine(registrar, `LINE-${verb}`);
      assert.equal((await client.ask("GET", "/whoami")).status, 200);
      await registrar.admin.json("POST", `/devices/${born.id}/${verb}`, {});
      assertRefused(await client.ask("GET", "/whoami"), 403, code);
    });

  test("opens no other door: a device is no operator", async () => {
    const { client } = await deviceOnLine(registrar, "LINE-3");
    assertProblem(await client.ask("GET", "/devices"), 401, "NAT_HTTP_UNAUTHENTICATED");
  });
});

async function ask(forAudience: string = audience, client: Client = stranger): Promise<Asked> {
  const { nonce } = await client.json<{ nonce: string }>("POST", "/challenges", { audience: forAudience });
  return { nonce: fromBase64(nonce), audience: forAudience };
}

function judge(answer: Uint8Array, client: Client = stranger): Promise<Answer> {
  return client.ask("POST", "/authentications", { body: { answer: toBase64(answer), audience } });
}

async function refuses(answer: Uint8Array, status: number, code: string | RegExp): Promise<void> {
  assertRefused(await judge(answer), status, code);
}

function assertRefused(answer: Answer, status: number, code: string | RegExp): void {
  const told = (JSON.parse(answer.text) as { code?: string }).code ?? "";
  assert.match(told, typeof code === "string" ? new RegExp(`^${code}$`) : code);
  assertProblem(answer, status, told);
}

function assertIdentity(told: Identity, born: BornDevice): void {
  const { device: id, serial, model, custody, state, pathLength } = told;
  assert.deepEqual(
    [id, serial, told.maker, model, custody, state, pathLength],
    [born.id, born.serial, maker, "S-1", 0, "active", 3],
  );
  assert.deepEqual(told.statusSources.map(({ kind }) => kind).toSorted(), ["crl", "state-proof"]);
  assert.ok(Math.abs(Date.now() - Date.parse(told.at)) < 60_000, told.at);
}

/** A third party: it has the trust file and the verdict. */
function relyOn(verdict: string, by: string, nonce?: Uint8Array, at = new Date(), { trust } = registrar) {
  const ports = { verifier: nodeSignatureVerifier, hash: nodeHash };
  return verifyVerdict({ verdict: fromBase64(verdict), audience: by, nonce, trust, at, ...ports });
}

/** A device that comes with its birth certificate in mutual TLS, to the first registrar whoever bore it. */
async function deviceOnLine(at: RunningRegistrar, serial: string): Promise<{ born: BornDevice; client: Client }> {
  const { signer, pkcs8 } = generateKey(algorithms.ES256);
  const made = { signer, serial, request: await requestOf(serial, signer) };
  const answer = await bear(at.admin, made);
  const born = { ...made, ...papersOf(answer), id: answer.device };
  const cert = [answer.certificate, ...answer.chain].map((pem) => encodePem("CERTIFICATE", derOf(pem))).join("");
  const identity: ClientIdentity = { cert, key: encodePem("PRIVATE KEY", pkcs8) };
  const client = registrar.admin.showing(identity);
  scope.defer(() => client.close());
  return { born, client };
}
