// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { encodeUtf8, isNatalisError } from "../../kernel/index.ts";
import { encodeIa5String, encodeTagLengthValue } from "../der/index.ts";
import { encodeMudUrl, parseMudUrl } from "./mud-url.ts";

test("the URL comes back, an IA5String", () => {
  const url = "https://maker.example/.well-known/mud/sensor3.json";
  assert.equal(encodeMudUrl(url)[0], 0x16);
  assert.equal(parseMudUrl(encodeMudUrl(url)), url);
});

describe("refused", () => {
  for (const [what, value, code] of [
    ["http", encodeIa5String("http://maker.example/mud"), "NAT_X509_EXTENSION"],
    ["a scheme alone", encodeIa5String("https://"), "NAT_X509_EXTENSION"],
    ["white space", encodeIa5String("https://maker.example/a b"), "NAT_X509_EXTENSION"],
    ["nothing", encodeIa5String(""), "NAT_X509_EXTENSION"],
    ["UTF8String", encodeTagLengthValue(0x0c, encodeUtf8("https://a")), "NAT_DER_TAG"],
    ["bytes after it", Uint8Array.of(...encodeIa5String("https://a"), 0), "NAT_DER_TRAILING"],
  ] as const)
    test(what, () =>
      assert.throws(
        () => parseMudUrl(value),
        (error) => isNatalisError(error, code),
      ),
    );

  test("not written", () => {
    for (const url of ["http://a", "https://é", "ftp://a", ""])
      assert.throws(
        () => encodeMudUrl(url),
        (error) => isNatalisError(error, "NAT_X509_EXTENSION"),
      );
  });
});
