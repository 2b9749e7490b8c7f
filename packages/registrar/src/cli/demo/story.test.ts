// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { type Chapter, tellStory } from "./story.ts";

const folder = mkdtempSync(join(tmpdir(), "natalis-story-"));
const file = join(folder, "below", "story.json");
after(() => rmSync(folder, { recursive: true }));

let lived: string[] = [];
beforeEach(() => {
  lived = [];
  rmSync(file, { force: true });
});

function chapter(title: string, work: () => Promise<void> = async () => undefined): Chapter<object> {
  return {
    title,
    async live(_, tell) {
      lived.push(title);
      tell(`evidence of ${title}`);
      await work();
    },
  };
}

const failing = chapter("two", () => Promise.reject(new Error("power cut")));

test("a story is lived once, and told again from what was kept", async () => {
  const chapters = [chapter("one"), chapter("two")];
  await tellStory(file, chapters, {});
  await tellStory(file, chapters, {});
  assert.deepEqual(lived, ["one", "two"]);
  assert.match(readFileSync(file, "utf8"), /evidence of one.*evidence of two/s);
});

test("an interrupted story goes on with the chapter that was not finished", async () => {
  await assert.rejects(tellStory(file, [chapter("one"), failing, chapter("three")], {}), { message: "power cut" });
  assert.deepEqual(lived, ["one", "two"]);
  await tellStory(file, [chapter("one"), chapter("two"), chapter("three")], {});
  assert.deepEqual(lived, ["one", "two", "two", "three"]);
});

test("a file that is no story is named, and not taken for none", async () => {
  await tellStory(file, [chapter("one")], {});
  for (const content of ["", "{", "[]", '{"chapters":[{"title":1,"told":[]}]}']) {
    writeFileSync(file, content);
    await assert.rejects(tellStory(file, [chapter("one")], {}), { code: "NAT_CLIENT_FILE" });
  }
});
