// SPDX-License-Identifier: Apache-2.0
// Data sets against their seals: with leaf hashes every row is judged, without them every batch.

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey, nodeHash } from "@natalis/node";
import * as fc from "fast-check";
import { Sealer } from "../device/index.ts";
import { algorithms, encodeExtendedKeyUsage, encodeSubjectAltName, oids, oidsOf } from "../formats/index.ts";
import { concatBytes, type SignatureVerifier } from "../kernel/index.ts";
import { extension, forgeCertificate } from "../testing/certificate-forge.ts";
import {
  type BatchComparison,
  compareBatches,
  compareRows,
  type DataRecord,
  isIntact,
  leavesOfRecords,
  sealingCertificate,
  type VerifiedSeal,
  verifySeals,
} from "./index.ts";

const arc = "1.3.6.1.4.1.32473";
const { signer } = generateKey(algorithms.ES256);
const { certificate } = await forgeCertificate({
  name: "device",
  signer,
  extensions: [
    extension(
      oids.subjectAltName,
      encodeSubjectAltName([{ kind: "uri", value: "urn:uuid:01890a5d-ac96-774b-bcce-b302099a8057" }]),
    ),
    extension(oids.extendedKeyUsage, encodeExtendedKeyUsage([oidsOf(arc).seal])),
  ],
});
const sealedBy = sealingCertificate(certificate, arc, nodeHash);
/** Signatures are judged elsewhere; here they would only cost time. */
const credulousVerifier: SignatureVerifier = { verify: () => true };
const anySignature = signer.sign(new Uint8Array(0));
const checkpoint = { size: 1, root: new Uint8Array(32) };

interface Sealed {
  readonly seals: readonly VerifiedSeal[];
  readonly leaves: Uint8Array;
}

const leavesOf = (values: readonly number[]) =>
  leavesOfRecords(
    values.map((value): DataRecord => ({ time: value, name: "load", unit: "/", value })),
    nodeHash,
  );

/** Values are records here: equal values are equal records. */
async function sealValues(values: readonly number[], size: number): Promise<Sealed> {
  const sealer = await Sealer.open({
    signer: { ...signer, sign: () => anySignature },
    certificate: certificate.der,
    chain: [],
    arc,
    store: { load: () => undefined, save: () => undefined },
    hash: nodeHash,
  });
  const batches = Array.from({ length: Math.ceil(values.length / size) }, (_, i) =>
    values
      .slice(i * size, (i + 1) * size)
      .map((value): DataRecord => ({ time: value, name: "load", unit: "/", value })),
  );
  const sealed = await Promise.all(batches.map((batch) => sealer.seal(batch, checkpoint)));
  const seals = sealed.map(({ seal }) => seal);
  const history = await verifySeals({ seals, sealedBy, verifier: credulousVerifier, hash: nodeHash });
  assert.deepEqual(history.findings, []);
  return { seals: history.seals, leaves: concatBytes(...sealed.map(({ leaves }) => leaves)) };
}

const rowsAgainst = ({ seals, leaves }: Sealed, rows: readonly number[]) =>
  compareRows({ seals, sealedLeaves: leaves, rowLeaves: leavesOf(rows), hash: nodeHash });
const batchesAgainst = ({ seals }: Sealed, rows: readonly number[], budget?: number) =>
  compareBatches({ seals, rowLeaves: leavesOf(rows), hash: nodeHash, ...(budget === undefined ? {} : { budget }) });
const kindsOf = ({ batches }: BatchComparison) => batches.map(({ kind }) => kind).join(" ");
type Six = readonly [number, number, number, number, number, number];
type Seven = readonly [...Six, number];
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

const hundred = await sealValues(upTo(100), 8);
const at = (sequence: number) => ({ epoch: 0, sequence, seal: Math.floor(sequence / 8) });

test("the sealed rows are all authentic", () => {
  const comparison = rowsAgainst(hundred, upTo(100));
  assert.ok(isIntact(comparison));
  assert.deepEqual(comparison, {
    rows: 100,
    sealed: 100,
    authentic: 100,
    altered: [],
    missing: [],
    moved: [],
    added: [],
  });
});

