// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { concatBytes, equalBytes, fromHex, isNatalisError, toHex } from "../../kernel/index.ts";
import {
  DerReader,
  encodeGeneralizedTime,
  encodeInteger,
  encodeSequence,
  encodeTagLengthValue,
  encodeTime,
  tags,
} from "../der/index.ts";
import { encodeExtensions, type Extension } from "./extension.ts";
import { encodeGeneralNames } from "./general-name.ts";
import { encodeName, parseName } from "./name.ts";
import { oids } from "./object-identifiers.ts";
import { type RevokedCertificate, readRevokedCertificate } from "./revoked-certificate.ts";
import { noEntries, readRevokedEntries } from "./revoked-entries.ts";

const date = new Date("2026-01-31T23:59:59Z");
const serial = (...octets: number[]) => encodeTagLengthValue(tags.integer, Uint8Array.from(octets));
const reason = (code: number): Extension => ({
  oid: oids.reasonCode,
  critical: false,
  value: encodeInteger(code, tags.enumerated),
});
const issuer = (name: string): Extension => {
  const value = parseName(encodeName([{ oid: oids.commonName, value: name }]));
  return { oid: oids.certificateIssuer, critical: true, value: encodeGeneralNames([{ kind: "directoryName", value }]) };
};
const entry = (number: Uint8Array, ...extensions: Extension[]) =>
  encodeSequence(number, encodeTime(date), ...(extensions.length === 0 ? [] : [encodeExtensions(extensions)]));
const read = (...entries: Uint8Array[]) => readRevokedEntries(concatBytes(...entries), 2);

/** Whom an entry is about, by the common name. */
function issuerOf({ certificateIssuer }: RevokedCertificate): string | undefined {
  const [first] = certificateIssuer ?? [];
  return first?.kind === "directoryName" ? first.value.relativeNames[0]?.[0]?.value : undefined;
}

test("an entry is found by its serial number and read alone", () => {
  const entries = read(entry(serial(5)), entry(serial(6), reason(1)), entry(serial(0x80)));
  assert.equal(entries.length, 3);
  assert.deepEqual(entries.find(Uint8Array.of(6)), [
    { serialNumber: Uint8Array.of(6), revocationDate: date, extensions: [reason(1)], reason: 1 },
  ]);
  assert.deepEqual(entries.find(Uint8Array.of(7)), []);
  assert.deepEqual(entries.find(Uint8Array.of(0x80))[0]?.serialNumber, Uint8Array.of(0x80));
  assert.equal(entries.repeats, false);
  assert.equal(entries.nameIssuers, false);
});

test("nothing is found where there is nothing", () => {
  assert.deepEqual([noEntries.length, noEntries.all(), noEntries.find(Uint8Array.of(1))], [0, [], []]);
  assert.equal(noEntries.repeats, false);
});

test("two entries of one serial number are both found, in their order, and told", () => {
  const entries = read(entry(serial(5), reason(6)), entry(serial(4)), entry(serial(5), reason(1)));
  assert.deepEqual(
    entries.find(Uint8Array.of(5)).map((found) => found.reason),
    [6, 1],
  );
  assert.equal(entries.repeats, true);
});

test("an issuer holds on until another is named (5.3.3)", () => {
  const entries = read(
    entry(serial(1)),
    entry(serial(2), issuer("A")),
    entry(serial(3), reason(1)),
    entry(serial(4), issuer("B")),
    entry(serial(2)),
    entry(serial(5), issuer("A")),
    entry(serial(6)),
  );
  assert.deepEqual(entries.all().map(issuerOf), [undefined, "A", "A", "B", "B", "A", "A"]);
  assert.deepEqual(entries.find(Uint8Array.of(2)).map(issuerOf), ["A", "B"]);
  assert.equal(entries.nameIssuers, true);
  assert.deepEqual(entries.criticalExtensions, new Set([oids.certificateIssuer]));
});

test("one serial number of two issuers is no repetition, of one issuer named twice it is", () => {
  assert.equal(read(entry(serial(2), issuer("A")), entry(serial(2), issuer("B"))).repeats, false);
  assert.equal(read(entry(serial(2)), entry(serial(2), issuer("B"))).repeats, false);
  assert.equal(
    read(entry(serial(2), issuer("A")), entry(serial(3), issuer("B")), entry(serial(2), issuer("A"))).repeats,
    true,
  );
});

test("critical extensions of any entry are told", () => {
  const unknown: Extension = { oid: "1.2.3", critical: true, value: new Uint8Array() };
  assert.deepEqual(read(entry(serial(1)), entry(serial(2), unknown)).criticalExtensions, new Set(["1.2.3"]));
  assert.deepEqual(read(entry(serial(2), { ...unknown, critical: false })).criticalExtensions, new Set());
});

test("entries made to share a hash cost no more, and count as a repetition", () => {
  const sameHash = collidingSerials(40);
  const entries = read(...sameHash.map((octets) => entry(serial(...octets))));
  assert.equal(entries.repeats, true);
  for (const octets of sameHash) assert.equal(entries.find(octets).length, 1);
  const few = read(...sameHash.slice(0, 20).map((octets) => entry(serial(...octets))));
  assert.equal(few.repeats, false);
});

/** Serial numbers of one chain of the index, which folds FNV-1a onto a table of 64 places at that many entries. */
function collidingSerials(count: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let i = 0; found.length < count; i++) {
    const octets = Uint8Array.of(0x40, i >> 16, i >> 8, i);
    let hash = 0x811c9dc5;
    for (const octet of octets) hash = Math.imul(hash ^ octet, 0x01000193);
    if (((hash ^ (hash >>> 15)) & 63) === 7) found.push(octets);
  }
  return found;
}

