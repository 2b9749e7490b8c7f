// SPDX-License-Identifier: Apache-2.0
// Births on a line without a connection, over real processes: provisional for everybody, brought in later, refused where
// they collide, and nothing that was answered is ever lost.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { nodeEntropy, nodeHash, nodeSignatureVerifier, readSealedFile, signerFromPkcs8 } from "@natalis/node";
import { answerChallenge } from "natalis/device";
import { encodePem, parseCertificate } from "natalis/formats";
import { openAuthority, parseProfile } from "natalis/issue";
import { fromBase64, toBase64 } from "natalis/kernel";
import { type NewBirth, prepareBirth, signBirth } from "natalis/birth";
import { natalis, outcomeOf, refusedNatalis, runNatalis, runProgram, spawnNatalis } from "../support/command.ts";
import { openRegistrar, product, type RunningRegistrar, startRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { bear, birthOf, derOf, makeDevice, type SoftwareDevice } from "../support/software-device.ts";
import {
  makeStation,
  type ProvisionalAnswer,
  type StationPlace,
  startStation,
  statusOf,
  syncWords,
} from "../support/station.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const scope = scopeOf({ after });
const folder = temporaryFolder(scope);
let registrar: RunningRegistrar;
let trust: string;

before(async () => {
  registrar = await openRegistrar(scope);
  trust = join(registrar.place.folder, "trust.json");
});

interface FinalAnswer extends Omit<ProvisionalAnswer, "kind"> {
  readonly index: number;
  readonly birthReceipt: string;
}

async function answersOf({ folder: station }: StationPlace): Promise<FinalAnswer[]> {
  const lines = (await natalis("station", "answers", "--station", station)).trimEnd().split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as FinalAnswer);
}

/** Writes certificate and chain for tools that read files. */
function filesOf(name: string, { certificate, chain }: Pick<ProvisionalAnswer, "certificate" | "chain">) {
  const place = join(folder, name);
  mkdirSync(place, { recursive: true });
  const files = {
    certificate: join(place, "certificate.pem"),
    chain: join(place, "chain.pem"),
    root: join(place, "root.pem"),
  };
  writeFileSync(files.certificate, certificate);
  writeFileSync(files.chain, chain.slice(0, -1).join(""));
  writeFileSync(files.root, chain.at(-1) as string);
  return files;
}

/** Puts a challenge of the registrar's own service to the device. */
async function authenticate({ signer }: SoftwareDevice, answer: Pick<ProvisionalAnswer, "certificate" | "chain">) {
  const open = registrar.admin.as(undefined);
  const asked = await open.json<{ nonce: string; audience: string; expiresAt: string }>("POST", "/challenges", {
    audience: "gate",
  });
  const challenge = { nonce: fromBase64(asked.nonce), audience: "gate", expiresAt: new Date(asked.expiresAt) };
  const [certificate, ...chain] = [answer.certificate, ...answer.chain].map(derOf);
  const own = { signer, certificate: certificate as Uint8Array, chain, at: new Date() };
  const signed = await answerChallenge({ challenge, expectedAudience: "gate", ...own });
  return open.ask("POST", "/authentications", { body: { answer: toBase64(signed), audience: "gate" } });
}

test("a unit born without a connection is nobody's device until it is brought in", async () => {
  const place = await makeStation(scope, registrar);
  const station = await startStation(scope, place);
  await registrar.stop();
  const device = await makeDevice("OFF-1");
  const answer = await station.line.json<ProvisionalAnswer>("POST", "/births", birthOf(device));
  assert.equal(answer.kind, "provisional");
  assert.deepEqual(await station.line.json("POST", "/births", birthOf(device), [200]), answer);
  registrar = await startRegistrar(scope, registrar.place);
  const files = filesOf("first", answer);

  const openssl = await runProgram(
    "openssl",
    "verify",
    "-CAfile",
    files.root,
    "-untrusted",
    files.chain,
    files.certificate,
  );
  assert.notEqual(openssl.code, 0);
  assert.match(openssl.stderr, /unhandled critical extension/);
  const verify = ["verify", files.certificate, files.chain];
  const byRoots = await runNatalis(...verify, "--roots", files.root, "--revocation", "off");
  assert.match(byRoots.stdout, /NAT_PATH_EXTENSION/);
  for (const revocation of ["off", "ifPresent"]) {
    const refused = await runNatalis(...verify, "--trust", trust, "--revocation", revocation, "--legacy");
    assert.equal(refused.code, 1);
    assert.match(refused.stdout, /NAT_PATH_PROVISIONAL/);
  }
  const early = await authenticate(device, answer);
  assert.equal(early.status, 403);
  assert.match(early.text, /NAT_AUTHENTICATE_PROVISIONAL/);

  assert.match(await natalis(...syncWords(place, registrar)), /1 entered, 0 refused, 0 entered before/);
  const [final] = await answersOf(place);
  const receipt = join(folder, "first.cbor");
  writeFileSync(receipt, fromBase64(final?.birthReceipt as string));
  assert.match(await natalis(...verify, "--trust", trust, "--receipt", receipt), /^valid/);
  const foreign = await runNatalis("verify", files.certificate, files.chain, "--trust", trust, "--receipt", files.root);
  assert.match(foreign.stdout, /NAT_REGISTRY_RECEIPT/);
  const late = await authenticate(device, answer);
  assert.equal(late.status, 200, late.text);
  assert.match(await natalis(...syncWords(place, registrar)), /0 entered, 0 refused, 1 entered before/);
  await station.stop();
});

