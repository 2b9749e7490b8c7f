// SPDX-License-Identifier: Apache-2.0
// The packages as they would be published: built, judged by publint and attw, packed, installed from their tarballs
// into an empty project, where the lines of the README run as they stand there (but for addresses).

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { buildPackages } from "../../tools/build.ts";
import { ensureLinters } from "../../tools/linters.ts";
import { type Outcome, outcomeOf } from "../support/command.ts";
import { freePort, loopback } from "../support/ports.ts";
import { scopeOf } from "../support/scope.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const tools = join(root, "tools/node_modules/.bin");
const readme = readFileSync(join(root, "README.md"), "utf8");
const scope = scopeOf({ after });
const project = temporaryFolder(scope);
const ports = { http: await freePort(), https: await freePort() };
let folders: string[] = [];

before(async () => {
  assert.deepEqual(ensureLinters(join(root, "tools")), []);
  folders = buildPackages(root);
  const tarballs: string[] = [];
  for (const folder of folders) tarballs.push(await pack(folder));
  writeFileSync(join(project, "package.json"), '{ "name": "empty", "private": true, "type": "module" }');
  await succeed("npm", "install", "--no-audit", "--no-fund", "--prefer-offline", ...tarballs);
});

test("each package passes publint and attw", async () => {
  for (const folder of folders) {
    await succeed(join(tools, "publint"), folder, "--strict");
    await succeed(join(tools, "attw"), await pack(folder), "--profile", "esm-only");
  }
});

test("the README's registrar is made, serves, enrols a station and bears a unit", async () => {
  const [init = "", serve = "", ...rest] = commandsOf(blockAfter("## A registrar of your own", ""));
  writeFileSync(join(project, "pass"), "a passphrase for this test\n", { mode: 0o600 });
  await shell(init);
  // A group of its own: npx does not pass signals on to what it started.
  const registrar = spawn("sh", ["-c", inProject(serve)], { cwd: project, stdio: "pipe", detached: true });
  scope.defer(() => stop(registrar));
  await untilServing(registrar);
  for (const command of rest) await shell(command);
  const told = await shell("openssl x509 -in unit/certificate.pem -noout -subject");
  assert.match(told.stdout, /SN-0001/);
});

test("the unit's certificate is verified by the installed command, alone and by the worker threads of a batch", async () => {
  const trust = JSON.parse(readFileSync(join(project, ".natalis/trust.json"), "utf8")) as { roots: string[] };
  const papers = ["certificate", "chain"].map((name) => readFileSync(join(project, `unit/${name}.pem`), "utf8"));
  const chain = papers.join("").match(/-----BEGIN [\s\S]*?-----END CERTIFICATE-----/g);
  const lines = ["a", "b"].map((id) => `${JSON.stringify({ id, anchors: trust.roots, chain })}\n`);
  writeFileSync(join(project, "questions.ndjson"), lines.join(""));
  const told = await shell("npx natalis verify --batch questions.ndjson --workers 2");
  const answers = told.stdout.trimEnd().split("\n");
  assert.deepEqual(
    answers.map((line) => JSON.parse(line)).map(({ id, valid }) => [id, valid]),
    [
      ["a", true],
      ["b", true],
    ],
  );
  const verdict = await shell("npx natalis verify unit/certificate.pem unit/chain.pem --trust .natalis/trust.json");
  assert.match(verdict.stdout, /^valid at /);
});

test("the README's program is compiled against the published types, and runs", async () => {
  writeFileSync(join(project, "device.ts"), inProject(blockAfter("# Natalis", "ts")));
  const checks = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2024", "--types", "node"];
  const typeRoots = ["--typeRoots", join(root, "node_modules/@types")];
  await succeed(join(root, "node_modules/.bin/tsc"), ...checks, ...typeRoots, "device.ts");
  const told = await succeed(process.execPath, "device.ts");
  assert.match(told.stdout, /^[0-9a-f]{8}-[0-9a-f]{4}-7/);
});

/** The first fenced block of that language after a heading. */
function blockAfter(heading: string, language: string): string {
  const from = readme.indexOf(`${heading}\n`);
  assert.ok(from >= 0, heading);
  const start = readme.indexOf(`\`\`\`${language}\n`, from) + language.length + 4;
  return readme.slice(start, readme.indexOf("```", start));
}

/** One command a line, lines that end in a backslash joined. */
function commandsOf(block: string): string[] {
  return block.replaceAll("\\\n", " ").trim().split("\n");
}

/** The README's names for things that this test has to choose. */
function inProject(text: string): string {
  return text
    .replace("http://pki.example", `http://${loopback}:${ports.http}`)
    .replace("1.3.6.1.4.1.YOUR-NUMBER", "1.3.6.1.4.1.32473")
    .replace("natalis serve", `natalis serve --https-port ${ports.https}`)
    .replace("https://127.0.0.1:8443", `https://${loopback}:${ports.https}`);
}

async function shell(command: string): Promise<Outcome> {
  return succeed("sh", "-c", inProject(command));
}

async function succeed(program: string, ...words: string[]): Promise<Outcome> {
  const outcome = await outcomeOf(spawn(program, words, { cwd: project, stdio: ["ignore", "pipe", "pipe"] }));
  assert.equal(outcome.code, 0, `${program} ${words.join(" ")}\n${outcome.stdout}${outcome.stderr}`);
  return outcome;
}

async function pack(folder: string): Promise<string> {
  const packed = await succeed("npm", "pack", folder, "--pack-destination", project);
  return join(project, packed.stdout.trim().split("\n").at(-1) ?? "");
}

function untilServing(registrar: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let printed = "";
    registrar.stdout?.on("data", (part: Buffer) => {
      printed += part.toString();
      if (printed.includes("stop with Ctrl-C")) resolve();
    });
    registrar.stderr?.on("data", (part: Buffer) => {
      printed += part.toString();
    });
    registrar.once("exit", (code) => reject(new Error(`exit ${code}: ${printed}`)));
  });
}

async function stop(registrar: ChildProcess): Promise<void> {
  if (registrar.exitCode !== null || registrar.pid === undefined) return;
  const ended = new Promise((resolve) => registrar.once("exit", resolve));
  process.kill(-registrar.pid, "SIGTERM");
  await ended;
}
