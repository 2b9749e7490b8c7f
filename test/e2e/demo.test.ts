// SPDX-License-Identifier: Apache-2.0
// The main job: one command on an empty folder tells a device's whole life, and each piece of evidence that it prints
// holds when it is tried again afterwards, by openssl and by the commands themselves.

import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { natalis, runLine, runNatalis } from "../support/command.ts";
import { scopeOf } from "../support/scope.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const scope = scopeOf({ after });
const vectors = process.env.NATALIS_VECTORS ?? fileURLToPath(new URL("../../../shared/vectors", import.meta.url));
const readings = join(vectors, "telemetry/nab/machine_temperature_system_failure.csv");
const absent = existsSync(readings) ? false : `the data set is not at ${readings}`;

const titles = [
  "An authority and an empty registry are made",
  "A factory station is enrolled",
  "The device makes its key and is born",
  "Its receipt proves that the birth is in the log",
  "It authenticates in two steps: certificate and status, then a fresh challenge",
  "It seals its readings, and they verify",
  "One value is changed, one row dropped, one moved: exactly those are reported",
  "It is suspended, and refused",
  "It is resumed, and accepted",
  "It is retired, refused for good, and never born again",
  "Another device has its key in a TPM, proves it, and authenticates by it",
  "The log is audited",
];

