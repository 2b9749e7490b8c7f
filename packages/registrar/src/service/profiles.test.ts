// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { loadProfiles, writeFirstProfile } from "./profiles.ts";

const root = mkdtempSync(join(tmpdir(), "natalis-profiles-"));
after(() => rmSync(root, { recursive: true }));

let count = 0;
async function newFolder(): Promise<string> {
  const path = join(root, String(count++));
  mkdirSync(path);
  await writeFirstProfile(path, "sensor", "Example Makers");
  return path;
}

test("the first profile is one that a start accepts", async () => {
  const profiles = await loadProfiles(await newFolder());
  assert.deepEqual([...profiles.keys()], ["sensor"]);
  assert.equal(profiles.get("sensor")?.maker, "Example Makers");
});

test("a product that is a path, or a maker that no certificate names, is written nowhere", async () => {
  const path = await newFolder();
  const before = readdirSync(root);
  for (const product of ["../evil", "a/b", "", "UPPER", "x".repeat(33), ".."])
    await assert.rejects(writeFirstProfile(path, product, "Example Makers"), { code: "NAT_ISSUE_PROFILE" });
  for (const maker of ["", " padded", "line\nbreak", "\u001b[31m"])
    await assert.rejects(writeFirstProfile(path, "other", maker), { code: "NAT_ISSUE_PROFILE" });
  assert.deepEqual([readdirSync(root), readdirSync(path)], [before, ["sensor.json"]]);
});

test("one profile that is not valid stops the start, and is named", async () => {
  const wrong: readonly [string, string][] = [
    ["sensor.json", "{"],
    ["sensor.json", "{}"],
    ["sensor.json", "\ufffd\u0000"],
    ["other.json", readFileSync(join(await newFolder(), "sensor.json"), "utf8")],
  ];
  for (const [name, content] of wrong) {
    const path = await newFolder();
    writeFileSync(join(path, name), content);
    await assert.rejects(
      loadProfiles(path),
      (error: Error) => /NAT_SERVICE_PROFILE/.test(error.message) && error.message.includes(name),
    );
  }
});

test("a huge profile is not read", async () => {
  const path = await newFolder();
  truncateSync(join(path, "sensor.json"), 2 ** 40);
  await assert.rejects(loadProfiles(path), { code: "NAT_SERVICE_PROFILE" });
});

test("other files are passed over", async () => {
  const path = await newFolder();
  writeFileSync(join(path, "README"), "not JSON");
  assert.equal((await loadProfiles(path)).size, 1);
});
