// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { encodeUtf8, fromHex, isNatalisError, toHex } from "../../kernel/index.ts";
import { encodeTagLengthValue } from "../der/index.ts";
import {
  encodeCrlDistributionPoints,
  encodeCrlIssuer,
  encodeIssuingDistributionPoint,
  parseCrlDistributionPoints,
  parseIssuingDistributionPoint,
  pointNames,
  revocationReasons,
} from "./distribution-points.ts";
import { urisOf } from "./general-name.ts";
import { encodeName, parseName } from "./name.ts";
import { oids } from "./object-identifiers.ts";

const hex = (text: string) => fromHex(text.replaceAll(" ", ""));
const sequence = (content: string) => encodeTagLengthValue(0x30, hex(content));
const uris = ["http://ca.example/a.crl", "http://ca.example/b.crl"];
const fullName = [{ kind: "uri", value: "u" }] as const;
/** distributionPoint [0] { fullName [0] { URI "u" } } */
const point = "a0 05 a003 860175";

test("our own distribution points come back: one point, its URIs alternatives", () => {
  const [read, second] = parseCrlDistributionPoints(encodeCrlDistributionPoints(uris));
  assert.deepEqual(urisOf(read?.fullName ?? []), uris);
  assert.deepEqual(Object.keys(read ?? {}), ["fullName"]);
  assert.equal(second, undefined);
});

test("our own issuing distribution point comes back and names the same URI byte for byte", () => {
  const [uri] = uris as [string];
  const value = encodeIssuingDistributionPoint({ uris: [uri] });
  const read = parseIssuingDistributionPoint(value);
  assert.deepEqual(read, {
    fullName: [{ kind: "uri", value: uri }],
    onlyContainsUserCerts: false,
    onlyContainsCACerts: false,
    indirectCRL: false,
    onlyContainsAttributeCerts: false,
  });
  assert.ok(toHex(encodeCrlDistributionPoints([uri])).includes(toHex(encodeUtf8(uri))));
});

test("a point whose list another authority signs, and the list's own point, come back", () => {
  const issuer = parseName(encodeName([{ oid: oids.organizationName, value: "Makers" }]));
  const [read] = parseCrlDistributionPoints(encodeCrlDistributionPoints(uris, issuer));
  assert.deepEqual(read?.crlIssuer, [{ kind: "directoryName", value: issuer }]);
  assert.deepEqual(urisOf(read?.fullName ?? []), uris);
  const value = encodeCrlDistributionPoints(uris, issuer);
  assert.ok(toHex(value).endsWith(toHex(encodeCrlIssuer(issuer))));
  assert.ok(parseIssuingDistributionPoint(encodeIssuingDistributionPoint({ uris, indirectCRL: true })).indirectCRL);
});

test("an issuing distribution point for one kind of certificates comes back", () => {
  const users = parseIssuingDistributionPoint(encodeIssuingDistributionPoint({ uris, onlyContainsUserCerts: true }));
  assert.deepEqual([users.onlyContainsUserCerts, users.onlyContainsCACerts], [true, false]);
  const authorities = parseIssuingDistributionPoint(
    encodeIssuingDistributionPoint({ uris, onlyContainsCACerts: true }),
  );
  assert.deepEqual([authorities.onlyContainsUserCerts, authorities.onlyContainsCACerts], [false, true]);
});

describe("all fields of a foreign distribution point", () => {
  for (const [what, content, expected] of [
    ["the name alone", point, { fullName }],
    ["reasons, none of them", `${point} 810100`, { fullName, reasons: new Set() }],
    ["reasons", `${point} 81020560`, { fullName, reasons: new Set(["keyCompromise", "cACompromise"]) }],
    ["a CRL issuer alone", "a2 03 820161", { crlIssuer: [{ kind: "dns", value: "a" }] }],
    ["a relative name", "a0 04 a102 3000", { relativeName: fromHex("3000") }],
    [
      "all of them",
      `${point} 81020640 a2 03 820161`,
      { fullName, reasons: new Set(["keyCompromise"]), crlIssuer: [{ kind: "dns", value: "a" }] },
    ],
  ] as const)
    test(what, () =>
      assert.deepEqual(parseCrlDistributionPoints(encodeTagLengthValue(0x30, sequence(content))), [expected]),
    );
});

test("all fields of a foreign issuing distribution point", () => {
  assert.deepEqual(parseIssuingDistributionPoint(sequence(`${point} 8101ff 83020640 8401ff`)), {
    fullName,
    onlyContainsUserCerts: true,
    onlyContainsCACerts: false,
    onlySomeReasons: new Set(["keyCompromise"]),
    indirectCRL: true,
    onlyContainsAttributeCerts: false,
  });
  assert.equal(parseIssuingDistributionPoint(sequence("8501ff")).onlyContainsAttributeCerts, true);
});

