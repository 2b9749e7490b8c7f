// SPDX-License-Identifier: Apache-2.0
// Product lines, expected units, stations' time and refused births, over real sockets and by the command line.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parsePublicEntry } from "natalis/registry";
import type { Answer, Client } from "../support/client.ts";
import { natalis, outcomeOf, refusedNatalis, runNatalis, spawnNatalis } from "../support/command.ts";
import { readEntries, statementOf } from "../support/log-reader.ts";
import { assertProblem } from "../support/problem.ts";
import { makeRegistrar, type Place, type RunningRegistrar, startRegistrar } from "../support/registrar.ts";
import { Scope, scopeOf } from "../support/scope.ts";
import { bear, type BirthAnswer, birthOf, makeDevice, requestOf } from "../support/software-device.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { spawn } from "node:child_process";

interface Incident {
  readonly entry: number;
  readonly station: string;
  readonly code: string;
  readonly device?: string;
  readonly unrecorded: number;
}

const root = fileURLToPath(new URL("../../", import.meta.url));
const scope = scopeOf({ after });
const csv = { "content-type": "text/csv" };
const ndjson = { "content-type": "application/x-ndjson" };
const list = "/products/meter/expected-units";
let place: Place;
let registrar: RunningRegistrar;
let station: Client;
let stationId: string;

before(async () => {
  place = await makeRegistrar(scope);
  addProfile(place, "meter", { admission: { kind: "imported" }, models: ["S-1", "S-2"] });
  addProfile(place, "valve", { quota: 2 });
  addProfile(place, "range", { admission: { kind: "serials", from: "R-008", to: "R-010" } });
  registrar = await startRegistrar(scope, place);
  const enrolled = await enrol({ products: ["sensor", "meter", "valve", "range"] });
  [station, stationId] = [registrar.admin.as(enrolled.token), enrolled.id];
});

function addProfile({ folder }: Place, product: string, changes: object): void {
  const profiles = join(folder, "profiles");
  const first = JSON.parse(readFileSync(join(profiles, "sensor.json"), "utf8")) as object;
  const profile = { ...first, product, ...changes };
  writeFileSync(join(profiles, `${product}.json`), JSON.stringify(profile));
}

async function enrol(changes: object): Promise<{ id: string; token: string }> {
  const body = { name: "line", role: "station", products: ["sensor"], ...changes };
  return registrar.admin.json("POST", "/operators", body);
}

async function asks(client: Client, product: string, serial: string, changes: object = {}): Promise<Answer> {
  const body = { ...birthOf(await makeDevice(serial)), product, ...changes };
  return client.ask("POST", "/births", { body });
}

async function incidents(query = ""): Promise<Incident[]> {
  return (await registrar.admin.json<{ incidents: Incident[] }>("GET", `/incidents?limit=500${query}`)).incidents;
}

const words = (...more: string[]) => [...more, "--data", place.folder];

