// SPDX-License-Identifier: Apache-2.0
// Two registrars on one PostgreSQL database, and a registry that moves between databases.

import assert from "node:assert/strict";
import { cpSync, existsSync, readFileSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { openTemporaryPostgres, type TemporaryPostgres } from "@natalis/registrar";
import { parseLogProof } from "natalis/formats";
import { toBase64, toHex } from "natalis/kernel";
import { verifyReceipt } from "natalis/registry";
import { natalis, refusedNatalis } from "../support/command.ts";
import { readEntries, rootsBySize, statementOf } from "../support/log-reader.ts";
import { freePort } from "../support/ports.ts";
import { makeRegistrar, type Place, type RunningRegistrar, startRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { bear, type BirthAnswer, birthOf, makeDevice, requestOf } from "../support/software-device.ts";

const scope = scopeOf({ after });
let server: TemporaryPostgres;
let place: Place;

before(async () => {
  server = await openTemporaryPostgres({ port: await freePort() });
  scope.defer(() => server.close());
  place = await makeRegistrar(scope, "--database", await server.newDatabase());
});

/** The same registrar as another process of its own: keys, trust file and profiles are copies. */
async function another(of: Place): Promise<Place> {
  const folder = `${of.folder}-other`;
  cpSync(of.folder, folder, { recursive: true });
  return { folder, httpPort: await freePort(), httpsPort: await freePort() };
}

test("init keeps the address and leaves no database in the folder", () => {
  assert.equal(existsSync(join(place.folder, "registry.sqlite")), false);
  assert.equal(statSync(join(place.folder, "database")).mode & 0o777, 0o600);
  assert.match(readFileSync(join(place.folder, "database"), "utf8"), /^postgres:\/\/postgres@127\.0\.0\.1:\d+\/\w+\n$/);
});

test("two registrars take births at once: each is in the one log, once, and no checkpoint contradicts another", async () => {
  const registrars = await Promise.all([startRegistrar(scope, place), startRegistrar(scope, await another(place))]);
  const answers: BirthAnswer[] = [];
  const line = async ({ admin }: RunningRegistrar, name: string) => {
    for (let number = 0; number < 12; number++) answers.push(await bear(admin, await makeDevice(`${name}-${number}`)));
  };
  const lines = registrars.flatMap((registrar, i) => ["a", "b", "c", "d"].map((name) => line(registrar, `${i}${name}`)));
  await Promise.all(lines);
  assert.equal(new Set(answers.map(({ device }) => device)).size, 96);
  const [one, other] = registrars as [RunningRegistrar, RunningRegistrar];
  const notes = await Promise.all([one, other].map(({ plain }) => plain.text("/log/checkpoint")));
  assert.equal(notes[0], notes[1]);
  const entries = await readEntries(one.plain, statementOf(notes[0] as string).size);
  const roots = rootsBySize(entries);
  const ground = { policy: one.trust.log, verifier: nodeSignatureVerifier, hash: nodeHash };
  for (const { index, entry, receipt } of answers) {
    assert.equal(toBase64(entries[index] as Uint8Array), entry);
    await verifyReceipt(receipt, Buffer.from(entry, "base64"), ground);
    const { size, root } = statementOf(parseLogProof(receipt).checkpoint);
    assert.equal(toHex(root), toHex(roots[size] as Uint8Array));
  }
});

test("one unit asked for at both is born once", async () => {
  const registrars = await Promise.all([startRegistrar(scope, place), startRegistrar(scope, await another(place))]);
  const device = await makeDevice("twice");
  const asked = registrars.map(async ({ admin }) => {
    const request = await requestOf("twice", device.signer);
    return admin.json<BirthAnswer>("POST", "/births", birthOf({ request, serial: "twice" }));
  });
  const answers = await Promise.all(asked);
  assert.deepEqual(answers.map(({ kind }) => kind).toSorted(), ["born", "stored"]);
  assert.equal(answers[0]?.certificate, answers[1]?.certificate);
});
