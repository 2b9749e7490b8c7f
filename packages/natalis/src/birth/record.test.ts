// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { type CborKey, type CborMap, type CborValue, decodeCbor, encodeCbor } from "../formats/index.ts";
import { isNatalisError, portableHash } from "../kernel/index.ts";
import { factsBytes } from "./facts.ts";
import { type BirthRecord, encodeBirthRecord, encodeRecordAndFacts, parseBirthRecord } from "./record.ts";

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const name = fc.constantFrom("A", "Acme Pumps", "Söhne & Co", "ポンプ", "x".repeat(64));
const required = fc.record({
  deviceId: bytes(16),
  maker: name,
  model: name,
  serial: fc.constantFrom("1", "SN-000123", "0".repeat(64)),
  bornAt: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
  facility: name,
  station: fc.constantFrom("a", "line-1", "9".repeat(64)),
  keyHash: bytes(32),
  custody: fc.integer({ min: 0, max: 4 }),
  evidence: fc.array(
    fc.record(
      { format: name, digest: bytes(32), capLifted: fc.constant<true>(true) },
      { noNullPrototype: true, requiredKeys: ["format", "digest"] },
    ),
    { maxLength: 30 },
  ),
  components: fc.array(bytes(16), { maxLength: 30 }),
  authorityKeyId: bytes(20),
  salt: bytes(16),
  profile: fc.record(
    { product: fc.constantFrom("pump", "p-2"), version: fc.integer({ min: 1, max: 2 ** 31 }) },
    { noNullPrototype: true },
  ),
});
const optional = fc.record(
  { hardwareRevision: name, firmwareDigest: fc.constantFrom(32, 48, 64).chain(bytes) },
  { requiredKeys: [] },
);
const records: fc.Arbitrary<BirthRecord> = fc.tuple(required, optional).map(([a, b]) => ({ ...a, ...b }));
const sample = fc.sample(records, { numRuns: 1, seed: 42 })[0] as BirthRecord;

const referenceOf = ({ format, digest, capLifted }: BirthRecord["evidence"][number]): CborValue =>
  capLifted === true ? [format, digest, 1] : [format, digest];

/** The record as the general codec writes it. */
function plainEncoding(record: BirthRecord): Uint8Array {
  const fields: [number, CborValue | undefined][] = [
    [1, 1],
    [2, record.deviceId],
    [3, record.maker],
    [4, record.model],
    [5, record.serial],
    [6, record.hardwareRevision],
    [7, record.firmwareDigest],
    [8, record.bornAt],
    [9, record.facility],
    [10, record.station],
    [11, record.keyHash],
    [12, record.custody],
    [13, record.evidence.length === 0 ? undefined : record.evidence.map(referenceOf)],
    [14, record.components.length === 0 ? undefined : record.components],
    [15, record.authorityKeyId],
    [16, record.salt],
    [17, [record.profile.product, record.profile.version]],
  ];
  return encodeCbor(new Map(fields.filter((field): field is [number, CborValue] => field[1] !== undefined)));
}

test("a record is deterministic CBOR (RFC 8949 4.2.1), as the general codec writes it", () => {
  fc.assert(fc.property(records, (record) => assert.deepEqual(encodeBirthRecord(record), plainEncoding(record))));
});

test("a record comes back as it was", () => {
  fc.assert(fc.property(records, (record) => assert.deepEqual(parseBirthRecord(encodeBirthRecord(record)), record)));
});

test("record and facts together are the same as apart", () => {
  fc.assert(
    fc.property(records, (record) => {
      const { encodedRecord, factsHash } = encodeRecordAndFacts(record, portableHash);
      assert.deepEqual(encodedRecord, encodeBirthRecord(record));
      assert.deepEqual(factsHash, portableHash.sha256(factsBytes(record)));
    }),
  );
});

test("bytes that were changed, cut or grown are refused with the code, or are another record's own encoding", () => {
  const change = fc.oneof(
    fc.record({ kind: fc.constant("flip" as const), at: fc.nat(), bit: fc.nat({ max: 7 }) }),
    fc.record({ kind: fc.constant("cut" as const), at: fc.nat() }),
    fc.record({ kind: fc.constant("grow" as const), tail: fc.uint8Array({ minLength: 1, maxLength: 9 }) }),
  );
  fc.assert(
    fc.property(records, change, (record, what) => {
      const encoded = encodeBirthRecord(record);
      const changed = changedBytes(encoded, what);
      try {
        assert.deepEqual(encodeBirthRecord(parseBirthRecord(changed)), changed);
      } catch (error) {
        assert.ok(isNatalisError(error, "NAT_BIRTH_RECORD"), String(error));
      }
    }),
    { numRuns: 500 },
  );
});