suite("product lines", () => {
  test("are listed and shown with their profile and what is counted of them", async () => {
    const page = await registrar.admin.json<{ products: { product: string }[]; next?: string }>(
      "GET",
      "/products?limit=2",
    );
    assert.deepEqual([page.products.map(({ product }) => product), page.next], [["meter", "range"], "range"]);
    const rest = await registrar.admin.json<{ products: { product: string }[] }>("GET", "/products?after=range");
    assert.deepEqual(
      rest.products.map(({ product }) => product),
      ["sensor", "valve"],
    );
    const range = await registrar.admin.json<{ admission: object; born: number; expected: object }>(
      "GET",
      "/products/range",
    );
    assert.deepEqual(range.admission, { kind: "serials", from: "R-008", to: "R-010" });
    assert.deepEqual([range.born, range.expected], [0, { units: 0, born: 0, left: 0 }]);
    assertProblem(await registrar.admin.ask("GET", "/products/toaster"), 404, "NAT_SERVICE_NOT_FOUND");
    assert.match(await natalis(...words("product", "list")), /^valve\t1\t0\/2\topen\tExample Makers$/m);
    assert.match(await natalis(...words("product", "show", "range")), /^admission: serials, from R-008, to R-010$/m);
    await refusedNatalis("NAT_SERVICE_NOT_FOUND", ...words("product", "show", "toaster"));
  });

  test("are shown to operators, not to stations or strangers", async () => {
    for (const path of ["/products", "/products/meter", list, "/incidents"]) {
      assertProblem(await station.ask("GET", path), 403, "NAT_AUTHORIZE_DENIED");
      assertProblem(await registrar.admin.as(undefined).ask("GET", path), 401, "NAT_HTTP_UNAUTHENTICATED");
    }
    const { token } = await enrol({ role: "auditor", products: undefined });
    const auditor = registrar.admin.as(token);
    for (const path of ["/products", "/products/meter", list, "/incidents"])
      assert.equal((await auditor.ask("GET", path)).status, 200);
    for (const [path, body] of [
      [list, "serial\nX\n"],
      [`${list}/removals`, { serials: ["X"] }],
    ] as const)
      assertProblem(
        await auditor.ask("POST", path, { body, headers: typeof body === "string" ? csv : {} }),
        403,
        "NAT_AUTHORIZE_DENIED",
      );
  });

  test("have no more births than their quota, also when all ask at once; a retry has its answer", async () => {
    const devices = await Promise.all(Array.from({ length: 6 }, (_, i) => makeDevice(`V-${i}`)));
    const body = (i: number) => ({ ...birthOf(devices[i] as (typeof devices)[0]), product: "valve" });
    const answers = await Promise.all(devices.map((_, i) => station.ask("POST", "/births", { body: body(i) })));
    const born = answers.flatMap(({ status }, i) => (status === 201 ? [i] : []));
    assert.equal(born.length, 2);
    for (const answer of answers.filter(({ status }) => status !== 201))
      assertProblem(answer, 403, "NAT_REGISTRY_PRODUCT_QUOTA");
    for (const i of born) assert.equal((await station.ask("POST", "/births", { body: body(i) })).status, 200);
    const { devices: page } = await registrar.admin.json<{ devices: unknown[] }>("GET", "/devices?product=valve");
    assert.equal(page.length, 2);
    assert.match(await natalis(...words("product", "list")), /^valve\t1\t2\/2\t/m);
  });
});

