// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { encodeUtf8, isNatalisError } from "../kernel/index.ts";
import { parseReadings, parseTimestamp } from "./readings.ts";

const read = (text: string) => [...parseReadings(encodeUtf8(text))];

test("rows come in the file's order with their lines, doubled and backward timestamps too", () => {
  const text = "timestamp,value\n2013-12-02 21:15:00,73.96\n2013-12-02 21:15:00,1e3\n1970-01-01T00:00:00.000001Z,-.5\n";
  assert.deepEqual(read(text), [
    { line: 2, time: 1_386_018_900_000_000, value: 73.96 },
    { line: 3, time: 1_386_018_900_000_000, value: 1000 },
    { line: 4, time: 1, value: -0.5 },
  ]);
});

test("name and unit come from the file where it has these columns", () => {
  const text = 'timestamp,name,unit,value\n2020-01-01 00:00:00,load,1,0.5\n2020-01-01 00:00:00,"temperature",Cel,21\n';
  assert.deepEqual(read(text), [
    { line: 2, time: 1_577_836_800_000_000, name: "load", unit: "1", value: 0.5 },
    { line: 3, time: 1_577_836_800_000_000, name: "temperature", unit: "Cel", value: 21 },
  ]);
  for (const row of ["2020-01-01 00:00:00,0.5", "2020-01-01 00:00:00,a,b,c,1", "2020-01-01 00:00:00,a,1"])
    assert.throws(() => read(`timestamp,name,unit,value\n${row}\n`), { code: "NAT_READINGS_FORM" }, row);
});

test("CRLF, quotes and a missing last line end make no difference", () => {
  const plain = read("timestamp,value\n2020-01-01 00:00:00,1\n2020-01-02 00:00:00,2\n");
  assert.deepEqual(read('timestamp,value\r\n"2020-01-01 00:00:00",1\r\n2020-01-02 00:00:00,"2"'), plain);
});

test("a header alone is a data set without rows", () => assert.deepEqual(read("timestamp,value"), []));

test("timestamps: blank or T, decimals, zones; none means UTC", () => {
  for (const text of [
    "2020-02-29 12:00:00",
    "2020-02-29T12:00:00Z",
    "2020-02-29T13:30:00.000000+01:30",
    "2020-02-29 11:00:00-01:00",
  ])
    assert.equal(parseTimestamp(text), 1_582_977_600_000_000, text);
  assert.equal(parseTimestamp("1969-12-31 23:59:59.5"), -500_000);
  assert.ok(Object.is(parseTimestamp("1970-01-01 00:00:00"), 0));
});

test("timestamps reach as far as microseconds are exact", () => {
  assert.equal(parseTimestamp("2255-06-05 23:47:34.740991"), Number.MAX_SAFE_INTEGER);
  assert.equal(parseTimestamp("1684-07-28 00:12:25.259009"), Number.MIN_SAFE_INTEGER);
  assert.throws(() => parseTimestamp("1684-07-28 00:12:25.259008"), { code: "NAT_READINGS_FORM" });
});

