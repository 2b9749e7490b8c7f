// SPDX-License-Identifier: Apache-2.0
// Bringing births in over a registrar that answers well, late, in part, or with what proves nothing.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { formatUuid, NatalisError, toBase64 } from "natalis/kernel";
import { VolatileInsecureRegistry } from "natalis/testing";
import { openUnsafeTestRegistry } from "../../service/unsafe-test-registry.ts";
import { intakeOf, UnsafeTestStation } from "../../service/unsafe-test-station.ts";
import { AnswersFile, readAnswers } from "./answers-file.ts";
import { bringIn, type Intake, type WaitingBirth } from "./bring-in.ts";

const folder = mkdtempSync(join(tmpdir(), "natalis-bring-in-"));
after(() => rmSync(folder, { recursive: true }));
const made = await openUnsafeTestRegistry(new VolatileInsecureRegistry().stores);
const station = await UnsafeTestStation.enrol(made, { quota: 100 });
const intake = intakeOf(made);
const opened = await intake.open(station.id, { id: "admin", name: "admin", role: "admin", products: [] });
let files = 0;
let path: string;
let answers: AnswersFile;
let asked: number[];

beforeEach(async () => {
  path = join(folder, `answers-${files++}`);
  answers = await AnswersFile.open(path);
  asked = [];
});

let serials = 0;
async function births(count: number): Promise<WaitingBirth[]> {
  const made = Array.from({ length: count }, async (_, number) => {
    const serial = `S-${serials++}`;
    return { number, serial, model: "S1", claim: await station.bear(serial) };
  });
  return Promise.all(made);
}

async function listed<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

/** Answers each line as the registrar would. */
async function answered(all: readonly WaitingBirth[], line: string, number: number): Promise<string> {
  const { record } = JSON.parse(line) as { record: string };
  const birth = all.find(({ claim }) => toBase64(claim.record) === record) as WaitingBirth;
  const { deviceId, kind, index, entry, salt, receipt } = await intake.take(opened, birth.claim);
  const entered = { device: formatUuid(deviceId), kind, index, entry: toBase64(entry), salt: toBase64(salt), receipt };
  return JSON.stringify({ line: number, status: 201, entered });
}

const problem = (code: string) => ({ type: "t", title: "T", status: 409, detail: "d", code, instance: "i" });

async function run(all: readonly WaitingBirth[], lines: Intake["client"]["lines"]): Promise<void> {
  const client: Intake["client"] = {
    lines(to, given) {
      asked.push(given.length);
      return lines(to, given);
    },
  };
  const advance = () => undefined;
  await bringIn(each(all), { client, path: "/stations/x/births", trust: made.trust, answers, advance, pause: 1 });
}

test("births go in their order, in parts, and every answer is kept", async () => {
  const all = await births(3);
  const many = [...all, ...Array.from({ length: 600 }, (_, i) => ({ ...(all[i % 3] as WaitingBirth), number: 3 + i }))];
  await run(many, (_, lines) => Promise.all(lines.map((line, i) => answered(all, line, i + 1))));
  assert.deepEqual(asked, [500, 103]);
  assert.equal(answers.entered, 603);
  const kept = await listed(readAnswers(path));
  assert.deepEqual(
    kept.map(({ number }) => number),
    many.map(({ number }) => number),
  );
});

test("what was put off, or not answered, is asked for again", async () => {
  const all = await births(4);
  let tries = 0;
  await run(all, async (_, lines) => {
    tries += 1;
    if (tries === 1) throw new NatalisError("NAT_REGISTRAR_UNREACHABLE", "m", "d");
    if (tries === 2) return [JSON.stringify({ line: 1, status: 503, problem: problem("NAT_PIPELINE_FULL") })];
    if (tries === 3)
      return [await answered(all, lines[2] as string, 3), JSON.stringify({ line: 0, status: 413 })].slice(0, 1);
    return Promise.all(lines.map((line, i) => answered(all, line, i + 1)));
  });
  assert.deepEqual(asked, [4, 4, 4, 3]);
  assert.equal(answers.entered, 4);
});

test("what is refused is kept with why, and may be entered later", async () => {
  const all = await births(2);
  const conflict = JSON.stringify({ line: 1, status: 409, problem: problem("NAT_BIRTH_KEY_REUSED") });
  await run(all, async (_, lines) => [conflict, await answered(all, lines[1] as string, 2)]);
  assert.deepEqual(
    [...answers.refused.values()].map(({ problem: { code } }) => code),
    ["NAT_BIRTH_KEY_REUSED"],
  );
  await run(all.slice(0, 1), async (_, lines) => [await answered(all, lines[0] as string, 1)]);
  assert.deepEqual([answers.entered, answers.refused.size], [2, 0]);
});

const untrue: readonly [what: string, change: (line: string) => string][] = [
  ["another salt", (line) => line.replace(/"salt":"."/, '"salt":"').replace(/"salt":"../, '"salt":"zz')],
  ["another birth's entry", (line) => line.replace(/"entry":"[^"]+"/, '"entry":"AAAA"')],
  ["no proof", (line) => line.replace(/"receipt":"[^"]+"/, '"receipt":"none"')],
];
for (const [what, change] of untrue)
  test(`an answer with ${what} proves nothing and is not kept`, async () => {
    const all = await births(1);
    const lie = async (_: string, lines: readonly string[]) => [change(await answered(all, lines[0] as string, 1))];
    await assert.rejects(run(all, lie), { code: "NAT_REGISTRY_RECEIPT" });
    assert.equal(answers.entered, 0);
  });

test("answers that are none, and births that are put off for ever, end it", async () => {
  const all = await births(1);
  const wrong = { code: "NAT_CLIENT_ANSWER" };
  await assert.rejects(
    run(all, () => Promise.resolve(["{"])),
    wrong,
  );
  await assert.rejects(
    run(all, () => Promise.resolve([JSON.stringify({ line: 1, status: 200 })])),
    wrong,
  );
  asked = [];
  await assert.rejects(
    run(all, () => Promise.resolve([])),
    wrong,
  );
  assert.equal(asked.length, 6);
});

test("half a line that a crash left is taken away, and whole ones count", async () => {
  const all = await births(1);
  await run(all, async (_, lines) => [await answered(all, lines[0] as string, 1)]);
  await answers.close();
  const whole = readFileSync(path, "utf8");
  writeFileSync(path, `${whole}{"number":1,"serial":"S`);
  answers = await AnswersFile.open(path);
  assert.equal(answers.entered, 1);
  assert.equal(readFileSync(path, "utf8"), whole);
  await answers.close();
  writeFileSync(path, `no json\n{"number":"x"}\n`);
  answers = await AnswersFile.open(path);
  assert.deepEqual([answers.entered, answers.refused.size], [0, 0]);
});

test("a station that brought nothing in has no answers", async () => {
  assert.deepEqual(await listed(readAnswers(join(folder, "absent"))), []);
});
