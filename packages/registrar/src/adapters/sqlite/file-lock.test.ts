// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { holdFileLock } from "./file-lock.ts";

const folder = mkdtempSync(join(tmpdir(), "natalis-lock-"));
after(() => rmSync(folder, { recursive: true }));
const path = join(folder, "lock");
const held = { code: "NAT_SQLITE_LOCKED" };

test("who comes second is refused until the first lets go, and nothing but the file is left", () => {
  const lock = holdFileLock(path);
  assert.throws(() => holdFileLock(path), held);
  lock.release();
  holdFileLock(path).release();
  assert.deepEqual(readdirSync(folder), ["lock"]);
});

test("a holder that is killed holds nothing", async () => {
  const program = `
    import { holdFileLock } from ${JSON.stringify(new URL("file-lock.ts", import.meta.url).href)};
    holdFileLock(process.argv[1]);
    process.stdout.write("held");
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program, path]);
  await new Promise((resolve) => child.stdout.once("data", resolve));
  try {
    assert.throws(() => holdFileLock(path), held);
  } finally {
    child.kill("SIGKILL");
  }
  await new Promise((resolve) => child.once("close", resolve));
  holdFileLock(path).release();
});
