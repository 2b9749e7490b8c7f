// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { z } from "zod";
import { readExpectedUnits } from "./file.ts";
import { importUnits } from "./import-units.ts";

const folder = mkdtempSync(join(tmpdir(), "natalis-expect-"));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

test("a file is read as what it begins like", async () => {
  assert.deepEqual(await readExpectedUnits(file("a.csv", "serial,model\nA,M\nB,\n")), [
    { line: 2, serial: "A", model: "M" },
    { line: 3, serial: "B" },
  ]);
  assert.deepEqual(await readExpectedUnits(file("a.ndjson", '{"serial":"A"}\n')), [{ line: 1, serial: "A" }]);
});

test("refused before anything is sent: a line that is no unit, a file that is not there", async () => {
  const code = "NAT_CLIENT_FILE";
  await assert.rejects(readExpectedUnits(file("b.csv", "serial\nA\nÄ\n")), { code, detail: /b\.csv, line 3: / });
  await assert.rejects(readExpectedUnits(file("c.csv", `serial\n${"a".repeat(2000)}\n`)), { code, detail: /line 2 / });
  await assert.rejects(readExpectedUnits(join(folder, "absent")), { code });
});

test("many units go some thousand a request; conflicts are told by the lines of the file", async () => {
  const asked: { path: string; lines: readonly string[] }[] = [];
  const client = {
    async upload<T>(path: string, lines: readonly string[], schema: z.ZodType<T>): Promise<T> {
      asked.push({ path, lines });
      const conflicting = [{ line: 2, serial: "x" }];
      return schema.parse({
        units: lines.length,
        added: 1,
        born: 1,
        known: lines.length - 2,
        conflicts: 1,
        conflicting,
      });
    },
  };
  const units = Array.from({ length: 12_000 }, (_, i) => ({ line: i + 10, serial: `S${i}` }));
  const advanced: number[] = [];
  const sum = await importUnits(client, "a-b", units, (count) => advanced.push(count));
  assert.deepEqual(advanced, [5000, 5000, 2000]);
  assert.equal(asked[0]?.path, "/products/a-b/expected-units");
  assert.equal(asked[2]?.lines[0], '{"serial":"S10000"}');
  const { conflicting, ...counts } = sum;
  assert.deepEqual(counts, { units: 12_000, added: 3, born: 3, known: 11_994, conflicts: 3 });
  assert.deepEqual(
    conflicting.map(({ line }) => line),
    [11, 5011, 10_011],
  );
});
