// SPDX-License-Identifier: Apache-2.0
// When a registrar must not start, and says why: an older database, a wrong passphrase, a folder that is none, a port
// that is taken. And what must not stop it: another process at work on the same folder.

import assert from "node:assert/strict";
import { copyFileSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { basename, join } from "node:path";
import { after, before, test } from "node:test";
import { nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { fromBase64 } from "natalis/kernel";
import { verifyReceipt } from "natalis/registry";
import type { Client } from "../support/client.ts";
import { natalis, refusedNatalis } from "../support/command.ts";
import { freePort, loopback } from "../support/ports.ts";
import { makeRegistrar, type Place, serveWords, startRegistrar } from "../support/registrar.ts";
import { type Scope, scopeOf } from "../support/scope.ts";
import { bear, type BirthAnswer, birthOf, makeDevice } from "../support/software-device.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const file = scopeOf({ after });
let made: Place;

before(async () => {
  made = await makeRegistrar(file);
});

/** A copy of the prepared data folder, with ports of its own. */
async function copyOf(scope: Scope): Promise<Place> {
  const folder = join(temporaryFolder(scope), "data");
  cpSync(made.folder, folder, { recursive: true });
  return { folder, httpPort: await freePort(), httpsPort: await freePort() };
}

test("a restored older database is refused: it would fork the log", async (t) => {
  const scope = scopeOf(t);
  const place = await copyOf(scope);
  const backup = temporaryFolder(scope);
  await bearIn(scope, place, "BACKUP-1");
  copyDatabase(place.folder, backup);
  await bearIn(scope, place, "BACKUP-2");
  const newest = temporaryFolder(scope);
  copyDatabase(place.folder, newest);

  restore(place.folder, backup);
  const told = await refusedNatalis("NAT_REGISTRY_ROLLED_BACK", ...serveWords(place));
  assert.match(told, /size \d+|\d+ entries|checkpoint/);
  await refusedNatalis("NAT_REGISTRY_ROLLED_BACK", ...serveWords(place));

  restore(place.folder, newest);
  await bearIn(scope, place, "BACKUP-3");
  await assertAudit(place, 3);
});

test("a database from before the first birth is refused, as is one of another registrar", async (t) => {
  const scope = scopeOf(t);
  const place = await copyOf(scope);
  await bearIn(scope, place, "EARLY-1");
  restore(place.folder, made.folder);
  await refusedNatalis("NAT_REGISTRY_ROLLED_BACK", ...serveWords(place));
  const foreign = await makeRegistrar(scope);
  restore(place.folder, foreign.folder);
  await refusedNatalis("NAT_REGISTRY_ROLLED_BACK", ...serveWords(place));
});

test("a log that lived on without a checkpoint beside it is refused", async (t) => {
  const scope = scopeOf(t);
  const place = await copyOf(scope);
  await bearIn(scope, place, "KEPT-1");
  rmSync(join(place.folder, "checkpoint"));
  await refusedNatalis("NAT_REGISTRY_ROLLED_BACK", ...serveWords(place));
});

test("a wrong passphrase is refused, and so is none; neither is told or written anywhere", async (t) => {
  const scope = scopeOf(t);
  const place = await copyOf(scope);
  const passphrase = join(temporaryFolder(scope), "passphrase");
  writeFileSync(passphrase, "correct horse battery staple\n", { mode: 0o600 });
  const told = await refusedNatalis("NAT_KEYFILE_PASSPHRASE", ...serveWords(place, "--passphrase-file", passphrase));
  assert.doesNotMatch(told, /correct horse/);
  rmSync(join(place.folder, "passphrase"));
  await refusedNatalis("NAT_SERVICE_DATA", ...serveWords(place));
  await refusedNatalis("NAT_SERVICE_DATA", ...serveWords(place, "--passphrase-file", join(place.folder, "none")));
  assert.ok(!existsSync(join(place.folder, "passphrase")));
});

test("a passphrase file of the operator's own keeps the passphrase out of the data folder", async (t) => {
  const scope = scopeOf(t);
  const passphrase = join(temporaryFolder(scope), "passphrase");
  writeFileSync(passphrase, "correct horse battery staple\n", { mode: 0o600 });
  const place = await makeRegistrar(scope, "--passphrase-file", passphrase);
  assert.ok(!existsSync(join(place.folder, "passphrase")));
  const registrar = await startRegistrar(scope, place, "--passphrase-file", passphrase);
  await bear(registrar.admin, await makeDevice("PASSPHRASE-1"));
  assert.equal((await registrar.stop()).code, 0);
  assert.doesNotMatch(registrar.printed(), /correct horse|passphrase lies/);
});

test("a damaged key file, a wrong profile, a folder without a registry", async (t) => {
  const scope = scopeOf(t);
  const place = await copyOf(scope);
  const profile = join(place.folder, "profiles", "sensor.json");
  writeFileSync(profile, readFileSync(profile, "utf8").replace('"open"', '"everyone"'));
  assert.match(await refusedNatalis("NAT_SERVICE_PROFILE", ...serveWords(place)), /sensor\.json/);
  const keys = join(place.folder, "registrar.keys");
  const bent = readFileSync(keys);
  bent[bent.length - 1] = (bent[bent.length - 1] as number) ^ 1;
  writeFileSync(keys, bent);
  await refusedNatalis("NAT_KEYFILE_PASSPHRASE", ...serveWords(place));
  await refusedNatalis("NAT_SERVICE_DATA", ...serveWords({ ...place, folder: temporaryFolder(scope) }));
});

test("a data folder that holds anything is not made anew", async (t) => {
  const place = await copyOf(scopeOf(t));
  const facts = ["--maker", "M", "--origin", "o.example/births", "--public-url", "http://127.0.0.1:1"];
  await refusedNatalis("NAT_SERVICE_CONFLICT", "init", "--data", place.folder, ...facts);
});

for (const door of ["httpPort", "httpsPort"] as const)
  test(`a taken port stops the start and is named: ${door}`, async (t) => {
    const scope = scopeOf(t);
    const place = await copyOf(scope);
    await occupy(scope, place[door]);
    const told = await refusedNatalis("NAT_SERVICE_LISTEN", ...serveWords(place));
    assert.match(told, new RegExp(`${loopback}, port ${place[door]}\\b.*EADDRINUSE`, "s"));
  });

test("two processes on one data folder share one log", async (t) => {
  const scope = scopeOf(t);
  const place = await copyOf(scope);
  const others = { ...place, httpPort: await freePort(), httpsPort: await freePort() };
  const [one, two] = [await startRegistrar(scope, place), await startRegistrar(scope, others)];
  const devices = await Promise.all(Array.from({ length: 40 }, (_, number) => makeDevice(`SHARED-${number}`)));
  const born = await Promise.all(
    devices.map((device, number) => bear(number % 2 === 0 ? one.admin : two.admin, device)),
  );
  assert.equal(new Set(born.map(({ index }) => index)).size, devices.length);
  for (const answer of born) await assertReceipt(answer, one.trust);

  const rivals = await Promise.all(Array.from({ length: 8 }, () => makeDevice("RIVALS-1")));
  const ask = (client: Client, body: object) => client.ask("POST", "/births", { body });
  const answers = await Promise.all(rivals.map((rival, i) => ask(i % 2 === 0 ? one.admin : two.admin, birthOf(rival))));
  assert.deepEqual(
    answers.filter(({ status }) => status !== 201).map(({ status }) => status),
    Array.from({ length: 7 }, () => 409),
  );

  await assertAudit(place, devices.length + 1);
  for (const registrar of [one, two]) {
    assert.equal((await registrar.stop()).code, 0);
    assert.doesNotMatch(registrar.printed(), /request failed/);
  }
  await assertAudit(place, devices.length + 1);
});

/** One life of the registrar, with one birth in it. */
async function bearIn(scope: Scope, place: Place, serial: string): Promise<void> {
  const registrar = await startRegistrar(scope, place);
  await bear(registrar.admin, await makeDevice(serial));
  assert.equal((await registrar.stop()).code, 0);
}

async function assertAudit({ folder }: Place, devices: number): Promise<void> {
  const report = JSON.parse(await natalis("log", "audit", "--json", "--data", folder)) as Record<string, unknown>;
  assert.deepEqual([report.problemCount, report.problems, report.devices], [0, [], devices]);
}

async function assertReceipt(answer: BirthAnswer, { log }: { log: Parameters<typeof verifyReceipt>[2]["policy"] }) {
  const trust = { policy: log, verifier: nodeSignatureVerifier, hash: nodeHash };
  assert.equal((await verifyReceipt(answer.receipt, fromBase64(answer.entry), trust)).index, answer.index);
}

function databaseFiles(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.startsWith("registry.sqlite"));
}

function copyDatabase(from: string, to: string): void {
  for (const name of databaseFiles(from)) copyFileSync(join(from, name), join(to, basename(name)));
}

function restore(folder: string, from: string): void {
  for (const name of databaseFiles(folder)) rmSync(join(folder, name));
  copyDatabase(from, folder);
}

async function occupy(scope: Scope, port: number): Promise<void> {
  const server = createServer();
  scope.defer(() => server.close());
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: loopback, port }, resolve);
  });
}
