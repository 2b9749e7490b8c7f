// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { publishedManifest } from "./build.ts";
import { runScript, temporaryTree } from "./temporary-tree.ts";

test("entry points become what was built of them", () => {
  const manifest = publishedManifest({ name: "x", exports: { ".": "./src/index.ts", "./a": "./src/a/index.ts" } });
  assert.deepEqual(manifest.exports, {
    ".": { types: "./index.d.ts", default: "./index.js" },
    "./a": { types: "./a/index.d.ts", default: "./a/index.js" },
    "./package.json": "./package.json",
  });
});

test("a package that does not compile is not built, and the compiler's words are told", (t) => {
  const root = temporaryTree(t, {
    "tsconfig.base.json": '{ "compilerOptions": { "module": "nodenext", "strict": true } }',
    "packages/natalis/package.json": '{ "name": "natalis", "type": "module", "exports": {} }',
    "packages/natalis/src/index.ts": 'export const wrong: number = "text";\n',
  });
  const { status, output } = runScript("build.ts", ["--root", root]);
  assert.notEqual(status, 0);
  assert.match(output, /TS2322/);
});
