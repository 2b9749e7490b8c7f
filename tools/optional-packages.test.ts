// SPDX-License-Identifier: Apache-2.0
// Optional packages that npm left out are noticed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { missingOptionalPackages } from "./optional-packages.ts";
import { temporaryTree } from "./temporary-tree.ts";

test("optional packages of any workspace that are not installed are missing, others are not", (t) => {
  const root = temporaryTree(t, {
    "packages/a/package.json": '{ "optionalDependencies": { "there": "1.0.0", "absent": "2.1.7" } }',
    "packages/b/package.json": '{ "dependencies": { "other": "1.0.0" } }',
    "packages/c/notes.txt": "no package",
    "node_modules/there/package.json": "{}",
  });
  assert.deepEqual(missingOptionalPackages(root), ["absent@2.1.7"]);
});
