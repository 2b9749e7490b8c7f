// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { isNatalisError } from "../kernel/index.ts";
import { encodePem, parsePem } from "./pem.ts";

const block = (base64: string, label = "CERTIFICATE") =>
  `-----BEGIN ${label}-----\n${base64}\n-----END ${label}-----\n`;

test("lines have 64 characters and the block ends with a line", () => {
  const lines = encodePem("CERTIFICATE", new Uint8Array(100)).split("\n");
  assert.deepEqual(
    lines.map((line) => line.length),
    [27, 64, 64, 8, 25, 0],
  );
});

describe("read", () => {
  for (const [name, text, contents] of [
    ["one block", block("AQID"), [[1, 2, 3]]],
    ["two blocks with text around", `subject=a\n${block("AQID")}issuer=b\n${block("BA==")}end`, [[1, 2, 3], [4]]],
    ["blocks of other labels passed over", `${block("!!", "EC PARAMETERS")}${block("AQ==")}`, [[1]]],
    ["carriage returns", block("AQ\r\nID").replaceAll("\n", "\r\n"), [[1, 2, 3]]],
    ["short lines and white space at their ends", block("AQ  \n\tID"), [[1, 2, 3]]],
    ["one long line", block("A".repeat(400)), [Array.from({ length: 300 }, () => 0)]],
    ["no line ending at the end", block("AQID").trimEnd(), [[1, 2, 3]]],
    ["an empty block", block(""), [[]]],
  ] as const)
    test(name, () =>
      assert.deepEqual(
        parsePem(text, "CERTIFICATE").map((content) => [...content]),
        contents,
      ),
    );
});

describe("refused", () => {
  for (const [name, text, code] of [
    ["nothing", "", "NAT_PEM_NONE"],
    ["another label alone", block("AQID", "CERTIFICATE REQUEST"), "NAT_PEM_NONE"],
    ["a label in lower case", block("AQID", "certificate"), "NAT_PEM_NONE"],
    ["a block that is not closed", "-----BEGIN CERTIFICATE-----\nAQID\n", "NAT_PEM_BOUNDARY"],
    ["a block closed under another label", block("AQID").replace("END CERT", "END X CERT"), "NAT_PEM_BOUNDARY"],
    ["a block within a block", block(block("AQID").trimEnd()), "NAT_PEM_BOUNDARY"],
    ["an end without a beginning", "-----END CERTIFICATE-----\n", "NAT_PEM_BOUNDARY"],
    ["base64url", block("_-8="), "NAT_PEM_BASE64"],
    ["missing padding", block("AQI"), "NAT_PEM_BASE64"],
    ["unused bits", block("AR=="), "NAT_PEM_BASE64"],
    ["headers as of RFC 1421", block("Proc-Type: 4,ENCRYPTED\n\nAQID"), "NAT_PEM_BASE64"],
    ["padding within", block("AQ==\nAQID"), "NAT_PEM_BASE64"],
    ["more than a million characters", "A".repeat((1 << 20) + 1), "NAT_PEM_SIZE"],
  ] as const)
    test(name, () =>
      assert.throws(
        () => parsePem(text, "CERTIFICATE"),
        (error) => isNatalisError(error, code),
      ),
    );
});

test("as much as the caller says is read, and no more", () => {
  const large = new Uint8Array(1 << 20);
  const text = encodePem("X509 CRL", large);
  assert.deepEqual(parsePem(text, "X509 CRL", text.length), [large]);
  assert.throws(() => parsePem(text, "X509 CRL", text.length - 1), { code: "NAT_PEM_SIZE" });
});

test("property: content comes back", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { minLength: 1, maxLength: 4 }), (contents) => {
      const text = contents.map((content) => encodePem("CERTIFICATE", content)).join("some words\n");
      assert.deepEqual(parsePem(text, "CERTIFICATE"), contents);
    }),
  );
});

test("property: a changed character gives content or an error of the catalogue", () => {
  const text = encodePem("CERTIFICATE", new Uint8Array(90).fill(7));
  fc.assert(
    fc.property(
      fc.nat(text.length - 1),
      fc.string({ unit: "binary-ascii", minLength: 1, maxLength: 1 }),
      (at, other) => {
        try {
          parsePem(text.slice(0, at) + other + text.slice(at + 1), "CERTIFICATE");
        } catch (error) {
          assert.ok(isNatalisError(error), String(error));
        }
      },
    ),
    { numRuns: 500 },
  );
});