test("one value changed, one row dropped, one row moved: exactly those", () => {
  const rows = upTo(100).with(20, 1000);
  rows.splice(50, 1);
  rows.splice(80, 0, ...rows.splice(10, 1));
  const comparison = rowsAgainst(hundred, rows);
  assert.deepEqual(comparison.altered, [{ row: 19, sealed: at(20) }]);
  assert.deepEqual(comparison.missing, [{ sealed: at(50), place: 49 }]);
  assert.deepEqual(comparison.moved, [{ row: 80, sealed: at(10), place: 10 }]);
  assert.deepEqual(comparison.added, []);
  assert.equal(comparison.authentic, 97);
  assert.ok(!isIntact(comparison));
});

test("rows added, in the middle and at both ends", () => {
  const rows = [1000, ...upTo(50), 1001, ...upTo(100).slice(50), 1002];
  const { added, authentic, altered, missing } = rowsAgainst(hundred, rows);
  assert.deepEqual(added, [0, 51, 102]);
  assert.deepEqual([authentic, altered, missing], [100, [], []]);
});

test("a data set is intact only where nothing is added and nothing is missing", () => {
  assert.ok(isIntact(rowsAgainst(hundred, upTo(100))));
  assert.ok(!isIntact(rowsAgainst(hundred, [...upTo(100), 1000])));
  assert.ok(!isIntact(rowsAgainst(hundred, upTo(99))));
  assert.ok(!isIntact(rowsAgainst(hundred, upTo(100).with(50, 1000))));
  assert.ok(!isIntact(rowsAgainst(hundred, upTo(100).with(50, 51).with(51, 50))));
});

test("a row added here and one dropped there are not one that was altered", () => {
  for (const [added, dropped] of [
    [10, 60],
    [60, 10],
  ] as const) {
    const rows = upTo(100).filter((value) => value !== dropped);
    const place = rows.indexOf(added);
    const comparison = rowsAgainst(hundred, rows.toSpliced(place, 0, 1000));
    assert.deepEqual(comparison.altered, []);
    assert.deepEqual(comparison.added, [place]);
    assert.deepEqual(
      comparison.missing.map(({ sealed }) => sealed),
      [at(dropped)],
    );
  }
});

test("several rows altered side by side are told one by one; one too many is added, one too few is missing", () => {
  const rows = (...values: number[]) => [...upTo(40), ...values, ...upTo(100).slice(43)];
  const sealedOf = (list: readonly { readonly sealed: { readonly sequence: number } }[]) =>
    list.map(({ sealed }) => sealed.sequence);
  const same = rowsAgainst(hundred, rows(1000, 1001, 1002));
  assert.deepEqual([sealedOf(same.altered), same.added, same.missing], [[40, 41, 42], [], []]);
  const more = rowsAgainst(hundred, rows(1000, 1001, 1002, 1003));
  assert.deepEqual([sealedOf(more.altered), more.added, more.missing], [[40, 41, 42], [43], []]);
  const fewer = rowsAgainst(hundred, rows(1000, 1001));
  assert.deepEqual([sealedOf(fewer.altered), fewer.added, sealedOf(fewer.missing)], [[40, 41], [], [42]]);
});

test("a block that moved is told row by row, and every row has one place", () => {
  const block = upTo(100).slice(20, 25);
  const rest = upTo(100).filter((value) => !block.includes(value));
  const { moved, authentic, missing, added } = rowsAgainst(hundred, rest.toSpliced(70, 0, ...block));
  assert.deepEqual(
    moved.map(({ row, sealed }) => [row, sealed.sequence]),
    block.map((value, i) => [70 + i, value]),
  );
  assert.deepEqual([authentic, missing, added], [95, [], []]);
});