test("every instant is read as the one that was written, in whatever zone", () => {
  const instants = fc.date({
    min: new Date("1700-01-01T00:00:00Z"),
    max: new Date("2250-01-01T00:00:00Z"),
    noInvalidDate: true,
  });
  const offsets = fc.integer({ min: -1439, max: 1439 });
  fc.assert(
    fc.property(instants, offsets, fc.nat(999), (instant, offset, microseconds) => {
      const local = new Date(instant.getTime() + 60_000 * offset).toISOString().slice(0, 23);
      const two = (value: number) => String(value).padStart(2, "0");
      const zone = `${offset < 0 ? "-" : "+"}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
      const text = `${local}${String(microseconds).padStart(3, "0")}${zone}`;
      assert.equal(parseTimestamp(text), instant.getTime() * 1000 + microseconds, text);
    }),
  );
});

const badTimestamps = [
  "",
  "2020-02-30 00:00:00",
  "2021-02-29 00:00:00",
  "2020-13-01 00:00:00",
  "2020-01-01 24:00:00",
  "2020-01-01 23:59:60",
  "2020-01-01",
  "2020-01-01 00:00",
  "2020-01-01 00:00:00.1234567",
  "2020-01-01 00:00:00 Z",
  "2020-01-01  00:00:00",
  "2020-01-01 00:00:00+24:00",
  "2020-01-01 00:00:00+01:60",
  "2020-1-1 00:00:00",
  "01/02/2020 00:00:00",
  "1577836800",
  "2255-06-05 23:47:34.740992",
  "9999-12-31 23:59:59",
  "0001-01-01 00:00:00",
];
for (const text of badTimestamps)
  test(`refused as a timestamp: ${JSON.stringify(text)}`, () =>
    assert.throws(() => parseTimestamp(text), { name: "NatalisError", code: "NAT_READINGS_FORM" }));

const badFiles: readonly [title: string, text: string, detail: RegExp][] = [
  ["nothing", "", /line 1/],
  ["another header", "time,value\n", /line 1/],
  ["a byte order mark", "\ufefftimestamp,value\n", /line 1/],
  ["one field", "timestamp,value\n2020-01-01 00:00:00\n", /line 2/],
  ["three fields", "timestamp,value\n2020-01-01 00:00:00,1,2\n", /line 2/],
  ["an empty line", "timestamp,value\n2020-01-01 00:00:00,1\n\n2020-01-01 00:00:00,1\n", /line 3/],
  ["no value", "timestamp,value\n2020-01-01 00:00:00,\n", /line 2/],
  ["a blank before the value", "timestamp,value\n2020-01-01 00:00:00, 1\n", /line 2/],
  ["NaN", "timestamp,value\n2020-01-01 00:00:00,NaN\n", /line 2/],
  ["hexadecimal", "timestamp,value\n2020-01-01 00:00:00,0x10\n", /line 2/],
  ["too large a number", "timestamp,value\n2020-01-01 00:00:00,1e999\n", /line 2/],
  ["-0", "timestamp,value\n2020-01-01 00:00:00,-0.0\n", /line 2.*-0/],
  ["a bad date", "timestamp,value\n2020-01-01 00:00:00,1\n2020-02-30 00:00:00,1\n", /line 3/],
  ["an open quote", 'timestamp,value\n"2020-01-01 00:00:00,1\n', /line 2/],
  ["a quote inside", 'timestamp,value\n2020-01-01 "00":00:00,1\n', /line 2/],
  ["an endless line", `timestamp,value\n2020-01-01 00:00:00,1${"0".repeat(600)}\n`, /line 2/],
];
for (const [title, text, detail] of badFiles)
  test(`refused in a file: ${title}`, () =>
    assert.throws(() => read(text), { name: "NatalisError", code: "NAT_READINGS_FORM", detail }));

test("refused: too large a file, and bytes that are not UTF-8", () => {
  assert.throws(() => parseReadings(new Uint8Array(11), 10), { code: "NAT_READINGS_SIZE" });
  assert.throws(() => parseReadings(Uint8Array.of(0xff)), { code: "NAT_BYTES_UTF8" });
});

test("a file and a line may be as long as allowed, and no longer", () => {
  const file = encodeUtf8("timestamp,value\n2020-01-01 00:00:00,1\n");
  assert.equal([...parseReadings(file, file.length)].length, 1);
  assert.throws(() => parseReadings(file, file.length - 1), { code: "NAT_READINGS_SIZE" });
  const line = (length: number) => `2020-01-01 00:00:00,${"1".padStart(length - 20, "0")}`;
  assert.deepEqual(
    read(`timestamp,value\n${line(512)}\n`).map(({ value }) => value),
    [1],
  );
  assert.throws(() => read(`timestamp,value\n${line(513)}\n`), {
    code: "NAT_READINGS_FORM",
    detail: "line 2: 513 characters",
  });
});

test("the largest offsets of a zone", () => {
  assert.equal(parseTimestamp("2020-01-02 23:59:00+23:59"), Date.UTC(2020, 0, 2) * 1000);
  assert.equal(parseTimestamp("2020-01-01 00:01:00-23:59"), Date.UTC(2020, 0, 2) * 1000);
  for (const zone of ["+24:00", "-24:00", "+00:60", "+23:60", "+1:00", "+0100", "z", "+01:00Z"])
    assert.throws(() => parseTimestamp(`2020-01-01 00:00:00${zone}`), { code: "NAT_READINGS_FORM" }, zone);
});

test("numbers are read as float64 reads them, to the last bit", () => {
  const value = (text: string) => read(`timestamp,value\n2020-01-01 00:00:00,${text}\n`)[0]?.value;
  for (const [text, expected] of [
    ["0", 0],
    ["-1", -1],
    ["+1", 1],
    ["1.", 1],
    [".5", 0.5],
    ["1E-2", 0.01],
    ["5e-324", Number.MIN_VALUE],
    ["1.7976931348623157e308", Number.MAX_VALUE],
    ["9007199254740993", 9_007_199_254_740_992],
  ] as const)
    assert.equal(value(text), expected, text);
  for (const text of ["-0", "-0.0", "-1e-400", "1e309", "1_000", "1,5", "Infinity", "--1", "1e", "e1", ".", "1 ", "０"])
    assert.throws(() => value(text), { code: "NAT_READINGS_FORM" }, text);
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
      if (!Object.is(number, -0)) assert.equal(value(String(number)), number);
    }),
  );
});

test("any text is read or refused by the catalogue", () => {
  const pieces = fc.constantFrom(
    "timestamp,value\n",
    "2020-01-01 00:00:00",
    ",",
    "1.5",
    "\n",
    "\r\n",
    '"',
    "-",
    "x",
    "\0",
  );
  fc.assert(
    fc.property(fc.array(pieces), (parts) => {
      try {
        for (const { time, value } of read(parts.join("")))
          assert.ok(Number.isSafeInteger(time) && Number.isFinite(value));
      } catch (error) {
        assert.ok(isNatalisError(error), String(error));
      }
    }),
    { numRuns: 500 },
  );
});
