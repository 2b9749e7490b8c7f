// SPDX-License-Identifier: Apache-2.0
// The launcher hands words, streams, signals and exit code through, and prefers the Node that comes as a dependency.

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";

/** Starts a copy of the launcher beside the given entry; `node` is a script that stands for the dependency. */
function launch(t: TestContext, entry: string, { node, words = [] }: { node?: string; words?: string[] } = {}) {
  const root = mkdtempSync(join(tmpdir(), "natalis-launcher-"));
  t.after(() => rmSync(root, { recursive: true }));
  for (const folder of ["bin", "src/cli", "node_modules/node/bin"]) mkdirSync(join(root, folder), { recursive: true });
  copyFileSync(fileURLToPath(new URL("natalis.mjs", import.meta.url)), join(root, "bin/natalis.mjs"));
  writeFileSync(join(root, "src/cli/main.ts"), entry);
  if (node !== undefined) {
    writeFileSync(join(root, "node_modules/node/package.json"), "{}");
    writeFileSync(join(root, "node_modules/node/bin/node"), node);
    chmodSync(join(root, "node_modules/node/bin/node"), 0o755);
  }
  return spawn(process.execPath, [join(root, "bin/natalis.mjs"), ...words], { stdio: "pipe" });
}

async function outcome(child: ChildProcess) {
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  const [code, signal] = await once(child, "close");
  return { code, signal, output };
}

test("runs TypeScript with the words given and ends with its exit code", async (t) => {
  const entry = "const words: string[] = process.argv.slice(2); console.log(words.join('|')); process.exitCode = 7;";
  assert.deepEqual(await outcome(launch(t, entry, { words: ["birth", "a b"] })), {
    code: 7,
    signal: null,
    output: "birth|a b\n",
  });
});

test("hands standard input through", async (t) => {
  const child = launch(t, "process.stdin.pipe(process.stdout);");
  child.stdin.end("told");
  assert.equal((await outcome(child)).output, "told");
});

test("prefers the Node that is installed as a dependency", async (t) => {
  const child = launch(t, "", { node: "#!/bin/sh\necho dependency: ${1##*/}\n" });
  assert.deepEqual(await outcome(child), { code: 0, signal: null, output: "dependency: main.ts\n" });
});

test("says so when that Node does not start", async (t) => {
  const { code, output } = await outcome(launch(t, "", { node: "#!/no/such/interpreter\n" }));
  assert.equal(code, 1);
  assert.match(output, /ENOENT/);
});

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  test(`forwards ${signal} once and lets the child end in its own way`, async (t) => {
    const entry = `process.on("${signal}", () => { console.log("told"); setTimeout(() => process.exit(5), 100); });
      setInterval(() => {}, 1000); console.log("ready");`;
    const child = launch(t, entry);
    const ended = outcome(child);
    await once(child.stdout, "data");
    child.kill(signal);
    assert.deepEqual(await ended, { code: 5, signal: null, output: "ready\ntold\n" });
  });

test("ends by the signal that ended the child", async (t) => {
  const child = launch(t, "process.kill(process.pid, 'SIGKILL');");
  assert.deepEqual(await outcome(child), { code: null, signal: "SIGKILL", output: "" });
});
