// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { oids } from "natalis/formats";
import type { z } from "zod";
import {
  type Demands,
  instantSchema,
  isByInternetName,
  nameSchema,
  nameText,
  oidSchema,
  purposeSchema,
  purposeText,
  takesUnnamedPurpose,
} from "./demands.ts";

function messageOf(schema: z.ZodType, given: unknown): string {
  const { success, error } = schema.safeParse(given);
  assert.equal(success, false, JSON.stringify(given));
  return error?.issues.map(({ message }) => message).join("; ") ?? "";
}

suite("purposes", () => {
  test("by word, by OID, or any", () => {
    assert.equal(purposeSchema.parse("clientAuth"), oids.clientAuth);
    assert.equal(purposeSchema.parse("ocspSigning"), oids.ocspSigning);
    assert.equal(purposeSchema.parse("1.2.840.113635.100.4.3"), "1.2.840.113635.100.4.3");
    assert.equal(purposeSchema.parse("any"), undefined);
  });

  for (const word of ["", "clientauth", "constructor", "toString", "1.2.03", "3.1", "1"])
    test(`${JSON.stringify(word)} is none`, () =>
      assert.match(messageOf(purposeSchema, word), /^not one of clientAuth/));

  test("in words again", () => {
    assert.equal(purposeText(oids.serverAuth), "serverAuth (1.3.6.1.5.5.7.3.1)");
    assert.equal(purposeText("1.2.3"), "1.2.3");
    assert.equal(purposeText(undefined), "any");
  });

  test("only TLS takes a certificate that lists none", () => {
    const taken = [oids.clientAuth, oids.serverAuth, oids.codeSigning, "1.2.3", undefined].map(takesUnnamedPurpose);
    assert.deepEqual(taken, [true, true, false, false, false]);
  });
});

suite("instants", () => {
  const read: readonly [string, string][] = [
    ["2026-07-01T12:00:00Z", "2026-07-01T12:00:00.000Z"],
    ["2026-07-01T12:00:00.25Z", "2026-07-01T12:00:00.250Z"],
    ["2026-07-01T12:00:00+02:00", "2026-07-01T10:00:00.000Z"],
    ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000Z"],
  ];
  for (const [text, instant] of read) test(text, () => assert.equal(instantSchema.parse(text).toISOString(), instant));

  const refused = ["", "now", "2026-07-01", "2026-07-01T12:00:00", "2026-02-30T00:00:00Z", "2026-07-01T24:00:00Z"];
  for (const text of [...refused, "2026-07-01 12:00:00Z", "2026-07-01T12:00:00+99:00", " 2026-07-01T12:00:00Z"])
    test(`not ${JSON.stringify(text)}`, () => assert.match(messageOf(instantSchema, text), /^not a time such as/));
});

suite("names", () => {
  const read = [
    [{ dns: "a.example" }, { dns: "a.example" }, "dns:a.example"],
    [{ ip: "::1", dns: null }, { ip: "::1" }, "ip:::1"],
    [{ email: "a@b.example" }, { email: "a@b.example" }, "email:a@b.example"],
    [{ uri: "urn:uuid:1" }, { uri: "urn:uuid:1" }, "uri:urn:uuid:1"],
    [{ serial: "SN-1" }, { serialNumber: "SN-1" }, "serial:SN-1"],
  ] as const;
  for (const [given, name, text] of read)
    test(text, () => {
      assert.deepEqual(nameSchema.parse(given), name);
      assert.equal(nameText(nameSchema.parse(given)), text);
    });

  for (const given of [
    {},
    { dns: "a", ip: "::1" },
    { dns: "" },
    { dns: 1 },
    { host: "a" },
    "dns:a",
    null,
    { dns: null },
  ])
    test(`not ${JSON.stringify(given)}`, () => assert.notEqual(messageOf(nameSchema, given), ""));
});

test("object identifiers in dotted form", () => {
  for (const oid of ["1.2.3", "2.999", "2.25.329800735698586629295641978511506172918", "0.0"])
    assert.equal(oidSchema.parse(oid), oid);
  for (const oid of ["", "1", "1.2.", "1.40", "1.2.x", "1.2.-3", `1.2.${"1".repeat(200)}`])
    assert.notEqual(messageOf(oidSchema, oid), "");
});

test("the name of a server or a mailbox makes its authorities answer for more", () => {
  const usual: Demands = { names: [], policies: {}, revocation: "off", legacy: false };
  const asked: readonly [Partial<Demands>, boolean][] = [
    [{}, false],
    [{ purpose: oids.clientAuth }, false],
    [{ purpose: oids.serverAuth }, false],
    [{ names: [{ uri: "urn:x" }, { serialNumber: "1" }] }, false],
    [{ names: [{ serialNumber: "1" }, { email: "a@b.example" }] }, true],
    [{ names: [{ uri: "urn:x" }, { dns: "a.example" }] }, true],
    [{ names: [{ ip: "::1" }] }, true],
  ];
  for (const [demands, is] of asked)
    assert.equal(isByInternetName({ ...usual, ...demands }), is, JSON.stringify(demands));
});
