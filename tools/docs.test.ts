// SPDX-License-Identifier: Apache-2.0
// Documents that are absent, too long or lead nowhere fail, and sources without their first lines.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { checkDocs } from "./docs.ts";
import { runScript, temporaryTree } from "./temporary-tree.ts";

const names = ["README", "ARCHITECTURE", "CONTRIBUTING", "SECURITY", "CHANGELOG", "docs/error-codes"];
const house: Readonly<Record<string, string>> = {
  ...Object.fromEntries([...names, "docs/decisions/0001-first"].map((name) => [`${name}.md`, `# ${name}\n`])),
  LICENSE: "Apache License",
  "packages/natalis/src/a.ts": "// SPDX-License-Identifier: Apache-2.0\n// A file.\n",
  "packages/registrar/bin/a.mjs": "#!/usr/bin/env node\n// SPDX-License-Identifier: Apache-2.0\n/* A program. */\n",
};

const problemsOf = (t: TestContext, files: Readonly<Record<string, string>>) =>
  checkDocs(temporaryTree(t, { ...house, ...files }));

test("a house with all its documents is good", (t) => assert.deepEqual(problemsOf(t, {}), []));

test("an absent document fails", (t) => {
  const { "CHANGELOG.md": _, ...incomplete } = house;
  assert.deepEqual(checkDocs(temporaryTree(t, incomplete)), ["CHANGELOG.md: absent"]);
});

test("700 words of README and 1,500 of ARCHITECTURE are good, one more fails", (t) => {
  const words = (count: number) => "word ".repeat(count);
  assert.deepEqual(problemsOf(t, { "README.md": words(700), "ARCHITECTURE.md": words(1500) }), []);
  assert.deepEqual(problemsOf(t, { "README.md": words(701), "ARCHITECTURE.md": words(1501) }), [
    "README.md: 701 words, over 700",
    "ARCHITECTURE.md: 1501 words, over 1500",
  ]);
});

const good = [
  "[a](SECURITY.md)",
  "[a](./docs/)",
  "[a](docs/guarantees.md#what-is-not-promised)",
  "[a](#here)\n## Here",
  "[a](https://example.org/x)",
  "`[a](nowhere.md)`",
  "```\n[a](nowhere.md)\n```",
  "[a]: LICENSE",
];
const bad = [
  "[a](nowhere.md)",
  "![a](nowhere.png)",
  "[a](#nowhere)",
  "[a](docs/guarantees.md#nowhere)",
  "[a]: nowhere",
];
const target = { "docs/guarantees.md": "# Threat model\n\n## What is *not* promised?\n" };

for (const link of good)
  test(`link ${JSON.stringify(link)} is good`, (t) =>
    assert.deepEqual(problemsOf(t, { ...target, "README.md": link }), []));

for (const link of bad)
  test(`link ${JSON.stringify(link)} fails`, (t) =>
    assert.match(
      problemsOf(t, { ...target, "README.md": link }).join(),
      /^README.md: link to [^,]*nowhere[^,]*,[^,]*$/,
    ));

test("a source file without the licence line fails, and one that does not say what it is", (t) => {
  assert.match(problemsOf(t, { "tools/a.ts": "// Something\n" }).join(), /tools\/a.ts: first line is not/);
  const mute = "// SPDX-License-Identifier: Apache-2.0\n\nexport {};\n";
  assert.match(problemsOf(t, { "tools/a.ts": mute }).join(), /tools\/a.ts: does not say what it is/);
});

test("the script ends with an error", (t) => {
  assert.equal(runScript("docs.ts", ["--root", temporaryTree(t, {})]).status, 1);
});
