// SPDX-License-Identifier: Apache-2.0
// A station whose authority's key is in a PKCS#11 token (SoftHSM): births under it, the token taken away while the station
// serves and put back, and what is refused: above all a start without the token.

import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { natalis, refusedNatalis, runNatalis } from "../support/command.ts";
import { openRegistrar, type RunningRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { makeSoftAuthority, type SoftAuthority } from "../support/soft-authority.ts";
import { birthOf, makeDevice } from "../support/software-device.ts";
import {
  makeStation,
  type ProvisionalAnswer,
  type RunningStation,
  type StationPlace,
  startStation,
  statusOf,
  syncWords,
} from "../support/station.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const scope = scopeOf({ after });
const folder = temporaryFolder(scope);
const hsm = join(folder, "hsm");
let registrar: RunningRegistrar;
let token: SoftAuthority;
let place: StationPlace;
let use: readonly string[];

before(async () => {
  registrar = await openRegistrar(scope);
  token = await makeSoftAuthority(hsm, "station");
  use = ["--pin-file", token.pinFile];
  place = await makeStation(scope, registrar, 1000, { init: token.words, use });
});

const born = async ({ line }: RunningStation, serial: string) =>
  line.ask("POST", "/births", { body: birthOf(await makeDevice(serial)) });

const serveWords = () => ["station", "serve", "--station", place.folder, "--port", "12001"];

test("its key is made in the token: no key file, no passphrase, no PIN in the folder", () => {
  for (const file of ["station.key", "passphrase"]) assert.ok(!existsSync(join(place.folder, file)), file);
  const reference = readFileSync(join(place.folder, "token.json"), "utf8");
  assert.match(reference, /pkcs11:token=station;object=natalis%20station\?module-path=/);
  assert.ok(!reference.includes(token.pin));
});

test("bears under the token's key, and the registrar enters it", async () => {
  const station = await startStation(scope, place, use);
  const answer = await station.line.json<ProvisionalAnswer>("POST", "/births", birthOf(await makeDevice("HSM-1")));
  assert.equal(answer.kind, "provisional");
  assert.match(await natalis(...syncWords(place, registrar)), /1 entered, 0 refused/);
  await station.stop();
});

test("without the token nothing is signed and nothing journaled; when it is back, it bears again", async () => {
  const station = await startStation(scope, place, use);
  assert.equal((await born(station, "HSM-2")).status, 201);
  token.takeAway();
  try {
    let refused = await born(station, "HSM-AWAY");
    for (let tries = 0; refused.status !== 503 && tries < 100; tries++) {
      await wait(100);
      refused = await born(station, `HSM-AWAY-${tries}`);
    }
    assert.equal(refused.status, 503, refused.text);
    assert.match(refused.text, /NAT_PIPELINE_TOKEN/);
    const { born: before } = await statusOf(place);
    assert.equal((await born(station, "HSM-3")).status, 503);
    assert.equal((await statusOf(place)).born, before);
  } finally {
    token.putBack();
  }
  let answer = await born(station, "HSM-3");
  for (let tries = 0; answer.status !== 201 && tries < 400; tries++) {
    await wait(100);
    answer = await born(station, "HSM-3");
  }
  assert.equal(answer.status, 201, answer.text);
  await station.stop();
});

test("refused: a start without the token, without its PIN, with a wrong one, without the key", async () => {
  const wrong = join(folder, "wrong-pin");
  writeFileSync(wrong, "not-the-pin\n", { mode: 0o600 });
  await refusedNatalis("NAT_CLIENT_OPTION", ...serveWords());
  await refusedNatalis("NAT_PKCS11_PIN", ...serveWords(), "--pin-file", wrong);
  const device = await makeDevice("HSM-4");
  const request = join(folder, "unit.csr");
  writeFileSync(request, device.request);
  const unit = ["--model", "S-1", "--serial", "HSM-4", "--facility", "Plant 7", "--request", request];
  const words = ["station", "birth", "--station", place.folder, "--device", join(folder, "unit"), ...unit];
  token.takeAway();
  try {
    const told = await runNatalis(...serveWords(), ...use);
    assert.equal(told.code, 1);
    assert.match(told.stderr, /\[NAT_PKCS11_(?:MODULE|TOKEN)\]/);
    assert.equal((await runNatalis(...words, ...use)).code, 1);
  } finally {
    token.putBack();
  }
  const reference = join(place.folder, "token.json");
  const text = readFileSync(reference, "utf8");
  writeFileSync(reference, text.replace("natalis%20station", "another"));
  await refusedNatalis("NAT_PKCS11_KEY", ...serveWords(), ...use);
  writeFileSync(reference, text);
  assert.match((await runNatalis(...words, ...use)).stdout, /is born, provisionally/);
});

test("refused: a reference that others may write, or that is none", async () => {
  const reference = join(place.folder, "token.json");
  const text = readFileSync(reference, "utf8");
  chmodSync(reference, 0o666);
  await refusedNatalis("NAT_SERVICE_DATA", ...serveWords(), ...use);
  chmodSync(reference, 0o600);
  for (const [bad, code] of [
    ["{}", "NAT_SERVICE_DATA"],
    ['{"key":"pkcs11:token=station"}', "NAT_STATION_DATA"],
    ['{"key":"file:station"}', "NAT_PKCS11_URI"],
  ] as const) {
    writeFileSync(reference, bad);
    await refusedNatalis(code, ...serveWords(), ...use);
  }
  writeFileSync(reference, text);
});

test("refused: a second key in the folder, a label that is taken, a URI without module or with an id", async () => {
  const init = (name: string, ...words: readonly string[]) => ["station", "init", "--station", name, ...words];
  await refusedNatalis("NAT_STATION_DATA", ...init(place.folder, ...token.words));
  await refusedNatalis("NAT_STATION_DATA", ...init(place.folder));
  const second = join(folder, "second");
  await refusedNatalis("NAT_PKCS11_LABEL", ...init(second, ...token.words));
  for (const uri of ["pkcs11:token=station", `pkcs11:token=station;id=%01?module-path=${token.module}`])
    await refusedNatalis("NAT_SERVICE_TOKEN", ...init(second, "--authority-token", uri, ...use));
  await refusedNatalis("NAT_CLIENT_OPTION", ...init(second, "--existing-keys"));
  const existing = [...token.words, "--existing-keys"];
  await refusedNatalis("NAT_SERVICE_TOKEN", ...init(second, ...existing, "--algorithm", "ES384"));
  assert.ok(!existsSync(join(second, "token.json")));
  await natalis(...init(second, ...existing));
  assert.ok(existsSync(join(second, "request.pem")));
});

test("refused: an enrolment of another key than the token's", async () => {
  const own = join(folder, "own");
  const words = token.words.map((word) => word.replace("pkcs11:token=station", "pkcs11:token=station;object=other"));
  await natalis("station", "init", "--station", own, ...words);
  const install = ["station", "install", join(place.folder, "enrolment.json"), "--station", own];
  const trust = ["--trust", join(registrar.place.folder, "trust.json")];
  assert.match(await refusedNatalis("NAT_STATION_ENROLMENT", ...install, ...trust, ...use), /another key/);
});