test("the reasons that together are all: each flag but the unused one", () => {
  assert.equal(revocationReasons.length, 8);
  const all = parseCrlDistributionPoints(encodeTagLengthValue(0x30, sequence(`${point} 8103077f80`)));
  assert.deepEqual(all[0]?.reasons, new Set(revocationReasons));
});

describe("names of a point", () => {
  const issuer = parseName(encodeName([{ oid: oids.organizationName, value: "CA" }]));
  const attribute = encodeName([{ oid: oids.commonName, value: "CRL1" }]).subarray(4);
  test("in full as they are, whoever the issuer is", () => assert.equal(pointNames({ fullName }, issuer), fullName));
  test("none", () => assert.equal(pointNames({}, issuer), undefined));
  test("relative ones with the issuer's before them", () => {
    const whole = encodeName([
      { oid: oids.organizationName, value: "CA" },
      { oid: oids.commonName, value: "CRL1" },
    ]);
    assert.deepEqual(pointNames({ relativeName: attribute }, issuer), [
      { kind: "directoryName", value: parseName(whole) },
    ]);
  });
  for (const [what, relativeName, code] of [
    ["a relative name that is none", hex("3000"), "NAT_DER_TAG"],
    ["one without attributes", hex(""), "NAT_X509_NAME"],
  ] as const)
    test(`refused: ${what}`, () =>
      assert.throws(
        () => pointNames({ relativeName }, issuer),
        (error) => isNatalisError(error, code),
      ));
});

test("as many names as are read", () => {
  const points = encodeTagLengthValue(0x30, hex(`3007 ${point}`.repeat(32)));
  assert.equal(parseCrlDistributionPoints(points).length, 32);
  assert.equal(parseIssuingDistributionPoint(sequence(`a062 a060 ${"860175".repeat(32)}`)).fullName?.length, 32);
});

describe("distribution points refused", () => {
  const points = (content: string) => encodeTagLengthValue(0x30, sequence(content));
  for (const [what, value, code] of [
    ["none", sequence(""), "NAT_X509_EXTENSION"],
    ["a point of nothing", points(""), "NAT_X509_EXTENSION"],
    ["a point of reasons alone", points("81020640"), "NAT_X509_EXTENSION"],
    ["a name of neither kind", points("a002 a200"), "NAT_DER_TAG"],
    ["a name of no names", points("a002 a000"), "NAT_X509_GENERAL_NAME"],
    ["a name of two", points("a00a a003860175 a003860175"), "NAT_DER_TRAILING"],
    ["reasons with trailing zero bits", points(`${point} 81020140`), "NAT_X509_EXTENSION"],
    ["fields in another order", points(`81020640 ${point}`), "NAT_DER_TRAILING"],
    ["bytes after it", Uint8Array.of(...points(point), 0), "NAT_DER_TRAILING"],
    ["33 points", encodeTagLengthValue(0x30, hex(`3007 ${point}`.repeat(33))), "NAT_X509_EXTENSION"],
    ["33 names of one", points(`a065 a063 ${"860175".repeat(33)}`), "NAT_X509_EXTENSION"],
    ["33 CRL issuers", points(`a263 ${"820161".repeat(33)}`), "NAT_X509_EXTENSION"],
    ["33 names of both", points(`a032 a030 ${"860175".repeat(16)} a233 ${"820161".repeat(17)}`), "NAT_X509_EXTENSION"],
  ] as const)
    test(what, () =>
      assert.throws(
        () => parseCrlDistributionPoints(value),
        (error) => isNatalisError(error, code),
      ),
    );
});

describe("issuing distribution point refused", () => {
  for (const [what, content, code] of [
    ["nothing in it", "", "NAT_X509_EXTENSION"],
    ["33 names", `a065 a063 ${"860175".repeat(33)}`, "NAT_X509_EXTENSION"],
    ["FALSE written out", `${point} 810100`, "NAT_DER_DEFAULT"],
    ["indirect CRL 01", `${point} 840101`, "NAT_DER_BOOLEAN"],
    ["users only and authorities only", `${point} 8101ff 8201ff`, "NAT_X509_EXTENSION"],
    ["users only and attributes only", `${point} 8101ff 8501ff`, "NAT_X509_EXTENSION"],
    ["flags in another order", `${point} 8201ff 8101ff`, "NAT_DER_TRAILING"],
    ["a field that does not exist", `${point} 8601ff`, "NAT_DER_TRAILING"],
  ] as const)
    test(what, () =>
      assert.throws(
        () => parseIssuingDistributionPoint(sequence(content)),
        (error) => isNatalisError(error, code),
      ),
    );
});

test("not written: no URI, or one that is none", () => {
  const refused = (error: unknown) => isNatalisError(error, "NAT_X509_GENERAL_NAME");
  assert.throws(() => encodeCrlDistributionPoints([]), refused);
  assert.throws(() => encodeIssuingDistributionPoint({ uris: [""] }), refused);
});
