// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { isNatalisError } from "natalis/kernel";
import { describeKey, describeToken, formatPkcs11Uri, parsePkcs11Uri, type Pkcs11Uri } from "./uri.ts";

const read: readonly (readonly [text: string, uri: Pkcs11Uri])[] = [
  ["pkcs11:", { token: {}, key: {} }],
  ["pkcs11:token=authority", { token: { label: "authority" }, key: {} }],
  [
    "pkcs11:token=The%20Software%20PKCS%2311%20Softtoken;manufacturer=Snake%20Oil,%20Inc.;model=1.0;serial=4a%3b",
    {
      token: { label: "The Software PKCS#11 Softtoken", manufacturer: "Snake Oil, Inc.", model: "1.0", serial: "4a;" },
      key: {},
    },
  ],
  [
    "pkcs11:token=a;object=my-key;type=private;id=%69%95%00?module-path=/usr/lib/libx.so",
    {
      token: { label: "a" },
      key: { label: "my-key", id: Uint8Array.of(0x69, 0x95, 0) },
      module: "/usr/lib/libx.so",
    },
  ],
  ["pkcs11:object=%C3%BC", { token: {}, key: { label: "ü" } }],
  ["pkcs11:id=ab", { token: {}, key: { id: Uint8Array.of(0x61, 0x62) } }],
];

suite("PKCS#11 URIs", () => {
  for (const [text, uri] of read)
    test(`read: ${text}`, () => {
      assert.deepEqual(parsePkcs11Uri(text), uri);
      assert.deepEqual(parsePkcs11Uri(formatPkcs11Uri(uri)), uri);
    });

  const refused: readonly (readonly [why: string, text: string])[] = [
    ["no scheme", "token=a"],
    ["another scheme", "pkcs12:token=a"],
    ["upper case", "PKCS11:token=a"],
    ["a fragment", "pkcs11:token=a#b"],
    ["two queries", "pkcs11:token=a?module-path=/b?c"],
    ["no value", "pkcs11:token"],
    ["an empty value", "pkcs11:token="],
    ["an empty id", "pkcs11:id="],
    ["twice", "pkcs11:token=a;token=b"],
    ["an empty attribute", "pkcs11:token=a;"],
    ["half an escape", "pkcs11:token=%4"],
    ["no escape", "pkcs11:token=a b"],
    ["not UTF-8", "pkcs11:token=%ff"],
    ["a control character", "pkcs11:token=%0a"],
    ["a public key", "pkcs11:token=a;type=public"],
    ["an attribute that we do not understand", "pkcs11:token=a;slot-id=3"],
    ["a vendor's attribute", "pkcs11:token=a;x-vendor=3"],
    ["a module's name", "pkcs11:token=a?module-name=opensc"],
    ["a query attribute in the path", "pkcs11:module-path=/a"],
    ["a PIN", "pkcs11:token=a?pin-value=1234"],
    ["the place of a PIN", "pkcs11:token=a?pin-source=file:/a"],
    ["too long", `pkcs11:token=${"a".repeat(2048)}`],
  ];
  for (const [why, text] of refused)
    test(`refused: ${why}`, () => assert.throws(() => parsePkcs11Uri(text), { code: "NAT_PKCS11_URI" }));

  test("a PIN that is refused is not repeated", () => {
    assert.throws(
      () => parsePkcs11Uri("pkcs11:token=a?pin-value=987654"),
      (error: Error) => !error.message.includes("987654"),
    );
  });

  test("every description comes back, and no text does more than be refused", () => {
    const label = fc.string({ minLength: 1, maxLength: 40, unit: "grapheme" }).filter((one) => !/\p{Cc}/u.test(one));
    fc.assert(
      fc.property(label, label, fc.uint8Array({ minLength: 1, maxLength: 20 }), label, (token, object, id, path) => {
        const uri = { token: { label: token, serial: object }, key: { label: object, id }, module: path };
        assert.deepEqual(parsePkcs11Uri(formatPkcs11Uri(uri)), uri);
      }),
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parsePkcs11Uri(`pkcs11:${text}`);
        } catch (error) {
          assert.ok(isNatalisError(error, "NAT_PKCS11_URI"));
        }
      }),
    );
  });

  test("names are shown as they were given", () => {
    assert.equal(describeToken("a b"), '"a b"');
    assert.equal(describeToken({ serial: "1" }), "pkcs11:serial=1");
    assert.equal(describeKey("k"), '"k"');
    assert.equal(describeKey({ label: "k", id: Uint8Array.of(1) }), "pkcs11:object=k;id=%01");
  });
});
