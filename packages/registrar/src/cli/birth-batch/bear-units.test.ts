// SPDX-License-Identifier: Apache-2.0
// A batch over a real registry by a client that a test bends: what is put off is asked for again, what is not right is
// not believed, and what was answered is in the results whatever comes after.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { encodePem } from "natalis/formats";
import { NatalisError } from "natalis/kernel";
import { VolatileInsecureRegistry } from "natalis/testing";
import { encodeBirthAnswer } from "../../protocols/rest/birth-answer.ts";
import { readBirthInput } from "../../protocols/rest/birth-input.ts";
import {
  birthInput,
  birthsOf,
  openUnsafeTestRegistry,
  testStation,
  type UnsafeTestRegistry,
} from "../../service/unsafe-test-registry.ts";
import { type BirthBatch, bearUnits } from "./bear-units.ts";
import type { UnitResult } from "./results.ts";
import type { BatchUnit } from "./units.ts";

let registry: UnsafeTestRegistry;
let kept: UnitResult[];
let advanced: number;

beforeEach(async () => {
  registry = await openUnsafeTestRegistry(new VolatileInsecureRegistry().stores, 10_000);
  [kept, advanced] = [[], 0];
});

async function unitsOf(count: number): Promise<BatchUnit[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const { certificationRequest, product, model, serial, facility } = await birthInput(`U-${i}`);
      const request = encodePem("CERTIFICATE REQUEST", certificationRequest);
      return { line: i + 2, body: { request, product, model, serial, facility } };
    }),
  );
}

/** As the door answers. */
async function answer(lines: readonly string[]): Promise<string[]> {
  const births = birthsOf(registry);
  return Promise.all(
    lines.map(async (line, i) => {
      const born = await births.bear(testStation, readBirthInput(JSON.parse(line)));
      return `{"line":${i + 1},"status":201,"birth":${encodeBirthAnswer(born)}}`;
    }),
  );
}

type Lines = BirthBatch["client"]["lines"];

function batchWith(lines: (lines: readonly string[], call: number) => ReturnType<Lines>): BirthBatch {
  let calls = 0;
  return {
    client: { lines: (_path, asked) => lines(asked, calls++) },
    trust: registry.trust,
    results: { add: async (results) => void kept.push(...results) },
    advance: (units) => {
      advanced += units;
    },
    pause: 1,
  };
}

function problem(line: number, status: number, code: string): string {
  const told = { type: "urn:x", title: "No.", status, detail: "", code, instance: "1" };
  return JSON.stringify({ line, status, problem: told });
}

test("units are born in several requests, and the results say which line each was", async () => {
  const calls: number[] = [];
  const units = await unitsOf(501);
  const outcome = await bearUnits(
    units,
    batchWith((lines) => {
      calls.push(lines.length);
      return answer(lines);
    }),
  );
  assert.deepEqual([outcome.born, outcome.refused, calls.toSorted((a, b) => a - b)], [501, [], [1, 500]]);
  assert.deepEqual([advanced, kept.length], [501, 501]);
  const line = kept.find(({ serial }) => serial === "U-7");
  assert.deepEqual([line?.line, line?.birth?.kind], [9, "born"]);
});

test("what is refused is told, and what is put off is asked for again", async () => {
  const [one, two, three] = await unitsOf(3);
  const asked: number[] = [];
  const outcome = await bearUnits(
    [one, two, three].filter((unit) => unit !== undefined),
    batchWith(async (lines, call) => {
      asked.push(lines.length);
      if (call > 0) return answer(lines);
      const [first = ""] = await answer(lines.slice(0, 1));
      return [problem(3, 503, "NAT_PIPELINE_FULL"), first, problem(2, 409, "NAT_BIRTH_KEY_REUSED")];
    }),
  );
  assert.deepEqual([outcome.born, asked], [2, [3, 1]]);
  assert.deepEqual(
    outcome.refused.map(({ line, serial, problem: told }) => [line, serial, told?.code]),
    [[3, "U-1", "NAT_BIRTH_KEY_REUSED"]],
  );
});

test("a connection that breaks is tried again, and given up in the end", async () => {
  const units = await unitsOf(1);
  const broken = new NatalisError("NAT_REGISTRAR_UNREACHABLE", "No.", "by the test");
  const once = batchWith((lines, call) => (call === 0 ? Promise.reject(broken) : answer(lines)));
  assert.equal((await bearUnits(units, once)).born, 1);
  await assert.rejects(
    bearUnits(
      units,
      batchWith(() => Promise.reject(broken)),
    ),
    broken,
  );
});

test("any other refusal of the whole ends it at once", async () => {
  const refusal = new NatalisError("NAT_HTTP_UNAUTHENTICATED", "No.", "by the test");
  let calls = 0;
  const batch = batchWith(() => {
    calls++;
    return Promise.reject(refusal);
  });
  await assert.rejects(bearUnits(await unitsOf(1), batch), refusal);
  assert.equal(calls, 1);
});

test("units that are put off again and again are given up, those answered stay", async () => {
  const units = await unitsOf(2);
  const batch = batchWith(async (lines, call) => (call === 0 ? answer(lines.slice(0, 1)) : []));
  await assert.rejects(bearUnits(units, batch), { code: "NAT_CLIENT_ANSWER" });
  assert.deepEqual(
    kept.map(({ serial }) => serial),
    ["U-0"],
  );
});

for (const [name, bend] of [
  ["another unit's papers", (lines: string[]) => lines.map((line, i) => line.replace(/"line":\d+/, `"line":${2 - i}`))],
  ["papers that were changed", (lines: string[]) => lines.map((line) => line.replace('"entry":"iQ', '"entry":"iR'))],
] as const)
  test(`not believed: ${name}`, async () => {
    const batch = batchWith(async (lines) => bend(await answer(lines)));
    await assert.rejects(bearUnits(await unitsOf(2), batch), (error: Error & { code?: string }) => {
      assert.match(error.code ?? "", /^NAT_(?:DEVICE_BIRTH|CLIENT_ANSWER)$/);
      return true;
    });
    assert.deepEqual(kept, []);
  });

for (const line of ["no json", "{}", '{"line":1,"status":201}', '{"line":"1","status":201}'])
  test(`not understood: ${line}`, async () => {
    const batch = batchWith(() => Promise.resolve([line]));
    await assert.rejects(bearUnits(await unitsOf(1), batch), { code: "NAT_CLIENT_ANSWER" });
  });