test("the place in the history is told across epochs and in batches of any size", async () => {
  const { seals, leaves } = await sealValues(upTo(20), 6);
  const later = seals.map((verified, i): VerifiedSeal => {
    const { seal } = verified;
    return Object.assign(Object.create(verified), {
      seal: i < 2 ? seal : { ...seal, epoch: 3, first: seal.first - 12 },
    });
  });
  const { missing } = compareRows({ seals: later, sealedLeaves: leaves, rowLeaves: new Uint8Array(0), hash: nodeHash });
  const place = (epoch: number, sequence: number, seal: number) => ({ epoch, sequence, seal });
  assert.deepEqual(
    [0, 5, 6, 11, 12, 17, 18, 19].map((index) => missing[index]?.sealed),
    [
      place(0, 0, 0),
      place(0, 5, 0),
      place(0, 6, 1),
      place(0, 11, 1),
      place(3, 0, 2),
      place(3, 5, 2),
      place(3, 6, 3),
      place(3, 7, 3),
    ],
  );
});

test("a copied row is an added one", () => {
  const { added, moved, authentic } = rowsAgainst(hundred, [...upTo(100), 5]);
  assert.deepEqual([added, moved, authentic], [[100], [], 100]);
});

test("two rows swapped are one that moved", () => {
  const { moved, authentic } = rowsAgainst(hundred, upTo(100).with(30, 60).with(60, 30));
  assert.deepEqual([moved.map(({ row }) => row), authentic], [[30, 60], 98]);
  const neighbours = rowsAgainst(hundred, upTo(100).with(30, 31).with(31, 30));
  assert.deepEqual([neighbours.moved.length, neighbours.authentic], [1, 99]);
});

test("no rows: all are missing; nothing sealed: all are added", async () => {
  const { missing, authentic } = rowsAgainst(hundred, []);
  assert.deepEqual([missing.length, missing[99]?.sealed, missing[99]?.place, authentic], [100, at(99), 0, 0]);
  assert.deepEqual(rowsAgainst({ seals: [], leaves: new Uint8Array(0) }, [1, 2]).added, [0, 1]);
});

test("equal records: dropping one of many drops one", async () => {
  const values = upTo(200).map((i) => (i % 2 === 0 ? 7 : i % 10 === 1 ? i : 8));
  const sealed = await sealValues(values, 16);
  for (const dropped of [0, 1, 50, 51, 199]) {
    const { missing, altered, moved, added, authentic } = rowsAgainst(sealed, values.toSpliced(dropped, 1));
    assert.deepEqual([missing.length, altered, moved, added, authentic], [1, [], [], [], 199], `row ${dropped}`);
  }
  const constant = await sealValues(new Array(500).fill(3), 64);
  const { missing, authentic } = rowsAgainst(constant, new Array(480).fill(3));
  assert.deepEqual([missing.length, authentic], [20, 480]);
});

test("every row and every sealed record is told about once, and as many as possible are authentic", async () => {
  const letters = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(letters, letters, fc.integer({ min: 1, max: 6 }), async (values, rows, size) => {
      const report = rowsAgainst(await sealValues(values, size), rows);
      const { authentic, altered, missing, moved, added } = report;
      assert.equal(authentic + altered.length + moved.length + added.length, rows.length);
      assert.equal(authentic + altered.length + moved.length + missing.length, values.length);
      for (const { row, sealed } of moved) assert.equal(rows[row], values[sealed.sequence]);
      for (const { row, sealed } of altered) assert.notEqual(rows[row], values[sealed.sequence]);
      const counted = (list: readonly number[], value: number) => list.filter((one) => one === value).length;
      const shared = upTo(13).reduce((sum, value) => sum + Math.min(counted(values, value), counted(rows, value)), 0);
      assert.equal(authentic + moved.length, shared);
    }),
    { numRuns: 150 },
  );
});

