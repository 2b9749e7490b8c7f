// SPDX-License-Identifier: Apache-2.0
// What was answered is there after any crash; what was torn was never answered; what is damaged is not thrown away.

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import * as fc from "fast-check";
import { decodeUtf8, encodeUtf8 } from "natalis/kernel";
import { FileJournal, type JournalPlace, readJournal } from "./journal.ts";
import { encodeGroup } from "./journal-group.ts";

const folder = mkdtempSync(join(tmpdir(), "natalis-journal-"));
after(() => rmSync(folder, { recursive: true }));
let files = 0;
const fresh = () => join(folder, `journal-${files++}`);

async function recordsOf(path: string): Promise<string[]> {
  const found: string[] = [];
  const journal = await FileJournal.open(path, ({ bytes }) => void found.push(decodeUtf8(bytes)));
  await journal.close();
  return found;
}

/** Groups of these texts, one append at a time within a group. */
async function journalOf(path: string, ...groups: readonly string[][]): Promise<JournalPlace[]> {
  const journal = await FileJournal.open(path, () => undefined);
  const places: JournalPlace[] = [];
  for (const group of groups)
    places.push(...(await Promise.all(group.map((text) => journal.append(encodeUtf8(text))))));
  await journal.close();
  return places;
}

test("records come back in order, with their numbers and places, across openings", async () => {
  const path = fresh();
  await journalOf(path, ["a"], ["b", "c", ""]);
  await journalOf(path, ["d"]);
  assert.deepEqual(await recordsOf(path), ["a", "b", "c", "", "d"]);
  const seen: [number, JournalPlace][] = [];
  const journal = await FileJournal.open(path, ({ number, place }) => void seen.push([number, place]));
  assert.deepEqual(
    seen.map(([number]) => number),
    [0, 1, 2, 3, 4],
  );
  assert.equal(decodeUtf8(await journal.read((seen[2] as [number, JournalPlace])[1])), "c");
  await journal.close();
});

test("appends that wait together share one write", async () => {
  const path = fresh();
  await journalOf(
    path,
    Array.from({ length: 100 }, (_, i) => String(i)),
  );
  const text = readFileSync(path).toString("latin1");
  assert.equal(text.split("NJG1").length - 1, 1);
});

test("a reader beside the writer sees what is on disk, and stops at what is being written", async () => {
  const path = fresh();
  await journalOf(path, ["a"], ["b"]);
  const { bytes } = encodeGroup(2, new Uint8Array(32), [encodeUtf8("c")]);
  appendFileSync(path, bytes.subarray(0, 84));
  const seen: string[] = [];
  for await (const record of readJournal(path)) seen.push(decodeUtf8(record.bytes));
  assert.deepEqual(seen, ["a", "b"]);
  assert.deepEqual(await recordsOf(path), ["a", "b"]);
});

test("cut anywhere, it keeps the groups that were whole and takes more", async () => {
  const path = fresh();
  await journalOf(path, ["one", "two"], ["three"], ["four", "five"]);
  const whole = readFileSync(path);
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length), async (length) => {
      const cut = fresh();
      writeFileSync(cut, whole.subarray(0, length));
      const kept = await recordsOf(cut);
      assert.deepEqual(kept, ["one", "two", "three", "four", "five"].slice(0, kept.length));
      assert.ok([0, 2, 3, 5].includes(kept.length));
      await journalOf(cut, ["six"]);
      assert.deepEqual(await recordsOf(cut), [...kept, "six"]);
      rmSync(cut);
    }),
    { numRuns: 60 },
  );
});

test("a last group that was written in part, in any order of its pages, is cut off", async () => {
  const path = fresh();
  await journalOf(path, ["a"], ["b".repeat(9000)]);
  const bytes = readFileSync(path);
  const holed = Buffer.from(bytes);
  holed.fill(0, 150, 4096);
  writeFileSync(path, holed);
  assert.deepEqual(await recordsOf(path), ["a"]);
});

test("a changed octet before the last group is damage, and the file stays as it is", async () => {
  const path = fresh();
  await journalOf(path, ["one", "two"], ["three"], ["four"]);
  const whole = readFileSync(path);
  const lastGroup = whole.lastIndexOf("NJG1");
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: lastGroup - 1 }), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] as number) ^ flip;
      const changed = fresh();
      writeFileSync(changed, damaged);
      await assert.rejects(recordsOf(changed), { code: at < 16 ? "NAT_JOURNAL_FORM" : "NAT_JOURNAL_DAMAGED" });
      assert.deepEqual(readFileSync(changed), damaged);
      rmSync(changed);
    }),
    { numRuns: 60 },
  );
});

