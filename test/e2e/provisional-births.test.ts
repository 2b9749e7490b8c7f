// SPDX-License-Identifier: Apache-2.0
// `natalis birth` and the SDK at a station without a connection, over real processes: kept as what nobody takes, told so
// by words, files and exit codes, and made whole at the registrar by the same command.

import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { connectRegistrar, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { beBorn, fetchBirthReceipt } from "natalis/device";
import { parseUuid } from "natalis/kernel";
import { natalis, refusedNatalis, runNatalis, runProgram } from "../support/command.ts";
import { loopback } from "../support/ports.ts";
import { assertProblem } from "../support/problem.ts";
import { openRegistrar, product, type RunningRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { makeDevice } from "../support/software-device.ts";
import { makeStation, type RunningStation, type StationPlace, startStation, syncWords } from "../support/station.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const scope = scopeOf({ after });
const folder = temporaryFolder(scope);
let registrar: RunningRegistrar;
let trust: string;
let place: StationPlace;
let station: RunningStation;
let atStation: readonly string[];
let atRegistrar: readonly string[];

before(async () => {
  registrar = await openRegistrar(scope);
  trust = join(registrar.place.folder, "trust.json");
  place = await makeStation(scope, registrar);
  station = await startStation(scope, place);
  const token = ["--token-file", join(place.folder, "line.token")];
  atStation = ["--registrar", station.url, ...token, "--trust", join(place.folder, "trust.json")];
  atRegistrar = ["--data", registrar.place.folder];
});

const facts = ["--product", product, "--model", "S-1", "--facility", "Plant 7"];
const words = (device: string, serial: string, where: readonly string[], ...more: string[]) =>
  ["birth", "--device", device, "--serial", serial].concat(facts, where, more);

async function devicesNamed(serial: string): Promise<number> {
  const { devices } = await registrar.admin.json<{ devices: unknown[] }>("GET", `/devices?serial=${serial}`);
  return devices.length;
}

function stationToken({ folder: station }: StationPlace): string {
  return (JSON.parse(readFileSync(join(station, "enrolment.json"), "utf8")) as { token: string }).token;
}

test("one unit: provisional at the station, still so before it is brought in, whole afterwards, by one command", async () => {
  const device = join(folder, "unit");
  const first = await runNatalis(...words(device, "PRO-1", atStation));
  assert.equal(first.code, 3, first.stderr);
  assert.match(first.stdout, /is born, provisionally/);
  assert.match(first.stderr, /warning: nobody takes .*certificate\.pem yet/);
  const certificate = readFileSync(join(device, "certificate.pem"), "utf8");
  const verify = ["verify", join(device, "certificate.pem"), join(device, "chain.pem"), "--trust", trust];
  assert.match((await runNatalis(...verify)).stdout, /NAT_PATH_PROVISIONAL/);
  await refusedNatalis("NAT_CLIENT_FILE", "seal", join(folder, "none.csv"), "--device", device, "--trust", trust);

  const again = await runNatalis(...words(device, "PRO-1", atStation));
  const early = await runNatalis(...words(device, "PRO-1", atRegistrar));
  assert.deepEqual([again.code, early.code], [3, 3], early.stderr);
  assert.match(early.stderr, /is not entered.*still provisional/);
  assert.equal(await devicesNamed("PRO-1"), 0, "the registrar bore it a second time");
  assert.equal(readFileSync(join(device, "certificate.pem"), "utf8"), certificate);
  assert.ok(existsSync(join(device, "provisional.txt")));

  await natalis(...syncWords(place, registrar));
  const late = await natalis(...words(device, "PRO-1", atRegistrar));
  assert.match(late, /is entered, log entry \d+/);
  assert.ok(!existsSync(join(device, "provisional.txt")));
  assert.equal(readFileSync(join(device, "certificate.pem"), "utf8"), certificate);
  assert.match(await natalis(...verify, "--receipt", join(device, "birth-receipt.cbor")), /^valid/);
  assert.match(await natalis("authenticate", "--device", device, ...atRegistrar), /authentic/);
  for (const where of [atRegistrar, atStation])
    assert.match(await natalis(...words(device, "PRO-1", where)), /was born before, and is entered/);
  await refusedNatalis("NAT_DEVICE_BIRTH", ...words(device, "PRO-2", atRegistrar));
});

test("the station's own token fetches its receipts, and no other station's does", async () => {
  const device = join(folder, "own");
  assert.equal((await runNatalis(...words(device, "PRO-3", atStation))).code, 3);
  await natalis(...syncWords(place, registrar));
  const { devices } = await registrar.admin.json<{ devices: { device: string }[] }>("GET", "/devices?serial=PRO-3");
  const path = `/devices/${devices[0]?.device}/birth-receipt`;
  const stranger = await natalis(
    "operator",
    "add",
    "line 1",
    "--role",
    "station",
    "--product",
    product,
    ...atRegistrar,
  );
  assertProblem(await registrar.admin.as(stranger.trim()).ask("GET", path), 404, "NAT_SERVICE_NOT_FOUND");
  assertProblem(await registrar.admin.as(undefined).ask("GET", path), 401, "NAT_HTTP_UNAUTHENTICATED");
  const own = registrar.admin.as(stationToken(place));
  assertProblem(await own.ask("GET", "/devices"), 403, "NAT_AUTHORIZE_DENIED");
  const token = join(folder, "own.token");
  writeFileSync(token, stationToken(place), { mode: 0o600 });
  assert.match(await natalis(...words(device, "PRO-3", [...atRegistrar, "--token-file", token])), /is entered/);
});

test("a folder that was lost gets everything from the registrar, by the station's token", async () => {
  const first = join(folder, "lost");
  assert.equal((await runNatalis(...words(first, "PRO-4", atStation))).code, 3);
  await natalis(...syncWords(place, registrar));
  const token = join(folder, "lost.token");
  writeFileSync(token, stationToken(place), { mode: 0o600 });
  const request = join(folder, "lost.csr");
  const subject = "/serialNumber=PRO-4";
  await runProgram("openssl", "req", "-new", "-key", join(first, "key.pem"), "-subj", subject, "-out", request);
  const second = join(folder, "found");
  const where = [...atRegistrar, "--token-file", token];
  assert.match(await natalis(...words(second, "PRO-4", where, "--request", request)), /was born before, log entry/);
  for (const file of ["certificate.pem", "record.cbor"])
    assert.deepEqual(readFileSync(join(second, file)), readFileSync(join(first, file)));
  const verify = ["verify", join(second, "certificate.pem"), join(second, "chain.pem"), "--trust", trust];
  assert.match(await natalis(...verify, "--receipt", join(second, "birth-receipt.cbor")), /^valid/);
});

test("a station over TLS is asked with the roots of its own certificate, and no other", async () => {
  const [key, certificate] = [join(folder, "tls.key"), join(folder, "tls.pem")];
  const self = ["-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-keyout", key];
  const name = ["-subj", "/CN=line", "-addext", `subjectAltName=IP:${loopback}`, "-out", certificate, "-days", "30"];
  await runProgram("openssl", "req", ...self, ...name);
  const own = await makeStation(scope, registrar);
  const tls = ["--tls-key", key, "--tls-certificate", certificate];
  const secure = await startStation(scope, own, tls, [readFileSync(certificate, "utf8")]);
  const where = ["--registrar", secure.url, "--token-file", join(own.folder, "line.token"), "--trust", trust];
  const device = join(folder, "secure");
  await refusedNatalis("NAT_REGISTRAR_UNREACHABLE", ...words(device, "TLS-1", where));
  const born = await runNatalis(...words(device, "TLS-1", where, "--tls-roots", certificate));
  assert.equal(born.code, 3, born.stderr);
  await secure.stop();
});

test("refused: without TLS, an administrator's token that nobody named, and any other machine", async () => {
  const device = join(folder, "refused");
  const url = ["--registrar", station.url, "--trust", trust];
  await refusedNatalis("NAT_CLIENT_OPTION", ...words(device, "REF-1", url, ...atRegistrar));
  const token = ["--token-file", join(place.folder, "line.token"), "--trust", trust];
  for (const address of ["http://192.0.2.1:8480", "http://localhost:8480"])
    await refusedNatalis("NAT_REGISTRAR_ADDRESS", ...words(device, "REF-1", ["--registrar", address, ...token]));
  await refusedNatalis("NAT_REGISTRAR_ADDRESS", "device", "list", "--registrar", station.url, ...token);
});

suite("a batch", () => {
  const batch = join(folder, "units.ndjson");
  const run = (where: readonly string[]) =>
    runNatalis("birth", "--batch", batch, "--model", "S-1", "--facility", "Plant 7", ...where);
  const kinds = () => resultsOf(batch).map(({ serial, birth }) => `${serial} ${birth?.kind}`);

  before(async () => {
    const devices = await Promise.all(["BAT-1", "BAT-2"].map((serial) => makeDevice(serial)));
    writeFileSync(batch, devices.map(({ request, serial }) => JSON.stringify({ request, serial, product })).join("\n"));
  });

  test("is born provisionally at the station: exit code, result file and progress tell", async () => {
    const first = await run(atStation);
    assert.equal(first.code, 3, first.stderr);
    assert.match(first.stdout, /2 born, 0 refused, 0 born in earlier runs/);
    assert.match(first.stderr, /births: 2 of 2, .* left, 2 provisional/);
    assert.match(first.stderr, /warning: 2 units are born provisionally: nobody takes them yet/);
    assert.deepEqual(kinds().toSorted(), ["BAT-1 provisional", "BAT-2 provisional"]);
  });

  test("stays so in further runs, at the station and at a registrar that has not entered it", async () => {
    for (const where of [atStation, atRegistrar]) {
      const { code, stdout } = await run(where);
      assert.equal(code, 3);
      assert.match(stdout, /0 born, 0 refused, 2 born in earlier runs/);
    }
    assert.equal(await devicesNamed("BAT-1"), 0);
    assert.equal(kinds().length, 2);
  });

  test("is whole once the station's births are brought in, and verified line by line", async () => {
    await natalis(...syncWords(place, registrar));
    const { code, stdout, stderr } = await run(atRegistrar);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /2 of those that a station bore are entered now/);
    assert.deepEqual(kinds().slice(2).toSorted(), ["BAT-1 stored", "BAT-2 stored"]);
    const again = await run(atRegistrar);
    assert.deepEqual([again.code, kinds().length], [0, 4]);
    assert.doesNotMatch(again.stdout, /entered now/);
    await verifyInBatch();
  });

  /** With receipt and state proof, and without. */
  async function verifyInBatch(): Promise<void> {
    const file = readFileSync(trust, "utf8");
    const lines: object[] = [];
    for (const { birth } of resultsOf(batch).slice(2)) {
      const { device = "", certificate = "", chain = [] } = birth ?? {};
      const asked = { chain: [certificate, ...chain], trust: file, purpose: "clientAuth" };
      const [receipt, stateProof] = await Promise.all(
        ["birth-receipt", "state-proof"].map(async (paper) => {
          const { body } = await registrar.admin.ask("GET", `/devices/${device}/${paper}`);
          return Buffer.from(body).toString("base64");
        }),
      );
      assert.equal(parseUuid(device).length, 16);
      lines.push({ id: "receipt", receipt, ...asked }, { id: "state", stateProof, ...asked }, { id: "none", ...asked });
    }
    const questions = join(folder, "questions.ndjson");
    writeFileSync(questions, lines.map((line) => JSON.stringify(line)).join("\n"));
    const verdicts = (await natalis("verify", "--batch", questions)).trimEnd().split("\n");
    const due = ["receipt null", "state null", "none NAT_PATH_PROVISIONAL"];
    const told = verdicts.map((line) => JSON.parse(line) as { id: string; code: string | null });
    assert.deepEqual(
      told.map(({ id, code }) => `${id} ${code}`),
      [...due, ...due],
    );
  }
});

interface Line {
  readonly serial: string;
  readonly birth?: {
    readonly kind: string;
    readonly device: string;
    readonly certificate: string;
    readonly chain: readonly string[];
  };
}

function resultsOf(batch: string): Line[] {
  const lines = readFileSync(`${batch}.results.ndjson`, "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as Line);
}

test("the SDK: born at the station where it says that it takes that, and whole with the registrar's receipt", async () => {
  const device = await makeDevice("SDK-1");
  const { signer } = device;
  const unit = { product, model: "S-1", serial: "SDK-1", facility: "Plant 7" };
  const ports = { trust: registrar.trust, at: new Date(), verifier: nodeSignatureVerifier, hash: nodeHash };
  const token = readFileSync(join(place.folder, "line.token"), "utf8").trim();
  const line = connectRegistrar({ url: station.url, trust: registrar.trust, token, plainLoopback: true });
  const asked = { registrar: line, signer, unit, ...ports };
  await assert.rejects(beBorn(asked), { code: "NAT_DEVICE_BIRTH" });
  const born = await beBorn({ ...asked, provisional: "accept" });
  assert.ok(born.provisional);
  assert.equal(born.station, place.id);
  const url = `https://${loopback}:${registrar.place.httpsPort}`;
  const home = connectRegistrar({ url, trust: registrar.trust, token: stationToken(place) });
  const fetch = (from = home) =>
    fetchBirthReceipt({ registrar: from, born, publicKey: signer.publicKey, unit, ...ports, at: new Date() });
  assert.equal(await fetch(), undefined);
  await assert.rejects(fetch(line), { code: "NAT_HTTP_NOT_FOUND" });
  await natalis(...syncWords(place, registrar));
  const whole = await fetch();
  assert.deepEqual(whole?.certificate, born.certificate);
  const repeated = await beBorn({ ...asked, registrar: home, at: new Date() });
  assert.deepEqual(repeated.entry, whole?.entry);
});