suite("expected units", () => {
  test("are imported as CSV and NDJSON, once, and conflicts are named", async () => {
    const text = "serial,model\r\nE-001,S-1\r\nE-002,\r\n";
    const first = JSON.parse((await registrar.admin.ask("POST", list, { body: text, headers: csv })).text);
    const none = { born: 0, known: 0, conflicts: 0, conflicting: [] };
    assert.deepEqual(first, { ...none, units: 2, added: 2 });
    const lines = ['{"serial":"E-001","model":"S-1"}', '{"serial":"E-003"}', '{"serial":"E-002","model":"S-2"}'];
    const second = await registrar.admin.ask("POST", list, { body: lines.join("\n"), headers: ndjson });
    assert.deepEqual(JSON.parse(second.text), {
      ...none,
      units: 3,
      added: 1,
      known: 1,
      conflicts: 1,
      conflicting: [{ line: 3, serial: "E-002", model: "S-2" }],
    });
  });

  test("of any other form are refused with their line, and nothing is made of an empty import", async () => {
    const ask = (body: string, headers: Record<string, string>) => registrar.admin.ask("POST", list, { body, headers });
    const wrong = assertProblem(await ask("serial\nE-004\nÄ\n", csv), 400, "NAT_HTTP_INVALID");
    assert.match(wrong.detail, /^line 3: /);
    assertProblem(await ask('{"serial":1}', ndjson), 400, "NAT_HTTP_INVALID");
    assertProblem(await ask(`serial\n${"a".repeat(2000)}`, csv), 413, "NAT_HTTP_TOO_LARGE");
    assertProblem(await ask("serial\nA\n", { "content-type": "text/plain" }), 415, "NAT_HTTP_MEDIA_TYPE");
    const elsewhere = await registrar.admin.ask("POST", "/products/toaster/expected-units", {
      body: "serial\nA\n",
      headers: csv,
    });
    assertProblem(elsewhere, 404, "NAT_SERVICE_NOT_FOUND");
    assert.equal(JSON.parse((await ask("", ndjson)).text).units, 0);
  });

  test("more than one import may bring are refused from there on", async () => {
    const body = `serial\n${Array.from({ length: 100_000 }, (_, i) => `L-${i}`).join("\n")}\n`;
    const answer = await registrar.admin.ask("POST", "/products/range/expected-units", { body, headers: csv });
    assertProblem(answer, 413, "NAT_HTTP_TOO_LARGE");
    const { expected } = await registrar.admin.json<{ expected: object }>("GET", "/products/range");
    assert.deepEqual(expected, { units: 99_500, born: 0, left: 99_500 });
  });

  test("are the ones that are born, each once, of the model that is named", async () => {
    const device = await makeDevice("E-001");
    const body = { ...birthOf(device), product: "meter" };
    assert.equal((await station.ask("POST", "/births", { body })).status, 201);
    assert.equal((await station.ask("POST", "/births", { body })).status, 200);
    assert.equal((await asks(station, "meter", "E-002", { model: "S-2" })).status, 201);
    assertProblem(await asks(station, "meter", "E-002", { model: "S-1" }), 403, "NAT_BIRTH_NOT_ADMITTED");
    assertProblem(await asks(station, "meter", "E-999"), 403, "NAT_BIRTH_NOT_ADMITTED");
    assertProblem(await asks(station, "range", "R-011"), 403, "NAT_BIRTH_NOT_ADMITTED");
    assert.equal((await asks(station, "range", "R-010")).status, 201);
    const { expected } = await registrar.admin.json<{ expected: object }>("GET", "/products/meter");
    assert.deepEqual(expected, { units: 3, born: 2, left: 1 });
  });

  test("are listed in pages, whole or by what is born; a unit that is not born is taken off", async () => {
    interface Page {
      readonly units: { serial: string; state: string }[];
      readonly next?: string;
    }
    const page = await registrar.admin.json<Page>("GET", `${list}?limit=3`);
    assert.deepEqual(
      [page.units.map(({ serial, state }) => `${serial} ${state}`), page.next],
      [["E-001 born", "E-002 born", "E-003 left"], "E-003"],
    );
    assert.deepEqual(
      (await registrar.admin.json<Page>("GET", `${list}?state=left`)).units.map(({ serial }) => serial),
      ["E-003"],
    );
    const removals = { serials: ["E-001", "E-003", "E-003", "E-999"] };
    assert.deepEqual(await registrar.admin.json("POST", `${list}/removals`, removals), {
      removed: 1,
      born: ["E-001"],
      absent: ["E-999"],
    });
    assertProblem(await asks(station, "meter", "E-003"), 403, "NAT_BIRTH_NOT_ADMITTED");
  });

  test("by the command line: import, count, list, remove", async () => {
    const folder = temporaryFolder(scope);
    const file = join(folder, "units.csv");
    const serials = Array.from({ length: 1200 }, (_, i) => `F-${String(i).padStart(4, "0")}`);
    writeFileSync(file, ["serial,model", ...serials.map((serial) => `${serial},S-1`), ""].join("\n"));
    const product = ["--product", "meter"];
    assert.match(
      await natalis(...words("expect", "import", file, ...product)),
      /^1200 added, 0 known before, 0 expected/m,
    );
    assert.match(await natalis(...words("expect", "import", file, ...product)), /^0 added, 1200 known before/m);
    writeFileSync(file, "serial,model\nF-0000,S-2\nF-1200,\n");
    const conflict = await runNatalis(...words("expect", "import", file, ...product));
    assert.equal(conflict.code, 2);
    assert.match(conflict.stderr, /line 2, F-0000: it is expected as another model/);
    assert.match(await natalis(...words("expect", "count", ...product)), /^expected 1203, born 2, left 1201$/m);
    const left = await natalis(...words("expect", "list", ...product, "--state", "left"));
    assert.equal(left.trimEnd().split("\n").length, 1201);
    const removal = await runNatalis(...words("expect", "remove", "E-001", "F-0007", "X", ...product));
    assert.equal(removal.code, 2);
    assert.match(removal.stdout, /^1 removed, 1 born, 1 in no list$/m);
    writeFileSync(file, `serial\n${serials.join("\n")}\n`);
    assert.match(
      await natalis(...words("expect", "remove", "--file", file, ...product)),
      /^1199 removed, 0 born, 1 in no/m,
    );
    writeFileSync(file, "serial\nÄ\n");
    await refusedNatalis("NAT_CLIENT_FILE", ...words("expect", "import", file, ...product));
    await refusedNatalis("NAT_CLIENT_OPTION", ...words("expect", "remove", ...product));
    writeFileSync(file, "serial\nV-9\n");
    const unused = await runNatalis(...words("expect", "import", file, "--product", "valve"));
    assert.match(unused.stderr, /the profile of valve admits by open/);
  });

  test("a batch of births finds its units, and names those that nobody expects", async () => {
    const devices = await Promise.all(Array.from({ length: 60 }, (_, i) => makeDevice(`B-${i}`)));
    const expected = devices.filter((_, i) => i % 3 !== 0).map(({ serial }) => JSON.stringify({ serial }));
    await registrar.admin.ask("POST", list, { body: expected.join("\n"), headers: ndjson });
    const body = devices.map((device) => JSON.stringify({ ...birthOf(device), product: "meter" })).join("\n");
    const answer = await station.ask("POST", "/births/batch", { body, headers: ndjson });
    const results = answer.text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { line: number; status: number });
    for (const { line, status } of results) assert.equal(status, (line - 1) % 3 === 0 ? 403 : 201, `line ${line}`);
    assert.equal(results.length, 60);
  });
});

