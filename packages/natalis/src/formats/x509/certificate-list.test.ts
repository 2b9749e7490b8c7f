// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { concatBytes, fromHex, isNatalisError } from "../../kernel/index.ts";
import { algorithms } from "../algorithms.ts";
import {
  encodeInteger,
  encodeNull,
  encodeOctetString,
  encodeSequence,
  encodeTagged,
  encodeTime,
  encodeUtf8String,
} from "../der/index.ts";
import {
  encodeCrlNumber,
  encodeTbsCertificateList,
  parseCertificateList,
  type TbsCertificateListFields,
} from "./certificate-list.ts";
import { encodeExtensions } from "./extension.ts";
import { encodeName } from "./name.ts";
import { oids } from "./object-identifiers.ts";
import { crlReasons } from "./revoked-certificate.ts";
import { assembleSigned } from "./signed.ts";

const { signatureIdentifier } = algorithms.ES256;
const signature = Uint8Array.of(1, 2, 3);
const issuer = encodeName([{ oid: oids.commonName, value: "Root" }]);
const [thisUpdate, nextUpdate] = [new Date("2026-01-01T00:00:00Z"), new Date("2026-01-08T00:00:00Z")];
const fields: TbsCertificateListFields = {
  signatureIdentifier,
  issuer,
  thisUpdate,
  nextUpdate,
  revoked: [
    { serialNumber: fromHex("4a01"), revocationDate: thisUpdate },
    { serialNumber: fromHex("4a02"), revocationDate: thisUpdate, reason: crlReasons.keyCompromise },
    {
      serialNumber: fromHex("4a03"),
      revocationDate: thisUpdate,
      reason: 6,
      invalidityDate: new Date("2025-12-24T18:00:00Z"),
    },
  ],
  extensions: [{ oid: oids.crlNumber, critical: false, value: encodeCrlNumber(1n << 64n) }],
};
const list = (tbs: Uint8Array) => assembleSigned(tbs, signatureIdentifier, signature);

const entry = (...parts: readonly Uint8Array[]) => encodeSequence(encodeInteger(5), encodeTime(thisUpdate), ...parts);
const entryExtension = (oid: string, value: Uint8Array, critical = false) =>
  encodeSequence(entry(encodeExtensions([{ oid, critical, value }])));

/** The fields of a TBSCertList one by one, so that a test may put another in the place of any. */
const parts = {
  version: encodeInteger(1),
  signature: signatureIdentifier,
  issuer,
  thisUpdate: encodeTime(thisUpdate),
  nextUpdate: encodeTime(nextUpdate),
  revoked: encodeSequence(entry()),
  extensions: encodeTagged(0, encodeExtensions(fields.extensions)),
};
const withParts = (changed: Partial<typeof parts>) => list(encodeSequence(...Object.values({ ...parts, ...changed })));

const nothing = new Uint8Array();

test("a list reads as it was written", () => {
  const tbs = encodeTbsCertificateList(fields);
  const read = parseCertificateList(list(tbs));
  assert.deepEqual(read.tbs, tbs);
  assert.deepEqual(read.signatureIdentifier, signatureIdentifier);
  assert.deepEqual(read.signature, signature);
  assert.deepEqual(read.issuer.der, issuer);
  assert.deepEqual([read.thisUpdate, read.nextUpdate], [thisUpdate, nextUpdate]);
  assert.deepEqual(read.extensions, fields.extensions);
  assert.equal(read.number, 1n << 64n);
  assert.deepEqual(
    read.revoked.map((entry) => Object.fromEntries(Object.entries(entry).filter(([name]) => name !== "extensions"))),
    fields.revoked,
  );
  assert.deepEqual(
    read.revoked.map(({ extensions }) => extensions.length),
    [0, 1, 2],
  );
});

test("serial numbers of 20 octets and every reason are written and read", () => {
  const revoked = Object.values(crlReasons)
    .filter((reason) => reason !== crlReasons.unspecified)
    .map((reason, i) => ({ serialNumber: new Uint8Array(20).fill(0x10 + i), revocationDate: thisUpdate, reason }));
  const read = parseCertificateList(list(encodeTbsCertificateList({ ...fields, revoked })));
  assert.deepEqual(
    read.revoked.map(({ serialNumber, reason }) => [serialNumber, reason]),
    revoked.map(({ serialNumber, reason }) => [serialNumber, reason]),
  );
});

test("an empty list leaves the field out, and reason unspecified its extension", () => {
  const empty = parseCertificateList(list(encodeTbsCertificateList({ ...fields, revoked: [] })));
  assert.deepEqual(empty.revoked, []);
  const revoked = [{ serialNumber: fromHex("01"), revocationDate: thisUpdate, reason: crlReasons.unspecified }];
  const unspecified = parseCertificateList(list(encodeTbsCertificateList({ ...fields, revoked })));
  assert.deepEqual(unspecified.revoked[0]?.extensions, []);
});