test("its papers: provisional from the station, whole after it is brought in, and its data with them", async () => {
  const place = await makeStation(scope, registrar);
  const device = join(folder, "unit");
  mkdirSync(device);
  const key = join(device, "key.pem");
  const request = join(folder, "unit.csr");
  await runProgram("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", key);
  await runProgram("openssl", "req", "-new", "-key", key, "-subj", "/serialNumber=UNIT-1", "-out", request);
  const unit = ["--model", "S-1", "--serial", "UNIT-1", "--facility", "Plant 7"];
  const words = ["station", "birth", "--station", place.folder, "--device", device, "--request", request, ...unit];
  assert.match(await natalis(...words), /is born, provisionally/);
  assert.match(await natalis(...words), /was born before, provisionally/);
  const data = join(folder, "data.csv");
  writeFileSync(data, "timestamp,value\n2026-07-01T00:00:00Z,1.5\n2026-07-01T00:01:00Z,2.5\n");
  await refusedNatalis("NAT_CLIENT_FILE", "station", "answers", "--station", place.folder, "--serial", "UNIT-1");
  await natalis(...syncWords(place, registrar));
  await natalis("station", "answers", "--station", place.folder, "--serial", "UNIT-1", "--device", device);
  const seals = join(folder, "sealed.seals");
  await natalis("seal", data, "--device", device, "--trust", trust, "--out", join(folder, "sealed"));
  const withProof = ["verify-data", data, seals, "--trust", trust, "--device", device];
  assert.match(await natalis(...withProof), /1 authentic seals/);
  await refusedNatalis("NAT_AUTHENTICATE_PROVISIONAL", "verify-data", data, seals, "--trust", trust);
  const authenticated = await natalis("authenticate", "--device", device, "--data", registrar.place.folder);
  assert.match(authenticated, /active by state-proof/);
});

test("a batch file is borne on the station; conflicts and births over the quota are told, and asked for again when that is wanted", async () => {
  const place = await makeStation(scope, registrar, 3);
  const devices = await Promise.all(["BAT-1", "BAT-2", "BAT-3", "BAT-4"].map((serial) => makeDevice(serial)));
  const batch = join(folder, "units.ndjson");
  writeFileSync(batch, devices.map(({ request, serial }) => JSON.stringify({ request, serial })).join("\n"));
  const words = [
    "station",
    "birth",
    "--station",
    place.folder,
    "--batch",
    batch,
    "--model",
    "S-1",
    "--facility",
    "Plant 7",
  ];
  const borne = await runNatalis(...words);
  assert.equal(borne.code, 2, borne.stderr);
  assert.match(borne.stdout, /3 born, 1 refused/);
  assert.match(borne.stderr, /NAT_REGISTRY_QUOTA/);
  await bear(registrar.admin, await makeDevice("BAT-2"));
  await bear(registrar.admin, { ...(devices[2] as SoftwareDevice), serial: "BAT-3" });
  const synced = await runNatalis(...syncWords(place, registrar));
  assert.equal(synced.code, 2, synced.stderr);
  assert.match(synced.stdout, /1 entered, 2 refused, 0 entered before/);
  assert.match(synced.stderr, /BAT-2: .*NAT_BIRTH_UNIT_REUSED/);
  assert.match(synced.stderr, /BAT-3: .*NAT_BIRTH_KEY_REUSED/);
  const { entered, refused, waiting } = await statusOf(place);
  assert.deepEqual([entered, refused, waiting], [1, 2, 0]);
  const again = await runNatalis(...syncWords(place, registrar, "--again"));
  assert.match(again.stdout, /0 entered, 2 refused, 1 entered before/);
  assert.equal((await answersOf(place)).length, 1);
});

