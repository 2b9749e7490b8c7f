// SPDX-License-Identifier: Apache-2.0
// Missing programs are installed where that is possible, by one update and one install, and told of where it is not.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ensureParts, type Machine, readParts, thisMachine } from "./parts.ts";
import { temporaryTree } from "./temporary-tree.ts";

const parts = ["openssl", "chromium"].map((command) => ({
  command,
  debianPackages: [`${command}-package`],
  purpose: "x",
}));

/** A machine that has some commands and, if packages can be had there, gets a command by its package. */
function machine(installed: string[], mayInstall: boolean, failure?: string) {
  const calls: string[] = [];
  const answer: Machine = {
    has: (command) => installed.includes(command),
    mayInstall,
    aptGet: (...words) => {
      calls.push(words.join(" "));
      if (failure === undefined) installed.push(...words.map((word) => word.replace("-package", "")));
      return failure;
    },
  };
  return { answer, calls };
}

test("reads command, package and purpose, without comments", (t) => {
  const root = temporaryTree(t, { "parts.txt": "# comment\n\nopenssl  openssl-package  x\n" });
  assert.deepEqual(readParts(`${root}/parts.txt`), [parts[0]]);
});

test("a part without a command is a file", () => {
  assert.ok(thisMachine.has(import.meta.filename));
  assert.ok(!thisMachine.has(`${import.meta.filename}.none`));
});

test("a command may need several packages, that of its own first", (t) => {
  const root = temporaryTree(t, { "parts.txt": "openssl openssl-package,chromium-package x\n" });
  const [part] = readParts(`${root}/parts.txt`);
  assert.deepEqual(part?.debianPackages, ["openssl-package", "chromium-package"]);
  const { answer, calls } = machine([], true);
  assert.deepEqual(ensureParts(part === undefined ? [] : [part], answer), []);
  assert.deepEqual(calls, ["update", "install --yes --no-install-recommends openssl-package chromium-package"]);
});

test("asks for nothing where all is there", () => {
  const { answer, calls } = machine(["openssl", "chromium"], true);
  assert.deepEqual(ensureParts(parts, answer), []);
  assert.deepEqual(calls, []);
});

test("installs only what is missing", () => {
  const { answer, calls } = machine(["openssl"], true);
  assert.deepEqual(ensureParts(parts, answer), []);
  assert.deepEqual(calls, ["update", "install --yes --no-install-recommends chromium-package"]);
});

test("tells how to get what it may not install", () => {
  const { answer, calls } = machine(["openssl"], false);
  assert.deepEqual(ensureParts(parts, answer), [
    "chromium is missing (x): install it, on Debian by apt-get install chromium-package",
  ]);
  assert.deepEqual(calls, []);
});

test("tells why an install failed, each part by itself", () => {
  const problems = ensureParts(parts, machine([], true, "no network").answer);
  assert.equal(problems.length, 2);
  assert.match(problems[1] ?? "", /chromium is missing .*; apt-get said: no network/);
});
