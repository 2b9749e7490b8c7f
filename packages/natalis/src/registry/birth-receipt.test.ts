// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { encodeCbor } from "../formats/index.ts";
import { encodeUtf8, isNatalisError, portableHash } from "../kernel/index.ts";
import { lifecycleEvent, madeUpBirth, openUnsafeTestLog } from "../testing/index.ts";
import { type BirthReceipt, encodeBirthReceipt, parseBirthReceipt, verifyBirthReceipt } from "./birth-receipt.ts";
import { receiptOf } from "./receipt.ts";

const refused = { code: "NAT_REGISTRY_RECEIPT" };
const log = await openUnsafeTestLog();
const births = [madeUpBirth(1), madeUpBirth(2)] as const;
await log.commit(...births);
await log.enter(lifecycleEvent("suspended", births[0].device.id));

async function partsAt(index: number, record: Uint8Array): Promise<BirthReceipt> {
  const { entry, salt } = log.registry.tables.entries[index] as { entry: Uint8Array; salt: Uint8Array };
  return { receipt: await receiptOf(index, log.registry.stores, portableHash), entry, salt, record };
}

const indexes = log.registry.tables.entries.filter(({ type }) => type === 1).map(({ index }) => index);
const suspended = log.registry.tables.entries.findLast(({ type }) => type === 2)?.index as number;
const [first, second] = [
  await partsAt(indexes[0] as number, births[0].record),
  await partsAt(indexes[1] as number, births[1].record),
];

test("a receipt proves its own certificate and no other", async () => {
  for (const [i, parts] of [first, second].entries()) {
    const verified = await verifyBirthReceipt(
      encodeBirthReceipt(parts),
      births[i]?.certificate as Uint8Array,
      log.trust,
    );
    assert.equal(verified.index, indexes[i]);
    const other = births[1 - i]?.certificate as Uint8Array;
    await assert.rejects(verifyBirthReceipt(encodeBirthReceipt(parts), other, log.trust), refused);
  }
});

test("parts of two births make no receipt", async () => {
  for (const name of ["receipt", "entry", "salt", "record"] as const) {
    const mixed = encodeBirthReceipt({ ...first, [name]: second[name] });
    for (const { certificate } of births)
      await assert.rejects(verifyBirthReceipt(mixed, certificate, log.trust), refused);
  }
});

test("the entry of another event is no birth's", async () => {
  const parts = await partsAt(suspended, births[0].record);
  const asked = verifyBirthReceipt(encodeBirthReceipt(parts), births[0].certificate, log.trust);
  await assert.rejects(asked, { ...refused, message: /of no birth/ });
});

test("a receipt comes back as it was", () => {
  assert.deepEqual(parseBirthReceipt(encodeBirthReceipt(first)), first);
});

const malformed: readonly [what: string, bytes: Uint8Array][] = [
  ["nothing", new Uint8Array(0)],
  ["another version", encodeCbor([2, first.receipt, first.entry, first.salt, first.record])],
  ["a part less", encodeCbor([1, first.receipt, first.entry, first.salt])],
  ["a short salt", encodeCbor([1, first.receipt, first.entry, first.salt.subarray(1), first.record])],
  ["a proof of bytes", encodeCbor([1, encodeUtf8(first.receipt), first.entry, first.salt, first.record])],
  ["a proof that never ends", encodeCbor([1, "x".repeat(40_000), first.entry, first.salt, first.record])],
  ["too much", encodeCbor([1, first.receipt, first.entry, first.salt, new Uint8Array(70_000)])],
];
for (const [what, bytes] of malformed)
  test(`refused: ${what}`, () => assert.throws(() => parseBirthReceipt(bytes), refused));

test("changed bytes are refused with a catalogue error, or are another receipt that proves nothing", async () => {
  const encoded = encodeBirthReceipt(first);
  const run = fc.asyncProperty(fc.nat(encoded.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
    const changed = encoded.with(at, (encoded[at] as number) ^ flip);
    await assert.rejects(verifyBirthReceipt(changed, births[0].certificate, log.trust), (error) =>
      isNatalisError(error),
    );
  });
  await fc.assert(run, { numRuns: 200 });
});
