// SPDX-License-Identifier: Apache-2.0
// A device's whole life as its people live it: at the command line, against a registrar over real sockets, once for
// each kind of key that a device may have.

import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { natalis, refusedNatalis } from "../support/command.ts";
import { openRegistrar, product, type RunningRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const lives = [
  { algorithm: "ES256", end: "retire", state: "retired" },
  { algorithm: "ES384", end: "revoke", state: "revoked" },
  { algorithm: "EdDSA", end: "retire", state: "retired" },
  { algorithm: "ML-DSA-44", end: "revoke", state: "revoked" },
] as const;

const quota = 4;
const scope = scopeOf({ after });
let registrar: RunningRegistrar;
let data: readonly string[];
let folder: string;
let stationToken: string;

before(async () => {
  registrar = await openRegistrar(scope);
  data = ["--data", registrar.place.folder];
  folder = temporaryFolder(scope);
  stationToken = join(folder, "station.token");
  const words = ["--role", "station", "--product", product, "--quota", String(quota), ...data];
  const token = await natalis("operator", "add", "line 1", ...words);
  assert.match(token, /^nat_[A-Za-z0-9_-]{43}\n$/);
  writeFileSync(stationToken, token, { mode: 0o600 });
});

suite("a whole life", { concurrency: 2 }, () => {
  for (const { algorithm, end, state } of lives)
    test(`of a device with an ${algorithm} key`, async () => {
      const device = join(folder, algorithm);
      const id = await isBorn(algorithm, device);
      await isBornOnce(algorithm, device, id);
      assert.equal(await listed(algorithm), `${id}\tactive\t${product}\tS-1\t${serialOf(algorithm)}\n`);
      await authenticates(device, id);

      await changes("suspend", id, "suspended", "--note", "reported missing");
      await refusedNatalis("NAT_AUTHENTICATE_SUSPENDED", "authenticate", "--device", device, ...data);
      await refusedNatalis("NAT_BIRTH_KEY_REUSED", ...birthWords(algorithm, device));
      await changes("resume", id, "active");
      await authenticates(device, id);

      await changes(end, id, state, ...(end === "revoke" ? ["--reason", "keyCompromise"] : []));
      const code = end === "revoke" ? "NAT_AUTHENTICATE_REVOKED" : "NAT_AUTHENTICATE_RETIRED";
      await refusedNatalis(code, "authenticate", "--device", device, ...data);
      await refusedNatalis("NAT_LIFECYCLE_REFUSED", "device", "resume", id, ...data);
      await refusedNatalis("NAT_BIRTH_KEY_REUSED", ...birthWords(algorithm, device));
      await refusedNatalis("NAT_BIRTH_UNIT_REUSED", ...birthWords(algorithm, `${device}-again`));
      await isRemembered(id, algorithm, state, end);
    });
});

test("the station has used its quota, and one more is refused", async () => {
  const line = (await natalis("operator", "list", ...data)).split("\n").find((one) => one.startsWith("station-"));
  assert.match(line ?? "", new RegExp(`\tstation\tactive\t${lives.length}/${quota}\tline 1\t${product}\t-$`));
  await refusedNatalis("NAT_REGISTRY_QUOTA", ...birthWords("ES256", join(folder, "more"), "MORE-1"));
});

test("a revoked station is nobody", async () => {
  const [id = ""] = (await natalis("operator", "list", ...data)).match(/^station-\S+/m) ?? [];
  assert.equal(await natalis("operator", "revoke", id, ...data), `${id} is revoked\n`);
  await refusedNatalis("NAT_HTTP_UNAUTHENTICATED", ...birthWords("ES256", join(folder, "late"), "LATE-1"));
});

test("lists come in pages and by what is asked for", async () => {
  const paged: string[] = [];
  let next = "";
  do {
    const page = await registrar.admin.json<Page>("GET", `/devices?limit=1${next}`);
    assert.ok(page.devices.length <= 1);
    paged.push(...page.devices.map(({ device }) => device));
    next = page.next === undefined ? "" : `&after=${page.next}`;
  } while (next !== "");
  const all = (await natalis("device", "list", ...data)).trimEnd().split("\n");
  assert.deepEqual(
    all.map((line) => line.split("\t")[0]),
    paged,
  );
  assert.equal(all.length, lives.length);
  const revoked = await natalis("device", "list", "--state", "revoked", ...data);
  assert.equal(revoked.trimEnd().split("\n").length, 2);
  assert.equal(await natalis("device", "list", "--model", "S-2", ...data), "");
});

test("the log is clean, while the registrar runs and after it has stopped", async () => {
  assert.match(await natalis("log", "audit", ...data), new RegExp(`, ${lives.length} devices, .*\naudit: clean\n$`));
  assert.equal((await registrar.stop()).code, 0);
  assert.match(await natalis("log", "audit", ...data), /\naudit: clean\n$/);
  assert.doesNotMatch(registrar.printed(), /nat_[A-Za-z0-9_-]{20}|UNIT-|PRIVATE KEY|"level":(?:50|60)/);
  await refusedNatalis("NAT_REGISTRAR_UNREACHABLE", "device", "list", ...data);
});

interface Page {
  readonly devices: readonly { readonly device: string }[];
  readonly next?: number;
}

function serialOf(algorithm: string): string {
  return `UNIT-${algorithm}`;
}

function birthWords(algorithm: string, device: string, serial = serialOf(algorithm)): string[] {
  const facts = ["--product", product, "--model", "S-1", "--serial", serial, "--facility", "Plant 7"];
  return ["birth", "--device", device, "--algorithm", algorithm, ...facts, "--token-file", stationToken, ...data];
}

async function isBorn(algorithm: string, device: string): Promise<string> {
  const told = await natalis(...birthWords(algorithm, device));
  const [, id = ""] = /^([0-9a-f-]{36}) is born, log entry \d+$/m.exec(told) ?? assert.fail(told);
  assert.equal(statSync(join(device, "key.pem")).mode & 0o777, 0o600);
  return id;
}

/** The same again is no second birth: the stored answer comes. */
async function isBornOnce(algorithm: string, device: string, id: string): Promise<void> {
  const papers = () => ["certificate.pem", "record.cbor", "entry.cbor"].map((name) => readFileSync(join(device, name)));
  const first = papers();
  assert.match(await natalis(...birthWords(algorithm, device)), new RegExp(`^${id} was born before`));
  assert.deepEqual(papers(), first);
}

function listed(algorithm: string): Promise<string> {
  return natalis("device", "list", "--serial", serialOf(algorithm), ...data);
}

async function authenticates(device: string, id: string): Promise<void> {
  const told = await natalis("authenticate", "--device", device, "--audience", "line 1 gate", ...data);
  assert.match(told, /^verifier: active by state-proof of .*, crl of /m);
  assert.match(told, new RegExp(`^authentic: ${id} `, "m"));
}

async function changes(verb: string, id: string, state: string, ...words: string[]): Promise<void> {
  const told = await natalis("device", verb, id, ...words, ...data);
  assert.match(told, new RegExp(`^${id} is ${state}, log entry \\d+\n$`));
}

/** The timeline has every event once, in order, with who and why. */
async function isRemembered(id: string, algorithm: string, state: string, end: string): Promise<void> {
  const told = await natalis("device", "show", id, ...data);
  assert.match(told, new RegExp(`^state: ${state}$`, "m"));
  assert.match(told, new RegExp(`^serial: ${serialOf(algorithm)}$`, "m"));
  const [station = ""] = /station-[0-9a-f]+/.exec(told) ?? assert.fail(told);
  const events = told.split("\n").filter((line) => /^\d+\t/.test(line));
  assert.deepEqual(
    events.map((line) => line.split("\t").slice(2)),
    [
      ["born", "", "", ""],
      ["suspended", "admin", "certificateHold", "reported missing"],
      ["refusedBirth", station, "NAT_BIRTH_KEY_REUSED", ""],
      ["resumed", "admin", "removeFromCRL", ""],
      [state, "admin", end === "revoke" ? "keyCompromise" : "cessationOfOperation", ""],
      // The key's claim after the end is the same attempt as before it.
      ["refusedBirth", station, "NAT_BIRTH_UNIT_REUSED", ""],
    ],
  );
  const indexes = events.map((line) => Number.parseInt(line, 10));
  assert.deepEqual(
    indexes,
    indexes.toSorted((a, b) => a - b),
  );
}