suite("the story of this machine", () => {
  const folder = join(temporaryFolder(scope), "data");
  let story = "";

  test("is told to its end", async () => {
    story = await natalis("demo", "--no-serve", "--dir", folder);
    assert.deepEqual(chaptersOf(story), titles);
    assert.match(story, /audit: clean/);
    assert.match(story, /refused: .*NAT_AUTHENTICATE_SUSPENDED/);
    assert.match(story, /refused: .*NAT_BIRTH_KEY_REUSED/);
    assert.match(story, /a SoftHSM token makes the device's key/);
    assert.match(story, /path of 3 certificates, custody 1/);
    assert.match(story, /custody 1, bound to a nonce/);
    assert.match(story, /tpm2-certify: custody 1, by swtpm;/);
    assert.match(story, /custody 1 and not 3: .* its root is capped/);
  });

  test("prints checks of openssl that hold, and one that must fail", async () => {
    const lines = linesOf(story, /(check|check, must now fail): (openssl .*)/);
    assert.deepEqual(
      lines.map(([, kind]) => kind),
      ["check", "check", "check", "check, must now fail"],
    );
    for (const [, kind, line = ""] of lines) {
      const { code, stdout, stderr } = await runLine(line);
      assert.equal(code === 0, kind === "check", `${line}\n${stdout}${stderr}`);
      if (kind !== "check") assert.match(stderr, /certificate revoked/);
    }
  });

  test("prints commands that find the same again, with no registrar running", async () => {
    const lines = linesOf(story, /again: npx natalis ((?:verify-data|log audit) .*)/).map(([, words = ""]) =>
      words.split(" "),
    );
    assert.equal(lines.length, 3);
    const [intact, tampered, audit] = await Promise.all(lines.map((words) => runNatalis(...words)));
    assert.deepEqual([intact?.code, tampered?.code, audit?.code], [0, 1, 0]);
    for (const { stdout = "" } of [intact ?? {}, tampered ?? {}])
      for (const line of stdout.trimEnd().split("\n")) assert.ok(story.includes(line), line);
  });

  test("is told again by a second start, and not lived again", async () => {
    const before = readFileSync(join(folder, "demo/story.json"));
    const again = await natalis("demo", "--no-serve", "--dir", folder);
    assert.deepEqual(toldBy(again), toldBy(story));
    assert.deepEqual(readFileSync(join(folder, "demo/story.json")), before);
    const report = JSON.parse(await natalis("log", "audit", "--json", "--data", folder)) as Record<string, unknown>;
    assert.deepEqual([report.devices, report.problemCount], [2, 0]);
  });

  test("keeps its secrets to their owner, and to files", () => {
    for (const name of [
      "admin.token",
      "passphrase",
      "registrar.keys",
      "root.key",
      "demo/station.token",
      "demo/softhsm/pin",
    ]) {
      const path = join(folder, name);
      assert.equal(statSync(path).mode & 0o077, 0, name);
      const secret = readFileSync(path, "utf8").trim();
      assert.ok(!story.includes(secret), name);
    }
  });
});

suite("the story of a data set", { skip: absent }, () => {
  const folder = join(temporaryFolder(scope), "data");
  const file = (name: string) => join(folder, "demo", name);
  let story = "";

  test("seals every row and reports exactly the three tamperings", async () => {
    story = await natalis("demo", "--no-serve", "--dir", folder, "--readings", readings);
    assert.deepEqual(chaptersOf(story), titles);
    assert.match(story, /22695 rows in 355 seals/);
    assert.match(story, /rows: 22695, sealed: 22695, authentic: 22695\n.*altered: 0, missing: 0, moved: 0, added: 0/);
    assert.match(story, /rows: 22694, sealed: 22695, authentic: 22692\n.*altered: 1, missing: 1, moved: 1, added: 0/);
    const [changed, dropped, moved, behind] = tamperedLines(story);
    const found = linesOf(story, /((?:altered|missing|moved|added): (?:line|sequence) .*)/).map(([, line]) => line);
    assert.deepEqual(found, [
      `altered: line ${changed} (sequence ${changed - 2})`,
      `missing: sequence ${dropped - 2}, before line ${dropped}`,
      // Two rows above are gone: the dropped one and the moved one itself.
      `moved: line ${behind - 1} (sequence ${moved - 2}) belongs before line ${moved - 1}`,
    ]);
  });

  test("without leaves names the batches instead", async () => {
    const words = ["verify-data", file("readings-tampered.csv"), file("readings.seals")];
    const places = ["--data", folder, "--device", file("device")];
    const { code, stdout, stderr } = await runNatalis(...words, ...places);
    assert.equal(code, 1, stderr);
    const batches = tamperedLines(story).map((line) => Math.floor((line - 2) / 64));
    assert.match(stdout, /^rows: 22694, sealed: 22695, batches: 355, authentic: 351$/m);
    for (const batch of batches)
      assert.match(stdout, new RegExp(`^(altered|missing|moved|damaged): batch ${batch},`, "m"));
    assert.equal([...stdout.matchAll(/^\w+: batch \d+,/gm)].length, new Set(batches).size);
  });

  test("the rows that were not touched are authentic without leaves too", async () => {
    const words = ["verify-data", readings, file("readings.seals"), "--data", folder, "--device", file("device")];
    assert.match(await natalis(...words), /^rows: 22695, sealed: 22695, batches: 355, authentic: 355$/m);
  });

  test("another device's certificate does not verify them", async () => {
    const certificate = file("root.pem");
    const words = ["verify-data", readings, file("readings.seals"), "--data", folder, "--certificate", certificate];
    const { code, stderr } = await runNatalis(...words);
    assert.equal(code, 1);
    assert.match(stderr, /\[NAT_/);
  });
});

/** The lines that the story said it tampered with: changed, dropped, moved, and the one that it moved behind. */
function tamperedLines(story: string): [number, number, number, number] {
  const told = linesOf(story, /tampered: (.*)/).map(([, line = ""]) => line);
  const numbers = told.flatMap((line) => [...line.matchAll(/\d+/g)].map(([digits]) => Number(digits)));
  assert.equal(numbers.length, 4, told.join("\n"));
  return numbers as [number, number, number, number];
}

function chaptersOf(story: string): string[] {
  return linesOf(story, /^✔ (.*)/).map(([, title = ""]) => title);
}

/** What was told, without when and how it was drawn. */
function toldBy(story: string): string[] {
  return linesOf(story, /^(?:✔|›) (.*)/).map(([, line = ""]) => line);
}

function linesOf(text: string, pattern: RegExp): RegExpExecArray[] {
  return text
    .split("\n")
    .map((line) => pattern.exec(line))
    .filter((found) => found !== null);
}