test("over its quota the registrar enters nothing more, however it was used up", async () => {
  const place = await makeStation(scope, registrar, 2);
  const station = await startStation(scope, place);
  for (const serial of ["QUO-1", "QUO-2"])
    await station.line.json("POST", "/births", birthOf(await makeDevice(serial)));
  const { token } = JSON.parse(readFileSync(join(place.folder, "enrolment.json"), "utf8")) as { token: string };
  await bear(registrar.admin.as(token), await makeDevice("QUO-3"));
  const synced = await runNatalis(...syncWords(place, registrar));
  assert.match(synced.stdout, /1 entered, 1 refused/);
  assert.match(synced.stderr, /NAT_REGISTRY_QUOTA/);
  await station.stop();
});

test("what is refused on the line: another token, product, unit with another key, a second process, another address", async () => {
  const place = await makeStation(scope, registrar);
  const station = await startStation(scope, place);
  const device = await makeDevice("REF-1");
  const code = async (client = station.line, body: object = birthOf(device)) =>
    (JSON.parse((await client.ask("POST", "/births", { body })).text) as { code: string }).code;
  assert.equal(await code(station.line.as(undefined)), "NAT_HTTP_UNAUTHENTICATED");
  assert.equal(await code(station.line.as(`nat_${"A".repeat(43)}`)), "NAT_HTTP_UNAUTHENTICATED");
  assert.equal(await code(station.line, { ...birthOf(device), product: "toaster" }), "NAT_SERVICE_NOT_FOUND");
  await station.line.json("POST", "/births", birthOf(device));
  assert.equal(await code(station.line, birthOf(await makeDevice("REF-1"))), "NAT_BIRTH_UNIT_REUSED");
  assert.equal(await code(station.line, { ...birthOf(device), facility: "Plant 8" }), "NAT_BIRTH_KEY_REUSED");
  const lines = [device, await makeDevice("REF-2")].map((one) => JSON.stringify(birthOf(one))).join("\n");
  const headers = { "content-type": "application/x-ndjson" };
  const { text } = await station.line.ask("POST", "/births/batch", { body: lines, headers });
  const statuses = text
    .trimEnd()
    .split("\n")
    .map((line) => (JSON.parse(line) as { status: number }).status);
  assert.deepEqual(
    statuses.toSorted((a, b) => a - b),
    [200, 201],
  );
  await refusedNatalis("NAT_SQLITE_LOCKED", "station", "serve", "--station", place.folder, "--port", "12001");
  await station.stop();
  const open = ["station", "serve", "--station", place.folder, "--host", "0.0.0.0"];
  await refusedNatalis("NAT_STATION_LISTEN", ...open);
});

test("an enrolment of another station, or under another trust file, is not installed", async () => {
  const place = await makeStation(scope, registrar);
  const other = join(folder, "other-station");
  await natalis("station", "init", "--station", other);
  const enrolment = join(place.folder, "enrolment.json");
  const install = (file: string, by: string) => ["station", "install", file, "--station", other, "--trust", by];
  assert.match(await refusedNatalis("NAT_STATION_ENROLMENT", ...install(enrolment, trust)), /another key/);
  const foreign = await openRegistrar(scope);
  const foreignTrust = join(foreign.place.folder, "trust.json");
  await refusedNatalis(
    "NAT_STATION_ENROLMENT",
    "station",
    "install",
    enrolment,
    "--station",
    place.folder,
    "--trust",
    foreignTrust,
  );
  await foreign.stop();
});

test("killed at any instant, a station has every birth that it answered, once", async () => {
  const place = await makeStation(scope, registrar);
  const devices = await Promise.all(Array.from({ length: 240 }, (_, i) => makeDevice(`KILL-${i}`)));
  const answered = new Map<string, string>();
  for (let round = 0; round < 4; round++) {
    const station = await startStation(scope, place);
    let next = round * 40;
    const lane = async () => {
      while (next < devices.length) {
        const device = devices[next++] as SoftwareDevice;
        const answer = await station.line.json<ProvisionalAnswer>("POST", "/births", birthOf(device));
        assert.equal(answered.get(device.serial) ?? answer.certificate, answer.certificate);
        answered.set(device.serial, answer.certificate);
      }
    };
    const due = answered.size + 5 + 9 * round;
    const lanes = Promise.allSettled(Array.from({ length: 8 }, lane));
    while (answered.size < due && next < devices.length) await wait(2);
    await station.kill();
    await lanes;
  }
  assert.ok(answered.size > 20);
  const station = await startStation(scope, place);
  for (const device of devices.filter(({ serial }) => answered.has(serial))) {
    const again = await station.line.json<ProvisionalAnswer>("POST", "/births", birthOf(device), [200]);
    assert.equal(again.certificate, answered.get(device.serial));
  }
  await station.stop();
});