test("edits apart from one another are reported exactly", () => {
  // Each edit has five rows of its own, so that no other edit of the same size gives the same rows.
  const slot = fc.nat(19).map((number) => number * 5 + 2);
  const edits = fc.uniqueArray(slot, { minLength: 7, maxLength: 7 }) as fc.Arbitrary<unknown>;
  fc.assert(
    fc.property(edits as fc.Arbitrary<Seven>, (chosen) => {
      const [changedA, changedB, droppedA, droppedB, addedBefore, moved, target] = chosen;
      const rows = upTo(100).flatMap((value) => {
        if (value === changedA || value === changedB) return [1000 + value];
        if (value === droppedA || value === droppedB || value === moved) return [];
        if (value === addedBefore) return [2000, value];
        return value === target ? [moved, value] : [value];
      });
      const sealedOf = (list: readonly { readonly sealed: { readonly sequence: number } }[]) =>
        list.map(({ sealed }) => sealed.sequence);
      const report = rowsAgainst(hundred, rows);
      const ascending = (a: number, b: number) => a - b;
      assert.deepEqual(sealedOf(report.altered), [changedA, changedB].toSorted(ascending));
      assert.deepEqual(
        report.altered.map(({ row }) => rows[row]),
        [changedA, changedB].toSorted(ascending).map((value) => 1000 + value),
      );
      assert.deepEqual(sealedOf(report.missing), [droppedA, droppedB].toSorted(ascending));
      assert.deepEqual(report.added, [rows.indexOf(2000)]);
      assert.deepEqual(
        report.moved.map(({ row, sealed }) => [row, sealed.sequence]),
        [[rows.indexOf(moved), moved]],
      );
      assert.equal(report.authentic, 95);
    }),
    { numRuns: 200 },
  );
});

function requireNoMoreThanWereEdited(chosen: Six, target: number): void {
  const [changedA, changedB, droppedA, droppedB, movedA, movedB] = chosen;
  const rows = upTo(100)
    .map((value) => (value === changedA || value === changedB ? 1000 + value : value))
    .filter((value) => ![droppedA, droppedB, movedA, movedB].includes(value))
    .toSpliced(target, 0, movedA, movedB);
  const { authentic, altered, missing, moved, added } = rowsAgainst(hundred, rows);
  assert.ok(altered.length + moved.length + missing.length <= 6);
  assert.equal(altered.length + added.length, 2);
  assert.ok(authentic >= 94);
  for (const { row, sealed } of moved) assert.equal(rows[row], sealed.sequence);
  const told = new Set([...altered, ...missing, ...moved].map(({ sealed }) => sealed.sequence));
  for (const one of [changedA, changedB, droppedA, droppedB]) assert.ok(told.has(one));
}

test("where edits touch, no more records are told about than were edited, and no more rows than were changed", () => {
  const edits = fc.uniqueArray(fc.nat(99), { minLength: 6, maxLength: 6 }) as fc.Arbitrary<unknown>;
  fc.assert(fc.property(edits as fc.Arbitrary<Six>, fc.nat(99), requireNoMoreThanWereEdited), { numRuns: 200 });
  // Row 8 moved behind row 13 is as good a reading as row 13 moved before row 8: then 9 and 10 are missing, not altered.
  requireNoMoreThanWereEdited([9, 10, 11, 12, 8, 15], 11);
});

test("leaves that are not those of the seals are refused", () => {
  const { seals, leaves } = hundred;
  const compare = (sealedLeaves: Uint8Array, rowLeaves = leaves) =>
    compareRows({ seals, sealedLeaves, rowLeaves, hash: nodeHash });
  assert.throws(() => compare(leaves.toSorted()), { code: "NAT_SEAL_ROOT" });
  assert.throws(() => compare(leaves.subarray(32)), { code: "NAT_SEAL_ROOT" });
  assert.throws(() => compare(leaves.subarray(0, -32)), { code: "NAT_SEAL_COUNT" });
  assert.throws(() => compare(concatBytes(leaves, new Uint8Array(32))), { code: "NAT_LEAVES_FORM" });
  assert.throws(() => compare(leaves, leaves.subarray(1)), { code: "NAT_LEAVES_FORM" });
  assert.throws(() => compareBatches({ seals, rowLeaves: leaves.subarray(1), hash: nodeHash }), {
    code: "NAT_LEAVES_FORM",
  });
});

const allAuthentic = new Array(13).fill("authentic");

test("without leaves: all batches authentic", () => {
  const comparison = batchesAgainst(hundred, upTo(100));
  assert.equal(kindsOf(comparison), allAuthentic.join(" "));
  assert.deepEqual(
    [comparison.rows, comparison.sealed, comparison.unsealed, comparison.searchedAll],
    [100, 100, [], true],
  );
});

