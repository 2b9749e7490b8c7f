// SPDX-License-Identifier: Apache-2.0
// The error document is made from every catalogue, and catalogues that contradict it or each other fail.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { checkCatalogues, checkErrorCodes, encodeDocument, readCatalogues } from "./error-codes.ts";
import { runScript, temporaryTree } from "./temporary-tree.ts";

const house = {
  "docs/readme": "",
  "packages/natalis/src/path/errors.ts": 'export const pathErrors = { NAT_PATH_A: "A | b." } as const;',
  "packages/natalis/src/path/a.ts": 'export const a = "NAT_PATH_A";',
  "packages/natalis/src/kernel/bytes.ts":
    'export const bytesErrors = { NAT_BYTES_B: "B." }; export const b = "NAT_BYTES_B";',
  "packages/registrar/src/cli/errors.ts": 'export const cliErrors = { NAT_CLI_C: "C." }; export const c = "NAT_CLI_C";',
};

test("writes a table for each room, and is good after that", async (t) => {
  const root = temporaryTree(t, house);
  assert.match((await checkErrorCodes(root)).join(), /error-codes.md is stale/);
  assert.equal(runScript("error-codes.ts", ["--root", root, "--write"]).status, 0);
  const document = readFileSync(join(root, "docs/error-codes.md"), "utf8");
  assert.deepEqual(document.match(/^## .*|^\| `.*/gm), [
    "## kernel/bytes",
    "| `NAT_BYTES_B` | B. |",
    "## path",
    "| `NAT_PATH_A` | A \\| b. |",
    "## registrar/cli",
    "| `NAT_CLI_C` | C. |",
  ]);
  assert.deepEqual(await checkErrorCodes(root), []);
});

test("a changed sentence makes the document stale", async (t) => {
  const root = temporaryTree(t, house);
  const changed = (await readCatalogues(root)).map(({ file, entries }) => ({
    file,
    entries: entries.map(([code]) => [code, "Another."] as const),
  }));
  const written = temporaryTree(t, { ...house, "docs/error-codes.md": encodeDocument(changed) });
  assert.match((await checkErrorCodes(written)).join(), /stale/);
});

const judge = (...entries: (readonly [string, string])[]) =>
  checkCatalogues(
    [
      { file: "a.ts", entries },
      { file: "b.ts", entries: [["NAT_B", "B."]] },
    ],
    ['"NAT_A" "NAT_B"'],
  );

test("a code in two catalogues fails", () => assert.deepEqual(judge(["NAT_B", "B."]), ["b.ts: NAT_B is also in a.ts"]));
test("an ill-formed code fails", () => assert.match(judge(["Nat_A", "A."]).join(), /Nat_A is no code/));
test("a meaning that is no sentence fails", () => assert.match(judge(["NAT_A", "a"]).join(), /needs one sentence/));
test("a code that nothing throws fails", () => assert.match(judge(["NAT_C", "C."]).join(), /nothing throws NAT_C/));
test("no catalogue at all fails", () => assert.equal(checkCatalogues([], []).length, 1));

test("the script ends with an error", (t) => {
  assert.equal(runScript("error-codes.ts", ["--root", temporaryTree(t, { "packages/a": "" })]).status, 1);
});
