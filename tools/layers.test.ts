// SPDX-License-Identifier: Apache-2.0
// The layer script fails on every kind of import that points the wrong way, and when it has nothing to prove.

import assert from "node:assert/strict";
import { test } from "node:test";
import { layerBlock, layers } from "./layer-table.ts";
import { checkLayers } from "./layers.ts";
import { runScript, temporaryTree } from "./temporary-tree.ts";

const domain = "packages/natalis/src";
const registrar = "packages/registrar/src";
const rooms = layers.flatMap((layer) => layer.rooms);
const goodHouse: Readonly<Record<string, string>> = {
  ...Object.fromEntries(rooms.map(({ folder }) => [`${folder}/index.ts`, "export {};\n"])),
  "ARCHITECTURE.md": `# Architecture\n\n<!-- layers -->\n${layerBlock()}\n<!-- /layers -->\n`,
  "packages/natalis/package.json": JSON.stringify({
    name: "natalis",
    exports: { "./birth": "./src/birth/index.ts", "./testing": "./src/testing/index.ts" },
  }),
  "packages/node/package.json": JSON.stringify({ name: "@natalis/node", exports: { ".": "./src/index.ts" } }),
  "packages/registrar/package.json": JSON.stringify({ name: "@natalis/registrar", exports: {} }),
};

const allowed: readonly (readonly [file: string, source: string])[] = [
  [`${domain}/birth/a.ts`, 'import "../issue/index.ts"; import "../kernel/bytes.ts"; import "./b.ts";'],
  [`${domain}/trust/a.ts`, 'import type { A } from "../authenticate/index.ts";'],
  [`${domain}/device/a.ts`, 'export * from "../birth/index.ts";'],
  [`${domain}/kernel/a.ts`, 'import { sha256 } from "@noble/hashes/sha2.js";'],
  [`${domain}/kernel/a.test.ts`, 'import "node:test"; import "../testing/index.ts";'],
  [`${registrar}/adapters/a.ts`, 'import "natalis/birth"; import "node:fs"; import "@natalis/node";'],
  [`${registrar}/cli/a.ts`, 'import "../protocols/rest/a.ts";'],
  ["test/e2e/a.test.ts", 'import "natalis/testing"; await import(file);'],
];

const refused: readonly (readonly [file: string, source: string, problem: RegExp])[] = [
  [`${domain}/kernel/a.ts`, 'import "../formats/a.ts";', /kernel .* may not import formats/],
  [`${domain}/kernel/a.ts`, 'import type { A } from "../formats/a.ts";', /kernel .* may not import formats/],
  [`${domain}/formats/a.ts`, 'await import("../path/a.ts");', /formats .* may not import path/],
  [`${domain}/issue/a.ts`, 'export * from "../birth/index.ts";', /issue .* may not import birth/],
  [`${domain}/registry/a.ts`, 'import "../issue/index.ts";', /registry .* may not import issue/],
  [`${domain}/birth/a.ts`, 'import "../issue/prepare.ts";', /import index.ts of issue/],
  [`${domain}/birth/a.test.ts`, 'import "../issue/prepare.ts";', /import index.ts of issue/],
  [`${domain}/birth/a.ts`, 'import "../webcrypto/index.ts";', /birth .* may not import webcrypto/],
  [`${domain}/birth/a.ts`, 'import "../testing/index.ts";', /testing is for tests only/],
  [`${domain}/birth/a.ts`, 'import "node:fs";', /node:fs in a package that runs anywhere/],
  [`${domain}/birth/a.ts`, 'import "@natalis/node";', /birth .* may not import node/],
  [`${domain}/birth/a.ts`, "await import(name);", /import\(\) of something computed/],
  ["packages/node/src/a.ts", 'import "../../natalis/src/birth/index.ts";', /leaves the package/],
  ["test/e2e/a.test.ts", 'import "../../packages/natalis/src/birth/index.ts";', /leaves the package/],
  ["packages/node/src/a.ts", 'import "natalis/issue";', /natalis\/issue is not exported/],
  [`${registrar}/pipeline/worker.ts`, 'new URL("../cli/main.ts", import.meta.url);', /pipeline .* may not import cli/],
  [`${registrar}/protocols/a.ts`, 'import "../cli/a.ts";', /protocols .* may not import cli/],
  [`${domain}/elsewhere/a.ts`, "export {};", /belongs to no room/],
];

test("a house with an index in each room is good", (t) => {
  assert.deepEqual(checkLayers(temporaryTree(t, goodHouse)), []);
});

for (const [file, source] of allowed)
  test(`${file} may ${source}`, (t) => {
    assert.deepEqual(checkLayers(temporaryTree(t, { ...goodHouse, [file]: source })), []);
  });

for (const [file, source, problem] of refused)
  test(`${file} may not ${source}`, (t) => {
    const problems = checkLayers(temporaryTree(t, { ...goodHouse, [file]: source }));
    assert.equal(problems.length, 1, problems.join("\n"));
    assert.match(problems[0] ?? "", problem);
  });

test("a room of the table without a folder fails", (t) => {
  const { [`${domain}/kernel/index.ts`]: _, ...house } = goodHouse;
  assert.match(checkLayers(temporaryTree(t, house)).join(), /kernel: room .* does not exist/);
});

test("a table in ARCHITECTURE.md that differs fails until it is written", (t) => {
  const stale = "<!-- layers -->\nsomething else\n<!-- /layers -->\n";
  const root = temporaryTree(t, { ...goodHouse, "ARCHITECTURE.md": stale });
  assert.match(checkLayers(root).join(), /its layers differ/);
  assert.equal(runScript("layers.ts", ["--root", root, "--write"]).status, 0);
  assert.deepEqual(checkLayers(root), []);
});

test("nothing to prove is a failure", (t) => {
  const { status, output } = runScript("layers.ts", ["--root", temporaryTree(t, { "packages/natalis/readme": "" })]);
  assert.match(output, /nothing was proved/);
  assert.equal(status, 1);
});