test("killed while it brings births in, it goes on where it was, and the log has each once", async () => {
  const place = await makeStation(scope, registrar, 5000);
  const devices = await Promise.all(Array.from({ length: 1600 }, (_, i) => makeDevice(`SYNC-${i}`)));
  const batch = join(folder, "many.ndjson");
  const line = ({ request, serial }: SoftwareDevice) => JSON.stringify({ request, serial });
  writeFileSync(batch, devices.map(line).join("\n"));
  const unit = ["--model", "S-1", "--facility", "Plant 7"];
  await natalis("station", "birth", "--station", place.folder, "--batch", batch, ...unit);
  for (let round = 0; round < 2; round++) {
    const child = spawnNatalis(syncWords(place, registrar));
    const ended = outcomeOf(child);
    await wait(900 + 500 * round);
    child.kill("SIGKILL");
    await ended;
  }
  assert.match(await natalis(...syncWords(place, registrar)), / 0 refused/);
  const { born, entered, waiting } = await statusOf(place);
  assert.deepEqual([born, entered, waiting], [1600, 1600, 0]);
  assert.equal((await answersOf(place)).length, 1600);
  assert.match(await natalis("log", "audit", "--data", registrar.place.folder), /audit: clean/);
});

test("a stolen station mints nothing that anybody believes, and after its revocation brings nothing in", async () => {
  const place = await makeStation(scope, registrar);
  const station = await startStation(scope, place);
  await station.line.json("POST", "/births", birthOf(await makeDevice("THEFT-1")));
  await station.stop();
  const device = await makeDevice("THEFT-2");
  const minted = await mint(place, device);
  const files = filesOf("minted", minted);
  const openssl = await runProgram(
    "openssl",
    "verify",
    "-CAfile",
    files.root,
    "-untrusted",
    files.chain,
    files.certificate,
  );
  assert.match(openssl.stderr, /unhandled critical extension/);
  const verify = ["verify", files.certificate, files.chain, "--trust", trust, "--revocation", "off"];
  assert.match((await runNatalis(...verify)).stdout, /NAT_PATH_PROVISIONAL/);
  const authentication = await authenticate(device, minted);
  assert.match(authentication.text, /NAT_AUTHENTICATE_PROVISIONAL/);
  await natalis("operator", "revoke", place.id, "--data", registrar.place.folder);
  await refusedNatalis("NAT_HTTP_UNAUTHENTICATED", ...syncWords(place, registrar));
  const { entered, waiting } = await statusOf(place);
  assert.deepEqual([entered, waiting], [0, 1]);
});

/** A certificate by the station's key and code, of a journal and a registry that know nothing of it. */
async function mint({ folder: station }: StationPlace, device: SoftwareDevice) {
  const passphrase = readFileSync(join(station, "passphrase"), "utf8").trim();
  const { secrets } = await readSealedFile(join(station, "station.key"), passphrase);
  const signer = signerFromPkcs8(secrets.get("station") as Uint8Array);
  const enrolment = JSON.parse(readFileSync(join(station, "enrolment.json"), "utf8")) as {
    readonly id: string;
    readonly certificate: string;
    readonly chain: readonly string[];
    readonly profile: unknown;
    readonly publicUrl: string;
  };
  const certificate = parseCertificate(derOf(enrolment.certificate));
  const { arc } = registrar.trust;
  const authority = openAuthority({ certificate, baseUrl: enrolment.publicUrl, arc, hash: nodeHash });
  const principal = { id: enrolment.id, name: "thief", role: "station", products: [product] } as const;
  const ports = { entropy: nodeEntropy, hash: nodeHash, verifier: nodeSignatureVerifier };
  const context = { principal, profile: parseProfile(enrolment.profile), authority, at: new Date(), ...ports };
  const { request: pem, ...facts } = birthOf(device);
  const body = pem.replaceAll(/-----[^-]+-----|\s/g, "");
  const request = { ...facts, certificationRequest: fromBase64(body) };
  const prepared = (await prepareBirth(request, { unitTag: new Uint8Array(32) }, context)) as NewBirth;
  const event = await signBirth(prepared, signer, nodeHash);
  const chain = [enrolment.certificate, ...enrolment.chain];
  return { certificate: encodePem("CERTIFICATE", event.certificate), chain };
}