suite("a station's time", () => {
  const from = "2026-01-01T00:00:00.000Z";

  test("is in its enrolment, in the list, and by the command line", async () => {
    const notAfter = "2099-01-01T00:00:00.000Z";
    const { id } = await enrol({ notBefore: from, notAfter });
    const page = await registrar.admin.json<{ operators: { id: string; notBefore?: string; notAfter?: string }[] }>(
      "GET",
      "/operators?limit=500",
    );
    const row = page.operators.find((one) => one.id === id);
    assert.deepEqual([row?.notBefore, row?.notAfter], [from, notAfter]);
    const time = ["--not-before", "2026-01-01T01:00+01:00", "--not-after", notAfter];
    const added = words(
      "operator",
      "add",
      "line 7",
      "--role",
      "station",
      "--product",
      "sensor",
      "--quota",
      "1",
      ...time,
    );
    const token = (await natalis(...added)).trim();
    const line = registrar.admin.as(token);
    assert.equal((await bear(line, await makeDevice("T-1"))).kind, "born");
    assertProblem(await asks(line, "sensor", "T-2"), 403, "NAT_REGISTRY_QUOTA");
    assert.match(
      await natalis(...words("operator", "list")),
      new RegExp(`\t1/1\tline 7\tsensor\t${from}\\.\\.${notAfter}$`, "m"),
    );
    const bad = await runNatalis(...words("operator", "add", "x", "--role", "station", "--not-after", "tomorrow"));
    assert.match(bad.stderr, /not a time, ISO 8601/);
  });

  test("that has not come, or is over, lets it ask for nothing", async () => {
    const later = new Date(Date.now() + 3_600_000).toISOString();
    const early = registrar.admin.as((await enrol({ notBefore: later })).token);
    assertProblem(await asks(early, "sensor", "T-3"), 403, "NAT_AUTHORIZE_WINDOW");
    assertProblem(
      await early.ask("POST", "/births/batch", { body: "{}", headers: ndjson }),
      403,
      "NAT_AUTHORIZE_WINDOW",
    );
    const soon = new Date(Date.now() + 2500).toISOString();
    const ending = registrar.admin.as((await enrol({ notAfter: soon })).token);
    assert.equal((await bear(ending, await makeDevice("T-4"))).kind, "born");
    while (Date.now() <= Date.parse(soon)) await wait(100);
    assertProblem(await asks(ending, "sensor", "T-5"), 403, "NAT_AUTHORIZE_WINDOW");
    const { devices } = await registrar.admin.json<{ devices: unknown[] }>("GET", "/devices?serial=T-5");
    assert.deepEqual(devices, []);
  });

  test("that is an administrator's, over or none is refused", async () => {
    for (const body of [
      { role: "admin", notAfter: "2099-01-01T00:00:00Z" },
      { role: "station", notAfter: from },
      { role: "station", notBefore: "2099-01-02T00:00:00Z", notAfter: "2099-01-01T00:00:00Z" },
    ])
      assertProblem(
        await registrar.admin.ask("POST", "/operators", { body: { name: "x", ...body } }),
        400,
        "NAT_SERVICE_REQUEST",
      );
  });
});

