// SPDX-License-Identifier: Apache-2.0
// Two registrars on one PostgreSQL database, and a registry that moves between databases.

import assert from "node:assert/strict";
import { cpSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, suite, test } from "node:test";
import { nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { openTemporaryPostgres, type TemporaryPostgres } from "@natalis/registrar";
import { encodePkcs11Declaration } from "natalis/birth";
import { parseLogProof } from "natalis/formats";
import { fromBase64, toBase64, toHex } from "natalis/kernel";
import { verifyReceipt } from "natalis/registry";
import { answerOf, bornDevice } from "../support/answers.ts";
import { natalis, refusedNatalis, runNatalis } from "../support/command.ts";
import { readEntries, rootsBySize, statementOf } from "../support/log-reader.ts";
import { freePort } from "../support/ports.ts";
import { assertProblem } from "../support/problem.ts";
import {
  anotherPlace,
  makeRegistrar,
  origin,
  type Place,
  type RunningRegistrar,
  startRegistrar,
} from "../support/registrar.ts";
import { Scope, scopeOf } from "../support/scope.ts";
import {
  bear,
  type BirthAnswer,
  birthOf,
  makeDevice,
  requestOf,
  type SoftwareDevice,
} from "../support/software-device.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const scope = scopeOf({ after });
let server: TemporaryPostgres;

before(async () => {
  server = await openTemporaryPostgres({ port: await freePort() });
  scope.defer(() => server.close());
});

suite("two registrars on one database", () => {
  let address: string;
  let place: Place;
  let one: RunningRegistrar;
  let other: RunningRegistrar;

  before(async () => {
    address = await server.newDatabase();
    place = await makeRegistrar(scope, "--database", address);
    const second = await anotherPlace(place);
    [one, other] = await Promise.all([startRegistrar(scope, place), startRegistrar(scope, second)]);
  });

  test("init keeps the address and leaves no database in the folder", () => {
    assert.equal(existsSync(join(place.folder, "registry.sqlite")), false);
    assert.equal(statSync(join(place.folder, "database")).mode & 0o777, 0o600);
    assert.equal(readFileSync(join(place.folder, "database"), "utf8"), `${address}\n`);
  });

  test("births at both are each in the one log, once, and no checkpoint contradicts another", async () => {
    const answers: BirthAnswer[] = [];
    const line = async ({ admin }: RunningRegistrar, name: string) => {
      for (let i = 0; i < 12; i++) answers.push(await bear(admin, await makeDevice(`${name}-${i}`)));
    };
    await Promise.all(["a", "b", "c", "d"].flatMap((name) => [line(one, `${name}1`), line(other, `${name}2`)]));
    assert.equal(new Set(answers.map(({ device }) => device)).size, 96);
    const note = await one.plain.text("/log/checkpoint");
    assert.equal(await other.plain.text("/log/checkpoint"), note);
    const entries = await readEntries(one.plain, statementOf(note).size);
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
    const { signer } = await makeDevice("twice");
    const asked = [one, other].map(async ({ admin }) => {
      const request = await requestOf("twice", signer);
      return admin.json<BirthAnswer>("POST", "/births", birthOf({ request, serial: "twice" }));
    });
    const answers = await Promise.all(asked);
    assert.deepEqual(answers.map(({ kind }) => kind).toSorted(), ["born", "stored"]);
    assert.equal(answers[0]?.certificate, answers[1]?.certificate);
  });

  test("a station's quota is not overrun by births at both; what was refused left nothing, and a retry has its answer", async () => {
    const body = { name: "line", role: "station", products: ["sensor"], quota: 5 };
    const { id, token } = await one.admin.json<{ id: string; token: string }>("POST", "/operators", body);
    const stations = [one.admin.as(token), other.admin.as(token)] as const;
    const devices = await Promise.all(Array.from({ length: 16 }, (_, i) => makeDevice(`quota-${i}`)));
    const ask = (i: number) =>
      stations[i % 2 === 0 ? 0 : 1].ask("POST", "/births", { body: birthOf(devices[i] as SoftwareDevice) });
    const answers = await Promise.all(devices.map((_, i) => ask(i)));
    const born = answers.flatMap(({ status }, i) => (status === 201 ? [i] : []));
    assert.equal(born.length, 5);
    for (const answer of answers.filter(({ status }) => status !== 201))
      assertProblem(answer, 403, "NAT_REGISTRY_QUOTA");
    const { devices: listed } = await other.admin.json<{ devices: unknown[] }>(
      "GET",
      `/devices?limit=50&station=${id}`,
    );
    assert.equal(listed.length, 5);
    for (const i of born) assert.equal((await ask(i)).status, 200);
    const { operators } = await other.admin.json<{ operators: { id: string; born: number }[] }>(
      "GET",
      "/operators?limit=500",
    );
    assert.equal(operators.find((operator) => operator.id === id)?.born, 5);
  });

  test("one attempt at both is refused by both and entered once", async () => {
    await bear(one.admin, await makeDevice("claimed"));
    const thief = birthOf(await makeDevice("claimed"));
    const answers = await Promise.all(
      [one, other, one, other].map(({ admin }) => admin.ask("POST", "/births", { body: thief })),
    );
    for (const answer of answers) assertProblem(answer, 409, "NAT_BIRTH_UNIT_REUSED");
    const { incidents } = await other.admin.json<{ incidents: unknown[] }>(
      "GET",
      "/incidents?code=NAT_BIRTH_UNIT_REUSED",
    );
    assert.equal(incidents.length, 1);
  });

  test("a challenge of one is answered at the other, once", async () => {
    const device = await bornDevice(one.admin, "asked");
    const audience = "gate.example";
    const { nonce } = await one.admin.json<{ nonce: string }>("POST", "/challenges", { audience });
    const answer = toBase64(await answerOf(device, { nonce: fromBase64(nonce), audience }));
    const statuses = [];
    for (const { admin } of [other, one])
      statuses.push((await admin.ask("POST", "/authentications", { body: { answer, audience } })).status);
    assert.deepEqual(statuses, [200, 403]);
  });

  test("what one enrols the other lets in, and the audit of the database is clean beside both", async () => {
    const body = { name: "line 1", role: "auditor" };
    const { token } = await one.admin.json<{ token: string }>("POST", "/operators", body);
    assert.equal((await other.admin.as(token).ask("GET", "/devices")).status, 200);
    const report = JSON.parse(await natalis("log", "audit", "--json", "--data", place.folder)) as {
      problems: unknown[];
    };
    assert.deepEqual(report.problems, []);
  });

  test("a registry that is open is not copied", async () => {
    const to = join(temporaryFolder(scope), "copy");
    const words = ["registry", "copy", "--from", address, "--to", to, "--data", place.folder];
    await refusedNatalis("NAT_POSTGRES_HELD", ...words);
  });
});

/** A device with a token's own word for its key; its id. */
async function bearWithEvidence(admin: RunningRegistrar["admin"], serial: string): Promise<string> {
  const device = await makeDevice(serial);
  const keyHash = nodeHash.sha256(device.signer.publicKey);
  const flags = { alwaysSensitive: true, neverExtractable: true, local: true };
  const declaration = { keyHash, ...flags, manufacturer: "maker", model: "model", tokenSerial: "1" };
  const statement = toBase64(encodePkcs11Declaration(declaration));
  const body = { ...birthOf(device), evidence: [{ format: "pkcs11-declared", statement }] };
  return (await admin.json<BirthAnswer>("POST", "/births", body)).device;
}

suite("a registry that moves", () => {
  let still: Place;

  before(async () => {
    still = await makeRegistrar(scope);
  });

  test("from SQLite to PostgreSQL and back: the same checkpoint, and births go on at each", async () => {
    const place = await makeRegistrar(scope);
    const folder = place.folder;
    let attested = "";
    const shown = async ({ admin }: RunningRegistrar) => {
      const { statements } = await admin.json<{ statements: unknown[] }>("GET", `/devices/${attested}/evidence`);
      return statements;
    };
    let statements: unknown[] = [];
    await withRegistrar(place, [], async (running) => {
      const { admin } = running;
      for (let i = 0; i < 4; i++) await bear(admin, await makeDevice(`before-${i}`));
      attested = await bearWithEvidence(admin, "before-4");
      assert.equal((await admin.ask("POST", "/births", { body: birthOf(await makeDevice("before-0")) })).status, 409);
      const headers = { "content-type": "text/csv" };
      await admin.ask("POST", "/products/sensor/expected-units", { body: "serial\nbefore-1\nlater\n", headers });
      statements = await shown(running);
      assert.equal(statements.length, 1);
    });
    const checkpoint = () => readFileSync(join(folder, "checkpoint"), "utf8");
    const [address, kept] = [await server.newDatabase(), checkpoint()];
    const told = await natalis("registry", "copy", "--from", folder, "--to", address);
    assert.match(told, /rows copied, compared and audited; the log has \d+ entries/);
    assert.match(told, /copying: \d+ of \d+/);
    const audited = async (...words: string[]) =>
      JSON.parse(await natalis("log", "audit", "--json", "--data", folder, ...words)) as Record<string, unknown>;
    assert.deepEqual(await audited("--database", address), await audited());
    await withRegistrar(place, ["--database", address], async (running) => {
      const { admin, plain } = running;
      assert.deepEqual(await shown(running), statements);
      const { incidents } = await admin.json<{ incidents: { code: string }[] }>("GET", "/incidents");
      assert.deepEqual(
        incidents.map(({ code }) => code),
        ["NAT_BIRTH_UNIT_REUSED"],
      );
      const { born, expected } = await admin.json<Record<string, unknown>>("GET", "/products/sensor");
      assert.deepEqual([born, expected], [5, { units: 2, born: 1, left: 1 }]);
      assert.equal((await admin.ask("POST", "/births", { body: birthOf(await makeDevice("before-0")) })).status, 409);
      assert.ok((await readEntries(plain, statementOf(kept).size)).length > 5);
      await bear(admin, await makeDevice("between"));
    });
    // The file it came from is behind what was served since.
    await refusedNatalis("NAT_REGISTRY_ROLLED_BACK", "serve", "--data", folder);
    await refusedNatalis("NAT_SQLITE_EXISTS", "registry", "copy", "--from", address, "--to", folder);
    rmSync(join(folder, "registry.sqlite"));
    await natalis("registry", "copy", "--from", address, "--to", folder);
    assert.deepEqual(await audited(), await audited("--database", address));
    await withRegistrar(place, [], async (running) => {
      const { admin } = running;
      assert.deepEqual(await shown(running), statements);
      await bear(admin, await makeDevice("after"));
      const { devices } = await admin.json<{ devices: unknown[] }>("GET", "/devices?limit=50");
      assert.equal(devices.length, 7);
    });
  });

  test("a copy into a database with anything in it, or from a folder in use, is refused and leaves nothing", async () => {
    const [full, empty] = [await server.newDatabase(), await server.newDatabase()];
    await server.query("CREATE TABLE theirs (x int)", new URL(full).pathname.slice(1));
    const copy = (to: string) => ["registry", "copy", "--from", still.folder, "--to", to];
    await refusedNatalis("NAT_POSTGRES_FOREIGN", ...copy(full));
    await withRegistrar(still, [], async () => {
      await refusedNatalis("NAT_SQLITE_HELD", ...copy(empty));
    });
    await natalis(...copy(empty));
    await refusedNatalis("NAT_POSTGRES_FOREIGN", ...copy(empty));
  });

  test("a copy whose kept evidence is not what the record names is not kept, and an audit finds it", async () => {
    const place = await makeRegistrar(scope);
    await withRegistrar(place, [], async ({ admin }) => void (await bearWithEvidence(admin, "kept")));
    const database = new DatabaseSync(join(place.folder, "registry.sqlite"));
    // Whoever holds the file can do this; triggers are for accidents.
    database.exec("DROP TRIGGER kept_evidence_update; UPDATE kept_evidence SET body = zeroblob(length(body))");
    database.close();
    const audited = await runNatalis("log", "audit", "--data", place.folder);
    assert.equal(audited.code, 1);
    assert.match(audited.stdout + audited.stderr, /evidence \d+.*NAT_BIRTH_KEPT_EVIDENCE/);
    const told = await refusedNatalis(
      "NAT_SERVICE_COPY",
      "registry",
      "copy",
      "--from",
      place.folder,
      "--to",
      await server.newDatabase(),
    );
    assert.match(told, /evidence/);
  });

  test("a copy that does not pass the audit is not kept", async () => {
    const forged = `${still.folder}-forged`;
    cpSync(still.folder, forged, { recursive: true });
    const database = new DatabaseSync(join(forged, "registry.sqlite"));
    database.exec("UPDATE head SET time = time + 1");
    database.close();
    const address = await server.newDatabase();
    await refusedNatalis("NAT_SERVICE_COPY", "registry", "copy", "--from", forged, "--to", address);
    await natalis("registry", "copy", "--from", still.folder, "--to", address);
  });
});

test("a registrar whose root is elsewhere waits for it and is founded on PostgreSQL, and bears there", async () => {
  const address = await server.newDatabase();
  const at = temporaryFolder(scope);
  const path = (name: string) => join(at, name);
  const place = { folder: path("data"), httpPort: await freePort(), httpsPort: await freePort() };
  const publicUrl = `http://127.0.0.1:${place.httpPort}`;
  const facts = ["--maker", "Example Makers", "--origin", origin, "--public-url", publicUrl, "--product", "sensor"];
  await natalis("init", "--data", place.folder, ...facts, "--external-root", "--database", address);
  assert.equal(existsSync(join(place.folder, "registry.sqlite")), false);
  await refusedNatalis("NAT_SERVICE_DATA", "serve", "--data", place.folder);
  writeFileSync(path("secret"), "a passphrase of the root\n", { mode: 0o600 });
  const participants = [{ name: "Olga Operator", role: "operator" }];
  const authorities = { maker: "Example Makers", publicUrl, arc: "1.3.6.1.4.1.32473" };
  const plan = {
    title: "root",
    ...authorities,
    participants,
    requests: ["data/issuing.csr"],
    root: { key: "root.key" },
  };
  writeFileSync(path("plan.json"), JSON.stringify(plan));
  const ceremony = ["ceremony", "run", path("plan.json"), "--folder", path("record"), "--yes"];
  await natalis(...ceremony, "--passphrase-file", path("secret"));
  const made = { root: "root.pem", issuing: "issuing-1.pem", "root-crl": "root.crl" };
  const files = Object.entries(made).flatMap(([name, file]) => [`--${name}`, path(`record/${file}`)]);
  await natalis("init", "--data", place.folder, ...files);
  await withRegistrar(place, [], async ({ admin }) => {
    const { device } = await bear(admin, await makeDevice("founded"));
    assert.equal((await admin.ask("GET", `/devices/${device}/state-proof`)).status, 200);
  });
  assert.equal(existsSync(join(place.folder, "registry.sqlite")), false);
  const report = JSON.parse(await natalis("log", "audit", "--json", "--data", place.folder)) as Record<string, unknown>;
  assert.deepEqual([report["devices"], report["problems"]], [1, []]);
});

suite("the address", () => {
  const facts = ["--maker", "Example", "--origin", origin, "--public-url", "http://pki.example"];

  test("with a password in the command line is refused before anything is done", async () => {
    const address = (await server.newDatabase()).replace("postgres@", "postgres:hunter2@");
    const folder = join(temporaryFolder(scope), "data");
    const init = ["init", "--data", folder, ...facts, "--database", address];
    const copy = ["registry", "copy", "--from", folder, "--to", address];
    const others = [["serve", "--database", address], ["log", "audit", "--database", address], copy];
    const told = await Promise.all([init, ...others].map((words) => refusedNatalis("NAT_CLIENT_OPTION", ...words)));
    for (const text of told) assert.ok(!text.includes("hunter2"), text);
    assert.equal(existsSync(folder), false);
  });

  test("comes from the environment too, and its password is not kept", async () => {
    const address = await server.newDatabase();
    const folder = join(temporaryFolder(scope), "data");
    process.env["NATALIS_DATABASE"] = address.replace("postgres@", "postgres:hunter2@");
    try {
      await natalis("init", "--data", folder, ...facts);
    } finally {
      delete process.env["NATALIS_DATABASE"];
    }
    assert.equal(readFileSync(join(folder, "database"), "utf8"), `${address}\n`);
    await natalis("log", "audit", "--data", folder);
  });

  test("of a database without a registry starts nothing", async () => {
    const place = await makeRegistrar(scope);
    const told = await refusedNatalis(
      "NAT_SERVICE_DATA",
      "serve",
      "--data",
      place.folder,
      "--database",
      await server.newDatabase(),
    );
    assert.match(told, /natalis init/);
    writeFileSync(join(place.folder, "database"), "mysql://localhost/births\n", { mode: 0o600 });
    await refusedNatalis("NAT_POSTGRES_ADDRESS", "serve", "--data", place.folder);
  });

  test("of a full database leaves no folder behind", async () => {
    const address = await server.newDatabase();
    await server.query("CREATE TABLE theirs (x int)", new URL(address).pathname.slice(1));
    const folder = join(temporaryFolder(scope), "data");
    await refusedNatalis("NAT_POSTGRES_FOREIGN", "init", "--data", folder, ...facts, "--database", address);
    assert.equal(existsSync(folder), false);
    assert.equal((await runNatalis("init", "--data", folder, ...facts)).code, 0);
  });
});

/** A registrar for the time of some work. */
async function withRegistrar(
  place: Place,
  words: readonly string[],
  work: (registrar: RunningRegistrar) => Promise<void>,
): Promise<void> {
  const own = new Scope();
  try {
    const registrar = await startRegistrar(own, place, ...words);
    await work(registrar);
    assert.equal((await registrar.stop()).code, 0);
  } finally {
    await own.close();
  }
}
