// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { createHash, generateKeyPairSync } from "node:crypto";
import { describe, test } from "node:test";
import { fromHex, isNatalisError, portableHash, toHex } from "../../kernel/index.ts";
import { encodeTagLengthValue } from "../der/index.ts";
import { encodeGeneralNames } from "./general-name.ts";
import {
  encodeAuthorityKeyIdentifier,
  encodeSubjectKeyIdentifier,
  keyIdentifier,
  parseAuthorityKeyIdentifier,
  parseSubjectKeyIdentifier,
} from "./key-identifiers.ts";

const identifier = fromHex("00112233445566778899aabbccddeeff00112233");
const hex = (text: string) => fromHex(text.replaceAll(" ", ""));
const issuer = toHex(encodeGeneralNames([{ kind: "dns", value: "a" }], 0xa1));

test("the key identifier is the first 160 bits of SHA-256 over the key bits alone", () => {
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const spki = new Uint8Array(publicKey.export({ type: "spki", format: "der" }));
  const expected = createHash("sha256").update(spki.subarray(26)).digest("hex").slice(0, 40);
  assert.equal(toHex(keyIdentifier(spki, portableHash)), expected);
});

test("the key identifier of what is no key is refused", () => {
  for (const der of ["", "3000", "30 04 3000 0500", "30 06 3000 03020780", "30 07 3000 030100 0500"])
    assert.throws(
      () => keyIdentifier(hex(der), portableHash),
      (error) => isNatalisError(error),
      der,
    );
});

test("the subject key identifier comes back, of any length", () => {
  assert.deepEqual(parseSubjectKeyIdentifier(encodeSubjectKeyIdentifier(identifier)), identifier);
  assert.deepEqual(parseSubjectKeyIdentifier(hex("04 01 07")), Uint8Array.of(7));
});

test("the authority key identifier that we write has the key identifier alone", () => {
  const value = encodeAuthorityKeyIdentifier(identifier);
  assert.equal(toHex(value), `30168014${toHex(identifier)}`);
  assert.deepEqual(parseAuthorityKeyIdentifier(value), { keyIdentifier: identifier });
});

test("foreign authority key identifiers have all fields, or none", () => {
  assert.deepEqual(parseAuthorityKeyIdentifier(hex("3000")), {});
  const content = hex(`8001aa ${issuer} 820107`);
  assert.deepEqual(parseAuthorityKeyIdentifier(encodeTagLengthValue(0x30, content)), {
    keyIdentifier: Uint8Array.of(0xaa),
    authorityCertIssuer: [{ kind: "dns", value: "a" }],
    authorityCertSerialNumber: Uint8Array.of(7),
  });
});

describe("refused", () => {
  for (const [what, read, value, code] of [
    ["an empty subject key identifier", parseSubjectKeyIdentifier, "0400", "NAT_X509_EXTENSION"],
    ["a subject key identifier of bits", parseSubjectKeyIdentifier, "03020001", "NAT_DER_TAG"],
    ["bytes after a subject key identifier", parseSubjectKeyIdentifier, "04010100", "NAT_DER_TRAILING"],
    ["an authority's issuer alone", parseAuthorityKeyIdentifier, `3005${issuer}`, "NAT_X509_EXTENSION"],
    ["an authority's serial number alone", parseAuthorityKeyIdentifier, "3003820107", "NAT_X509_EXTENSION"],
    ["an authority's issuer of no names", parseAuthorityKeyIdentifier, "3005a100820107", "NAT_X509_GENERAL_NAME"],
    ["a padded serial number", parseAuthorityKeyIdentifier, `3009${issuer}82020007`, "NAT_DER_INTEGER"],
    ["fields in another order", parseAuthorityKeyIdentifier, `3008820107${issuer}`, "NAT_DER_TRAILING"],
    ["a constructed key identifier", parseAuthorityKeyIdentifier, "3005a003040107", "NAT_DER_TRAILING"],
    ["bytes after it", parseAuthorityKeyIdentifier, "300000", "NAT_DER_TRAILING"],
  ] as const)
    test(what, () =>
      assert.throws(
        () => read(fromHex(value)),
        (error) => isNatalisError(error, code),
      ),
    );
});