test("a group taken out of the middle, or put in twice, is damage", async () => {
  const path = fresh();
  await journalOf(path, ["one"], ["two"], ["three"]);
  const whole = readFileSync(path);
  const starts = [...whole.toString("latin1").matchAll(/NJG1/g)].map(({ index }) => index);
  const [, second = 0, third = 0] = starts;
  writeFileSync(path, Buffer.concat([whole.subarray(0, second), whole.subarray(third)]));
  await assert.rejects(recordsOf(path), { code: "NAT_JOURNAL_DAMAGED" });
  const twice = fresh();
  writeFileSync(twice, Buffer.concat([whole.subarray(0, third), whole.subarray(second)]));
  await assert.rejects(recordsOf(twice), { code: "NAT_JOURNAL_DAMAGED" });
});

test("more behind the last group than a group can be is damage", async () => {
  const path = fresh();
  await journalOf(path, ["one"]);
  appendFileSync(path, new Uint8Array(9 << 20));
  await assert.rejects(recordsOf(path), { code: "NAT_JOURNAL_DAMAGED" });
});

test("what is no journal is left alone; a file that was hardly begun is begun again", async () => {
  const path = fresh();
  writeFileSync(path, "something else altogether");
  await assert.rejects(recordsOf(path), { code: "NAT_JOURNAL_FORM" });
  const begun = fresh();
  writeFileSync(begun, "natalis");
  assert.deepEqual(await recordsOf(begun), []);
  await assert.rejects(
    async () => {
      for await (const _ of readJournal(path)) assert.fail("a record");
    },
    { code: "NAT_JOURNAL_FORM" },
  );
});

test("a record that is too long is refused, and the others go on", async () => {
  const path = fresh();
  const journal = await FileJournal.open(path, () => undefined);
  await assert.rejects(journal.append(new Uint8Array((1 << 20) + 1)), { code: "NAT_JOURNAL_RECORD" });
  const many = Array.from({ length: 20 }, () => journal.append(new Uint8Array(1 << 20)));
  assert.equal(new Set((await Promise.all(many)).map(({ offset }) => offset)).size, 20);
  await journal.close();
});

test("once a write failed, nothing more is taken until the file is opened again", async () => {
  const path = fresh();
  const journal = await FileJournal.open(path, () => undefined);
  await journal.append(encodeUtf8("a"));
  await journal.close();
  await assert.rejects(journal.append(encodeUtf8("b")));
  await assert.rejects(journal.append(encodeUtf8("c")), { code: "NAT_JOURNAL_BROKEN" });
  assert.deepEqual(await recordsOf(path), ["a"]);
});

test("killed at any instant, it has every record that was answered", async () => {
  const path = fresh();
  const program = `
    import { FileJournal } from ${JSON.stringify(new URL("journal.ts", import.meta.url).href)};
    const journal = await FileJournal.open(process.argv[1], () => undefined);
    let next = 0;
    const lane = async () => { for (;;) { const n = next++; await journal.append(new TextEncoder().encode(process.argv[2] + n));
      process.stdout.write(process.argv[2] + n + "\\n"); } };
    await Promise.all([lane(), lane(), lane(), lane()]);`;
  const answered: string[] = [];
  for (let round = 0; round < 4; round++) {
    const child = spawn(process.execPath, ["--input-type=module", "-e", program, path, `${round}-`]);
    answered.push(...(await linesUntilKilled(child, 50 + 37 * round)));
    const found = new Set(await recordsOf(path));
    assert.deepEqual(
      answered.filter((line) => !found.has(line)),
      [],
    );
  }
  truncateSync(path, 0);
  assert.ok(answered.length >= 200);
});

async function linesUntilKilled(child: ChildProcess, count: number): Promise<string[]> {
  let text = "";
  child.stdout?.on("data", (part: Buffer) => {
    text += part.toString();
    if (text.split("\n").length > count) child.kill("SIGKILL");
  });
  await new Promise((resolve) => child.once("close", resolve));
  return text.split("\n").slice(0, -1);
}