test("a hundred thousand entries, and the caller's own cap", () => {
  const revoked = Array.from({ length: 100_000 }, (_, i) => ({
    serialNumber: Uint8Array.of(0x40, i >> 16, i >> 8, i),
    revocationDate: thisUpdate,
  }));
  const der = list(encodeTbsCertificateList({ ...fields, revoked }));
  const { entries, ...read } = parseCertificateList(der);
  assert.equal(read.revoked.length, revoked.length);
  assert.equal(entries.length, revoked.length);
  assert.equal(entries.find(Uint8Array.of(0x40, 1, 0, 0)).length, 1);
  assert.throws(
    () => parseCertificateList(der, 1 << 20),
    (error) => isNatalisError(error, "NAT_DER_SIZE"),
  );
});

describe("legal lists that are not ours are read", () => {
  test("version 1", () => {
    const read = parseCertificateList(withParts({ version: nothing, extensions: nothing }));
    assert.deepEqual([read.version, read.extensions], [1, []]);
    assert.equal(read.number, undefined);
  });
  test("a delta, with the number of its base", () => {
    const base = { oid: oids.deltaCrlIndicator, critical: true, value: encodeInteger(7) };
    const read = parseCertificateList(
      withParts({ extensions: encodeTagged(0, encodeExtensions([...fields.extensions, base])) }),
    );
    assert.deepEqual([read.version, read.number, read.baseNumber], [2, 1n << 64n, 7n]);
  });
  test("no next update", () => {
    assert.equal(parseCertificateList(withParts({ nextUpdate: nothing })).nextUpdate, undefined);
  });
  test("neither next update, entries nor extensions", () => {
    const read = parseCertificateList(withParts({ nextUpdate: nothing, revoked: nothing, extensions: nothing }));
    assert.deepEqual([read.nextUpdate, read.revoked, read.extensions], [undefined, [], []]);
  });
  test("an entry for a negative serial number (PKITS 4.4.14)", () => {
    const revoked = encodeSequence(encodeSequence(encodeInteger(-1), encodeTime(thisUpdate)));
    assert.deepEqual(parseCertificateList(withParts({ revoked })).revoked[0]?.serialNumber, Uint8Array.of(0xff));
  });
  test("reason unspecified written out", () => {
    const revoked = entryExtension(oids.reasonCode, fromHex("0a0100"));
    assert.equal(parseCertificateList(withParts({ revoked })).revoked[0]?.reason, 0);
  });
  test("a critical entry extension that we do not know is kept", () => {
    const revoked = entryExtension("1.2.3", nothing, true);
    assert.deepEqual(parseCertificateList(withParts({ revoked })).revoked[0]?.extensions, [
      { oid: "1.2.3", critical: true, value: nothing },
    ]);
  });
});

