// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { encodeUtf8, isNatalisError } from "../../kernel/index.ts";
import { readExactly } from "./reader.ts";
import { tags } from "./tags.ts";
import { encodeTagLengthValue } from "./writer.ts";

const { utcTime, generalizedTime } = tags;
const read = (tag: number, text: string) =>
  readExactly(encodeTagLengthValue(tag, encodeUtf8(text)), (reader) => reader.time());

describe("accepted", () => {
  for (const [tag, text, instant] of [
    [utcTime, "500101000000Z", "1950-01-01T00:00:00.000Z"],
    [utcTime, "991231235959Z", "1999-12-31T23:59:59.000Z"],
    [utcTime, "000101000000Z", "2000-01-01T00:00:00.000Z"],
    [utcTime, "491231235959Z", "2049-12-31T23:59:59.000Z"],
    [utcTime, "240229120000Z", "2024-02-29T12:00:00.000Z"],
    [generalizedTime, "20500101000000Z", "2050-01-01T00:00:00.000Z"],
    [generalizedTime, "20020101120100Z", "2002-01-01T12:01:00.000Z"],
    [generalizedTime, "99991231235959Z", "9999-12-31T23:59:59.000Z"],
    [generalizedTime, "01000228000000Z", "0100-02-28T00:00:00.000Z"],
    [generalizedTime, "00990228000000Z", "0099-02-28T00:00:00.000Z"],
    [generalizedTime, "00000101000000Z", "0000-01-01T00:00:00.000Z"],
    [generalizedTime, "00000229000000Z", "0000-02-29T00:00:00.000Z"],
  ] as const)
    test(`${text} as ${instant}`, () => assert.equal(read(tag, text).toISOString(), instant));
});

describe("refused", () => {
  for (const [tag, text] of [
    [utcTime, ""],
    [utcTime, "Z"],
    [utcTime, "2601010000Z"],
    [utcTime, "260101000000"],
    [utcTime, "260101000000z"],
    [utcTime, "260101000000+0000"],
    [utcTime, "20260101000000Z"],
    [utcTime, "260001000000Z"],
    [utcTime, "261301000000Z"],
    [utcTime, "260100000000Z"],
    [utcTime, "260132000000Z"],
    [utcTime, "250229000000Z"],
    [utcTime, "260431000000Z"],
    [utcTime, "260101240000Z"],
    [utcTime, "260101006000Z"],
    [utcTime, "260101000060Z"],
    [utcTime, "2601010000 0Z"],
    [utcTime, "26010100000:Z"],
    [utcTime, "-60101000000Z"],
    [generalizedTime, "260101000000Z"],
    [generalizedTime, "20260101000000"],
    [generalizedTime, "20260101000000.5Z"],
    [generalizedTime, "20260101000000+0100"],
    [generalizedTime, "202601010000Z"],
    [generalizedTime, "21000229000000Z"],
    [generalizedTime, "00010229000000Z"],
    [generalizedTime, "2026/1/1000000Z"],
  ] as const)
    test(JSON.stringify(text), () =>
      assert.throws(
        () => read(tag, text),
        (error) => isNatalisError(error, "NAT_DER_TIME"),
      ),
    );
});