suite("refused births", () => {
  let victim: BirthAnswer;
  let other: { readonly client: Client; readonly id: string };

  before(async () => {
    const { id, token } = await enrol({});
    other = { client: registrar.admin.as(token), id };
  });

  test("of a key and a unit are entered, from whichever station, and seen by operators", async () => {
    const device = await makeDevice("I-1");
    victim = await bear(station, device);
    const asOther = { ...birthOf(device), serial: "I-2", request: await requestOf("I-2", device.signer) };
    assertProblem(await other.client.ask("POST", "/births", { body: asOther }), 409, "NAT_BIRTH_KEY_REUSED");
    assertProblem(await asks(station, "sensor", "I-1"), 409, "NAT_BIRTH_UNIT_REUSED");
    assert.equal((await station.ask("POST", "/births", { body: birthOf(device) })).status, 200);
    const found = await incidents(`&device=${victim.device}`);
    assert.deepEqual(
      found.map(({ station: by, code, device: holder }) => [by, code, holder]),
      [
        [other.id, "NAT_BIRTH_KEY_REUSED", victim.device],
        [stationId, "NAT_BIRTH_UNIT_REUSED", victim.device],
      ],
    );
    const [first] = found;
    assert.deepEqual(await incidents(`&station=${other.id}`), [first]);
    assert.deepEqual((await incidents(`&code=NAT_BIRTH_UNIT_REUSED&device=${victim.device}`)).length, 1);
    assert.deepEqual((await incidents(`&after=${found[1]?.entry}&device=${victim.device}`)).length, 0);
  });

  test("are public entries that name key and unit, and no device, station or code", async () => {
    const [incident] = await incidents(`&device=${victim.device}`);
    const { size } = statementOf(await registrar.plain.text("/log/checkpoint"));
    const entries = await readEntries(registrar.plain, size);
    const entry = parsePublicEntry(entries[incident?.entry as number] as Uint8Array);
    assert.deepEqual([entry.type, entry.deviceId, entry.ordinal, entry.previous], [11, null, null, null]);
    const born = parsePublicEntry(entries[victim.index] as Uint8Array);
    assert.deepEqual(entry.keyHash, born.keyHash);
    assert.notDeepEqual(entry.unitTag, born.unitTag);
  });

  test("are in the device's timeline, the registrar's log, and the command line's answers", async () => {
    const { events } = await registrar.admin.json<{ events: { type: string; code?: string; actor?: string }[] }>(
      "GET",
      `/devices/${victim.device}`,
    );
    assert.deepEqual(
      events.map(({ type, code, actor }) => [type, code, actor]),
      [
        ["born", undefined, undefined],
        ["refusedBirth", "NAT_BIRTH_KEY_REUSED", other.id],
        ["refusedBirth", "NAT_BIRTH_UNIT_REUSED", stationId],
      ],
    );
    assert.match(await natalis(...words("device", "show", victim.device)), /refusedBirth\t.*\tNAT_BIRTH_UNIT_REUSED/);
    const line = new RegExp(`"code":"NAT_BIRTH_KEY_REUSED","station":"${other.id}","device":"${victim.device}"`);
    assert.match(registrar.printed(), line);
    const about = ["--device", victim.device];
    const told = await natalis(...words("incidents", ...about));
    assert.match(told, new RegExp(`^\\d+\t.*Z\t${other.id}\tNAT_BIRTH_KEY_REUSED\t${victim.device}\n`));
    const json = (await natalis(...words("incidents", ...about, "--json"))).trimEnd().split("\n");
    assert.deepEqual(
      json.map((text) => JSON.parse(text)),
      await incidents(`&device=${victim.device}`),
    );
    assert.equal((await runNatalis(...words("incidents", ...about, "--exit-code"))).code, 2);
    const last = String((await incidents()).at(-1)?.entry);
    assert.equal((await runNatalis(...words("incidents", "--after", last, "--exit-code"))).code, 0);
    assert.match((await runNatalis(...words("incidents", "--after", "x"))).stderr, /not the index of a log entry/);
  });

  test("are followed as they come, until the command is told to stop", async () => {
    const last = String((await incidents()).at(-1)?.entry);
    const child = spawnNatalis(words("incidents", "--after", last, "--follow", "--exit-code"));
    const ended = outcomeOf(child);
    const printed = new Promise<void>((resolve) => child.stdout?.once("data", () => resolve()));
    await bear(station, await makeDevice("I-3"));
    assertProblem(await asks(station, "sensor", "I-3"), 409, "NAT_BIRTH_UNIT_REUSED");
    await printed;
    child.kill("SIGTERM");
    const { code, stdout } = await ended;
    assert.match(stdout, new RegExp(`\t${stationId}\tNAT_BIRTH_UNIT_REUSED\t`));
    assert.equal(code, 2);
  });

  test("are entered once an attempt, and so many a station in a flood, while honest stations go on", async () => {
    const { id, token } = await enrol({});
    const thief = registrar.admin.as(token);
    const { signer } = await makeDevice("I-4");
    await bear(station, { serial: "I-4", signer, request: await requestOf("I-4", signer) });
    const lines = await Promise.all(
      Array.from({ length: 300 }, async (_, i) => {
        const serial = `FLOOD-${i}`;
        return JSON.stringify(birthOf({ serial, request: await requestOf(serial, signer) }));
      }),
    );
    const flood = thief.ask("POST", "/births/batch", { body: lines.join("\n"), headers: ndjson });
    for (let i = 0; i < 10; i++) assert.equal((await bear(station, await makeDevice(`HONEST-${i}`))).kind, "born");
    const results = (await flood).text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { status: number });
    assert.deepEqual([results.length, new Set(results.map(({ status }) => status))], [300, new Set([409])]);
    const entered = await incidents(`&station=${id}`);
    assert.ok(entered.length >= 100 && entered.length <= 110, String(entered.length));
    const again = await thief.ask("POST", "/births", {
      body: lines[0] as string,
      headers: { "content-type": "application/json" },
    });
    assert.equal(again.status, 409);
    assert.equal(
      (await incidents(`&station=${id}`)).filter(({ unrecorded }) => unrecorded === 0).length,
      entered.length,
    );
  });

  test("stay when the registrar is started again, which enters none twice and tells what a flood had left", async () => {
    const before = await incidents();
    assert.equal((await registrar.stop()).code, 0);
    registrar = await startRegistrar(scope, place);
    station = registrar.admin.as(undefined);
    const now = await incidents();
    assert.deepEqual(now.slice(0, before.length), before);
    const unrecorded = now.reduce((sum, incident) => sum + incident.unrecorded, 0);
    const [flooded] = now.filter((incident) => incident.unrecorded > 0);
    const ofFlood = now.filter((incident) => incident.station === flooded?.station).length;
    assert.ok(ofFlood + unrecorded >= 300, `${ofFlood} entered, ${unrecorded} counted`);
  });

  test("pass the audit", async () => {
    const report = JSON.parse(await natalis(...words("log", "audit", "--json"))) as { problems: unknown[] };
    assert.deepEqual(report.problems, []);
  });
});