test("without leaves: the changed, the shortened and both ends of a move are named, and no other", () => {
  const rows = upTo(100).with(20, 1000);
  rows.splice(50, 1);
  rows.splice(80, 0, ...rows.splice(10, 1));
  const comparison = batchesAgainst(hundred, rows);
  assert.equal(
    kindsOf(comparison),
    allAuthentic.with(1, "altered").with(2, "altered").with(6, "altered").with(10, "altered").join(" "),
  );
  assert.deepEqual(comparison.batches[6], { kind: "altered", seal: 6, row: 47, rows: 7 });
  assert.deepEqual(comparison.batches[10], { kind: "altered", seal: 10, row: 78, rows: 9 });
  assert.deepEqual(comparison.unsealed, [
    { row: 8, rows: 15 },
    { row: 47, rows: 7 },
    { row: 78, rows: 9 },
  ]);
});

test("without leaves: batches that are gone, and one that was moved as a whole", () => {
  const gone = batchesAgainst(hundred, [...upTo(16), ...upTo(100).slice(32)]);
  assert.equal(kindsOf(gone), allAuthentic.with(2, "missing").with(3, "missing").join(" "));
  assert.deepEqual(gone.batches[2], { kind: "missing", seal: 2, row: 16, rows: 0 });
  const moved = batchesAgainst(hundred, [...upTo(100).filter((i) => i < 16 || i >= 24), ...upTo(100).slice(16, 24)]);
  assert.equal(kindsOf(moved), allAuthentic.with(2, "moved").join(" "));
  assert.deepEqual(moved.batches[2], { kind: "moved", seal: 2, row: 92, rows: 8 });
});

test("without leaves: rows added between batches belong to none", () => {
  const comparison = batchesAgainst(hundred, [...upTo(16), 1000, 1001, ...upTo(100).slice(16), 1002]);
  assert.equal(kindsOf(comparison), allAuthentic.join(" "));
  assert.deepEqual(comparison.unsealed, [
    { row: 16, rows: 2 },
    { row: 102, rows: 1 },
  ]);
});

test("without leaves: a foreign data set has no batch of these seals", () => {
  const comparison = batchesAgainst(
    hundred,
    upTo(100).map((i) => i + 1000),
  );
  assert.ok(comparison.batches.every(({ kind }) => kind === "altered"));
  assert.deepEqual(comparison.unsealed, [{ row: 0, rows: 100 }]);
  assert.equal(kindsOf(batchesAgainst(hundred, [])), new Array(13).fill("missing").join(" "));
});

test("without leaves: the search stops at its budget and says so", () => {
  const rows = [1000, ...upTo(100), 1001];
  assert.equal(kindsOf(batchesAgainst(hundred, rows)), allAuthentic.join(" "));
  const short = batchesAgainst(hundred, rows, 100);
  assert.equal(short.searchedAll, false);
  assert.ok(short.batches.every(({ kind }) => kind !== "authentic"));
});

test("without leaves: whatever was done, what is called authentic is, and untouched batches are", async () => {
  const edit = fc.record({ kind: fc.constantFrom("change", "drop", "add", "copy"), at: fc.nat(60) });
  const sealed = await sealValues(upTo(60), 7);
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 4 }), (edits) => {
      const rows = upTo(60);
      for (const [i, { kind, at: row }] of edits.entries()) {
        if (kind === "change" && row < rows.length) rows[row] = 1000 + i;
        if (kind === "drop") rows.splice(row, 1);
        if (kind === "add") rows.splice(row, 0, 2000 + i);
        if (kind === "copy") rows.splice(row, 0, ...rows.slice(0, 1));
      }
      const { batches, unsealed } = batchesAgainst(sealed, rows);
      let covered = 0;
      for (const batch of batches) {
        const values = upTo(60).slice(7 * batch.seal, 7 * batch.seal + 7);
        const isThere = rows.some((_, start) => values.every((value, i) => rows[start + i] === value));
        assert.equal(batch.kind === "authentic" || batch.kind === "moved", isThere);
        if (!isThere) continue;
        assert.deepEqual(rows.slice(batch.row, batch.row + batch.rows), values);
        covered += batch.rows;
      }
      assert.equal(covered + unsealed.reduce((sum, range) => sum + range.rows, 0), rows.length);
    }),
    { numRuns: 300 },
  );
});
