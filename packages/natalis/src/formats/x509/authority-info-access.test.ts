// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fromHex, isNatalisError, toHex } from "../../kernel/index.ts";
import {
  type AccessDescription,
  encodeAuthorityInfoAccess,
  parseAuthorityInfoAccess,
} from "./authority-info-access.ts";
import { oids } from "./object-identifiers.ts";

const hex = (text: string) => fromHex(text.replaceAll(" ", ""));

test("descriptions come back in their order", () => {
  const descriptions: AccessDescription[] = [
    { method: oids.ocsp, location: { kind: "uri", value: "http://ocsp.example" } },
    { method: oids.caIssuers, location: { kind: "uri", value: "http://ca.example/ca.cer" } },
    { method: "1.2.3", location: { kind: "dns", value: "a.example" } },
  ];
  assert.deepEqual(parseAuthorityInfoAccess(encodeAuthorityInfoAccess(descriptions)), descriptions);
  const [, second] = descriptions as [AccessDescription, AccessDescription];
  assert.ok(toHex(encodeAuthorityInfoAccess([second])).startsWith("302630"));
});

describe("refused", () => {
  for (const [what, value, code] of [
    ["no description", "3000", "NAT_X509_EXTENSION"],
    ["a description without a location", "30 06 3004 06022a03", "NAT_X509_GENERAL_NAME"],
    ["a description with a third field", "30 0b 3009 06022a03 820161 0500", "NAT_DER_TRAILING"],
    ["bytes after it", "30 09 3007 06022a03 820161 00", "NAT_DER_TRAILING"],
  ] as const)
    test(what, () =>
      assert.throws(
        () => parseAuthorityInfoAccess(hex(value)),
        (error) => isNatalisError(error, code),
      ),
    );

  test("none written", () => {
    assert.throws(
      () => encodeAuthorityInfoAccess([]),
      (error) => isNatalisError(error, "NAT_X509_EXTENSION"),
    );
  });
});