describe("refused", () => {
  const twice = encodeExtensions([
    { oid: oids.reasonCode, critical: false, value: fromHex("0a0101") },
    { oid: "1.2.3", critical: false, value: nothing },
  ]);
  for (const [what, der, code] of [
    ["bytes after it", concatBytes(withParts({}), Uint8Array.of(0)), "NAT_DER_TRAILING"],
    ["version 1 written out", withParts({ version: encodeInteger(0) }), "NAT_X509_VERSION"],
    ["version 3", withParts({ version: encodeInteger(2) }), "NAT_X509_VERSION"],
    ["another algorithm inside", withParts({ signature: algorithms.EdDSA.signatureIdentifier }), "NAT_X509_ALGORITHM"],
    ["an empty issuer", withParts({ issuer: encodeName([]) }), "NAT_X509_NAME"],
    ["no time", withParts({ thisUpdate: nothing, nextUpdate: nothing }), "NAT_DER_TAG"],
    [
      "a time that does not exist",
      withParts({ nextUpdate: fromHex("170d3236303233303030303030305a") }),
      "NAT_DER_TIME",
    ],
    ["an empty list of entries", withParts({ revoked: encodeSequence() }), "NAT_X509_REVOKED"],
    [
      "an entry without a date",
      withParts({ revoked: encodeSequence(encodeSequence(encodeInteger(5))) }),
      "NAT_DER_TAG",
    ],
    [
      "a serial number of 21 octets",
      withParts({ revoked: encodeSequence(encodeSequence(encodeInteger(1n << 160n), encodeTime(thisUpdate))) }),
      "NAT_X509_REVOKED",
    ],
    [
      "entry extensions in version 1",
      withParts({ version: nothing, extensions: nothing, revoked: encodeSequence(entry(twice)) }),
      "NAT_X509_VERSION",
    ],
    [
      "an empty list of entry extensions",
      withParts({ revoked: encodeSequence(entry(encodeSequence())) }),
      "NAT_X509_EXTENSIONS",
    ],
    ["two lists of entry extensions", withParts({ revoked: encodeSequence(entry(twice, twice)) }), "NAT_DER_TRAILING"],
    ["extensions in version 1", withParts({ version: nothing }), "NAT_X509_VERSION"],
    [
      "an empty list of extensions",
      withParts({ extensions: encodeTagged(0, encodeSequence()) }),
      "NAT_X509_EXTENSIONS",
    ],
    [
      "a field after the extensions",
      withParts({ extensions: concatBytes(parts.extensions, encodeNull()) }),
      "NAT_DER_TRAILING",
    ],
    [
      "a value beside the extensions, under their tag",
      withParts({ extensions: encodeTagged(0, concatBytes(encodeExtensions(fields.extensions), encodeNull())) }),
      "NAT_DER_TRAILING",
    ],
    ["reason 7", withParts({ revoked: entryExtension(oids.reasonCode, fromHex("0a0107")) }), "NAT_X509_REVOKED"],
    ["reason 11", withParts({ revoked: entryExtension(oids.reasonCode, fromHex("0a010b")) }), "NAT_X509_REVOKED"],
    ["a reason as INTEGER", withParts({ revoked: entryExtension(oids.reasonCode, encodeInteger(1)) }), "NAT_DER_TAG"],
    [
      "an invalidity date as UTCTime",
      withParts({ revoked: entryExtension(oids.invalidityDate, encodeTime(thisUpdate)) }),
      "NAT_DER_TAG",
    ],
    [
      "a CRL number that is negative",
      withParts({
        extensions: encodeTagged(
          0,
          encodeExtensions([{ oid: oids.crlNumber, critical: false, value: encodeInteger(-1) }]),
        ),
      }),
      "NAT_DER_INTEGER",
    ],
    [
      "a base number that is negative",
      withParts({
        extensions: encodeTagged(
          0,
          encodeExtensions([{ oid: oids.deltaCrlIndicator, critical: true, value: encodeInteger(-1) }]),
        ),
      }),
      "NAT_DER_INTEGER",
    ],
    [
      "a CRL number that is no number",
      withParts({
        extensions: encodeTagged(
          0,
          encodeExtensions([{ oid: oids.crlNumber, critical: false, value: encodeUtf8String("1") }]),
        ),
      }),
      "NAT_DER_TAG",
    ],
    [
      "a CRL number of 21 octets",
      withParts({
        extensions: encodeTagged(
          0,
          encodeExtensions([{ oid: oids.crlNumber, critical: false, value: encodeInteger(1n << 160n) }]),
        ),
      }),
      "NAT_DER_INTEGER",
    ],
    [
      "a signature that is an OCTET STRING",
      encodeSequence(encodeSequence(...Object.values(parts)), signatureIdentifier, encodeOctetString(signature)),
      "NAT_DER_TAG",
    ],
  ] as const)
    test(what, () =>
      assert.throws(
        () => parseCertificateList(der),
        (error) => isNatalisError(error, code),
      ),
    );
});

describe("not written", () => {
  const [first] = fields.revoked;
  for (const [what, changed, code] of [
    ["no extensions", { extensions: [] }, "NAT_X509_EXTENSIONS"],
    ["reason 7", { revoked: [{ ...first, reason: 7 }] }, "NAT_X509_REVOKED"],
    ["reason 11", { revoked: [{ ...first, reason: 11 }] }, "NAT_X509_REVOKED"],
    ["reason -1", { revoked: [{ ...first, reason: -1 }] }, "NAT_X509_REVOKED"],
    [
      "a serial number of 20 octets that needs one more for its sign",
      { revoked: [{ ...first, serialNumber: fromHex("80".repeat(20)) }] },
      "NAT_X509_REVOKED",
    ],
    ["reason 1.5", { revoked: [{ ...first, reason: 1.5 }] }, "NAT_X509_REVOKED"],
    [
      "a serial number of 21 octets",
      { revoked: [{ ...first, serialNumber: fromHex("01".repeat(21)) }] },
      "NAT_X509_REVOKED",
    ],
    ["a fraction of a second", { revoked: [{ ...first, revocationDate: new Date(1) }] }, "NAT_DER_TIME"],
  ] as const)
    test(what, () =>
      assert.throws(
        () => encodeTbsCertificateList({ ...fields, ...changed } as TbsCertificateListFields),
        (error) => isNatalisError(error, code),
      ),
    );
});
