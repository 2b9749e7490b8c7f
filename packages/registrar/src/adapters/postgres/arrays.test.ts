// SPDX-License-Identifier: Apache-2.0
// Arrays in binary against the server's own reading of them, and what a page of bytes looks like.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as fc from "fast-check";
import { freePort } from "../../cli/ports.ts";
import { bytesArray, integerArray, textArray } from "./arrays.ts";
import { PostgresDatabase } from "./database.ts";
import { parsePostgresAddress } from "./index.ts";
import { openTemporaryPostgres, type TemporaryPostgres } from "./temporary-server.ts";

let server: TemporaryPostgres;
let database: PostgresDatabase;

before(async () => {
  server = await openTemporaryPostgres({ port: await freePort("127.0.0.1", 0) });
  database = new PostgresDatabase(parsePostgresAddress(server.address("postgres")));
});
after(async () => {
  await database.close();
  await server.close();
});

async function elements(type: string, array: Buffer): Promise<unknown[]> {
  const { rows } = await database.run(
    { text: `SELECT element FROM unnest($1::${type}[]) WITH ORDINALITY AS of(element, place) ORDER BY place` },
    [array],
  );
  return rows.map(({ element }) => element);
}

test("no elements, and two of which one is null, byte by byte", () => {
  assert.equal(textArray([]).toString("hex"), "000000000000000000000019");
  const head = "0000000100000001000000110000000200000001";
  assert.equal(bytesArray([Uint8Array.of(7, 8), null]).toString("hex"), `${head}000000020708ffffffff`);
  assert.equal(
    integerArray([2 ** 40 + 1])
      .subarray(-12)
      .toString("hex"),
    "000000080000010000000001",
  );
});

test("the server reads what was written, whatever it is", async () => {
  const bytes = fc.option(fc.uint8Array({ maxLength: 70 }));
  const text = fc.option(fc.string({ unit: "grapheme" }).filter((it) => !it.includes("\0")));
  const integer = fc.option(fc.maxSafeInteger());
  const rows = fc.tuple(fc.array(bytes), fc.array(text), fc.array(integer));
  const property = fc.asyncProperty(rows, async ([someBytes, texts, integers]) => {
    assert.deepEqual(await elements("bytea", bytesArray(someBytes)), someBytes);
    assert.deepEqual(await elements("text", textArray(texts)), texts);
    assert.deepEqual(await elements("int8", integerArray(integers)), integers);
  });
  await fc.assert(property, { numRuns: 60 });
});

test("a number that no number of ours can hold is refused, not rounded", async () => {
  await assert.rejects(database.run({ text: "SELECT 9007199254740993::int8 AS it" }), { code: "NAT_POSTGRES_FAILED" });
});