test("the guide's lines run", async () => {
  const own = new Scope();
  scope.defer(() => own.close());
  const made = await makeRegistrar(own, "--product", "default");
  const project = join(temporaryFolder(own), "project");
  mkdirSync(project);
  symlinkSync(made.folder, join(project, ".natalis"));
  const guide = readFileSync(join(root, "docs/guides/admission.md"), "utf8");
  const [profile = "", ...blocks] = Array.from(guide.matchAll(/^```sh\n(.*?)^```$/gms), ([, block = ""]) => block);
  assert.equal(blocks.length, 5);
  const npx = `npx() { shift; '${process.execPath}' '${root}packages/registrar/src/cli/main.ts' "$@"; }`;
  const run = async (...lines: string[]) => {
    const script = ["set -eu", npx, ...lines].join("\n");
    const told = await outcomeOf(spawn("sh", ["-c", script], { cwd: project, stdio: ["ignore", "pipe", "pipe"] }));
    assert.equal(told.code, 0, told.stdout + told.stderr);
    return told.stdout;
  };
  await run(profile);
  await startRegistrar(own, made);
  const told = await run(...blocks);
  assert.match(told, /^meter\t1\t0\/10000\timported\tExample Ltd$/m);
  assert.match(told, /^3 added, 0 known before, 0 expected as another model\nexpected 3, born 0, left 3$/m);
  assert.match(told, /^1 removed, 0 born, 0 in no list\nSN-0001\tM1\tleft\nSN-0002\tM1\tleft$/m);
  assert.match(told, /\t1\/5000\tline 1\tmeter\t2026-01-01T00:00:00\.000Z\.\.2099-12-31T23:59:59\.000Z$/m);
  assert.match(told, /^refused, as it must be\n\d+\t.*\tNAT_BIRTH_UNIT_REUSED\t[0-9a-f-]{36}$/m);
  assert.equal(readFileSync(join(project, "incidents.ndjson"), "utf8").trimEnd().split("\n").length, 1);
});