const hex = (text: string) => fromHex(text.replaceAll(" ", ""));
const utc = "170d3236303133313233353935395a";

describe("refused", () => {
  for (const [what, content, version, code] of [
    ["no entry at all", hex(""), 2, "NAT_X509_REVOKED"],
    ["what is no entry", hex("0500"), 2, "NAT_DER_TAG"],
    ["an entry that ends beyond the list", hex(`3013 020105 ${utc}`), 2, "NAT_DER_TRUNCATED"],
    ["a serial number without octets", hex(`3011 0200 ${utc}`), 2, "NAT_DER_INTEGER"],
    ["a serial number that is padded", hex(`3013 02020005 ${utc}`), 2, "NAT_DER_INTEGER"],
    ["a negative one that is padded", hex(`3013 0202ff85 ${utc}`), 2, "NAT_DER_INTEGER"],
    ["a serial number of 21 octets", hex(`3026 0215${"11".repeat(21)} ${utc}`), 2, "NAT_X509_REVOKED"],
    ["month 13", hex("3012 020105 170d3236313333313233353935395a"), 2, "NAT_DER_TIME"],
    ["30 February", hex("3012 020105 170d3236303233303233353935395a"), 2, "NAT_DER_TIME"],
    ["hour 24", hex("3012 020105 170d3236303130313234353935395a"), 2, "NAT_DER_TIME"],
    ["a time with no digit", hex("3012 020105 170d32363031303132333539353a5a"), 2, "NAT_DER_TIME"],
    ["a time of another zone", hex("3012 020105 170d32363031303132333539353959"), 2, "NAT_DER_TIME"],
    ["no time", hex("3003 020105"), 2, "NAT_DER_TAG"],
    ["a reason in version 1", hex(`3020 020105 ${utc} 300c300a0603551d1504030a0101`), 1, "NAT_X509_VERSION"],
    ["reason 7", hex(`3020 020105 ${utc} 300c300a0603551d1504030a0107`), 2, "NAT_X509_REVOKED"],
    ["reason 11", hex(`3020 020105 ${utc} 300c300a0603551d1504030a010b`), 2, "NAT_X509_REVOKED"],
    ["a length in long form", hex(`308112 020105 ${utc}`), 2, "NAT_DER_LENGTH"],
    [
      "something after the extensions",
      hex(`3022 020105 ${utc} 300c300a0603551d1504030a0101 0500`),
      2,
      "NAT_DER_TRAILING",
    ],
    ["an issuer without names", hex(`301f 020105 ${utc} 300b30090603551d1d04023000`), 2, "NAT_X509_GENERAL_NAME"],
  ] as const)
    test(what, () =>
      assert.throws(
        () => readRevokedEntries(content, version),
        (error) => isNatalisError(error, code),
      ),
    );
});

/** Common entries, uncommon ones, and broken ones. */
const anyEntry = fc
  .record({
    octets: fc.uint8Array({ minLength: 0, maxLength: 22 }),
    at: fc.date({ min: new Date("1950-01-01T00:00:00Z"), max: new Date("2060-01-01T00:00:00Z"), noInvalidDate: true }),
    generalized: fc.boolean(),
    reason: fc.option(fc.nat(12), { nil: undefined }),
    flip: fc.option(fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 255 })), { nil: undefined }),
  })
  .map((made) => {
    const at = new Date(Math.floor(made.at.getTime() / 1000) * 1000);
    const time = made.generalized ? encodeGeneralizedTime(at) : encodeTime(at);
    const extensions = made.reason === undefined ? [] : [encodeExtensions([reason(made.reason)])];
    const bytes = encodeSequence(serial(...made.octets), time, ...extensions);
    const [place, mask] = made.flip ?? [0, 0];
    return bytes.map((octet, i) => (i === place % bytes.length ? octet ^ mask : octet));
  });

/** What reading every entry in full, one after another, makes of it. */
function readPlainly(content: Uint8Array): RevokedCertificate[] {
  const entries: RevokedCertificate[] = [];
  for (const reader = new DerReader(content); reader.remaining > 0; )
    entries.push(readRevokedCertificate(reader.enter(), 2));
  return entries;
}

test("common entries are checked as strictly as reading them in full would, and found alike", () => {
  fc.assert(
    fc.property(fc.array(anyEntry, { minLength: 1, maxLength: 6 }), (entries) => {
      const content = concatBytes(...entries);
      const plainly = outcome(() => readPlainly(content));
      const found = outcome(() => readRevokedEntries(content, 2).all());
      assert.deepEqual(found, plainly);
      if (typeof plainly === "string") return;
      const index = readRevokedEntries(content, 2);
      for (const { serialNumber } of plainly)
        assert.deepEqual(
          index.find(serialNumber),
          plainly.filter((other) => equalBytes(other.serialNumber, serialNumber)),
        );
      assert.equal(
        index.repeats,
        new Set(plainly.map(({ serialNumber }) => toHex(serialNumber))).size < plainly.length,
      );
    }),
    { numRuns: 2000 },
  );
});

function outcome(act: () => readonly RevokedCertificate[]): readonly RevokedCertificate[] | string {
  try {
    return act();
  } catch (error) {
    assert.ok(isNatalisError(error), String(error));
    return error.code;
  }
}