type Changed =
  | { kind: "flip"; at: number; bit: number }
  | { kind: "cut"; at: number }
  | { kind: "grow"; tail: Uint8Array };

function changedBytes(encoded: Uint8Array, what: Changed): Uint8Array {
  if (what.kind === "cut") return encoded.subarray(0, what.at % encoded.length);
  if (what.kind === "grow") return Uint8Array.of(...encoded, ...what.tail);
  const at = what.at % encoded.length;
  return encoded.with(at, (encoded[at] as number) ^ (1 << what.bit));
}

test("any bytes are refused with the code", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
      assert.throws(() => parseBirthRecord(noise), { code: "NAT_BIRTH_RECORD" });
    }),
  );
});

const outOfBounds: readonly [string, Partial<BirthRecord>, string?][] = [
  ["a device id of 15 bytes", { deviceId: new Uint8Array(15) }],
  ["a station that is no operator id", { station: "Line 1" }],
  ["a station that ends with a hyphen", { station: "line-" }],
  ["a key hash of 31 bytes", { keyHash: new Uint8Array(31) }],
  ["custody 5", { custody: 5 }],
  ["an evidence digest of 31 bytes", { evidence: [{ format: "tpm2", digest: new Uint8Array(31) }] }],
  ["evidence of no format", { evidence: [{ format: "", digest: new Uint8Array(32) }] }],
  ["65 components", { components: Array.from({ length: 65 }, () => new Uint8Array(16)) }],
  ["a component of 15 bytes", { components: [new Uint8Array(15)] }],
  ["an authority key id of 19 bytes", { authorityKeyId: new Uint8Array(19) }],
  ["a salt of 15 bytes", { salt: new Uint8Array(15) }],
  ["profile version 0", { profile: { product: "pump", version: 0 } }],
  ["a profile of no name", { profile: { product: "", version: 1 } }],
  ["an empty model", { model: "" }, "NAT_BIRTH_FACTS"],
];
for (const [what, change, code = "NAT_BIRTH_RECORD"] of outOfBounds) {
  test(`not written: ${what}`, () => assert.throws(() => encodeBirthRecord({ ...sample, ...change }), { code }));
  test(`not read: ${what}`, () =>
    assert.throws(() => parseBirthRecord(plainEncoding({ ...sample, ...change })), { code: "NAT_BIRTH_RECORD" }));
}

const otherMaps: readonly [string, (map: Map<CborKey, CborValue>) => unknown][] = [
  ["another version", (map) => map.set(1, 2)],
  ["no version", (map) => map.delete(1)],
  ["an unknown field", (map) => map.set(18, 0)],
  ["a text key", (map) => map.set("note", 0)],
  ["an empty list of evidence", (map) => map.set(13, [])],
  ["an empty list of components", (map) => map.set(14, [])],
  ["evidence that is no pair", (map) => map.set(13, [["tpm2"]])],
  ["evidence with another mark than of a lifted cap", (map) => map.set(13, [["tpm2", new Uint8Array(32), 2]])],
  ["evidence of four items", (map) => map.set(13, [["tpm2", new Uint8Array(32), 1, 1]])],
  ["a profile of three", (map) => map.set(17, ["pump", 1, 2])],
  ["a serial in bytes", (map) => map.set(5, new Uint8Array(3))],
  ["a birth as text", (map) => map.set(8, "now")],
];
for (const [what, change] of otherMaps)
  test(`not read: ${what}`, () => {
    const map = new Map(decodeCbor(encodeBirthRecord(sample)) as CborMap);
    change(map);
    assert.throws(() => parseBirthRecord(encodeCbor(map)), { code: "NAT_BIRTH_RECORD" });
  });

for (const field of [2, 3, 4, 5, 8, 9, 10, 11, 12, 15, 16, 17])
  test(`not read: without field ${field}`, () => {
    const map = new Map(decodeCbor(encodeBirthRecord(sample)) as CborMap);
    map.delete(field);
    assert.throws(() => parseBirthRecord(encodeCbor(map)), { code: "NAT_BIRTH_RECORD" });
  });

test("not read: more than 16 KiB, a list instead of a map", () => {
  assert.throws(() => parseBirthRecord(new Uint8Array(16_385)), { code: "NAT_BIRTH_RECORD" });
  assert.throws(() => parseBirthRecord(encodeCbor([1])), { code: "NAT_BIRTH_RECORD" });
});
