// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { encodePem } from "natalis/formats";
import { encodeUtf8 } from "natalis/kernel";
import { TestAuthority } from "natalis/testing";
import { certificatesOf, given, readDers, readGiven } from "./given.ts";

const label = "CERTIFICATE";
let root: Uint8Array;
let issuing: Uint8Array;

before(async () => {
  const authority = await TestAuthority.open();
  root = authority.root.certificate.der;
  issuing = authority.issuing.certificate.der;
});

function subjectsOf(bytes: Uint8Array): readonly Uint8Array[] {
  return certificatesOf(readGiven(bytes)).map(({ der }) => der);
}

test("DER is one certificate", () => {
  assert.deepEqual(subjectsOf(root), [root]);
});

test("PEM is any number, whatever stands around the blocks and however lines end", () => {
  const text = `0 subject: Müller\n${encodePem(label, root)}then\n${encodePem("X509 CRL", root)}${encodePem(label, issuing)}`;
  for (const bytes of [encodeUtf8(text), Buffer.from(text, "latin1"), encodeUtf8(text.replaceAll("\n", "\r\n"))])
    assert.deepEqual(subjectsOf(bytes), [root, issuing]);
});

test("a list is found by its own label", () => {
  const text = encodeUtf8(encodePem(label, root) + encodePem("X509 CRL", issuing));
  assert.deepEqual(readDers(text, "X509 CRL"), [issuing]);
});

test("a certificate that cannot be read is kept as its error, beside those that can", () => {
  const [first, broken, last] = readGiven(
    encodeUtf8(encodePem(label, root) + encodePem(label, root.subarray(1)) + encodePem(label, issuing)),
  );
  assert.ok(first !== undefined && "certificate" in first);
  assert.ok(broken !== undefined && "error" in broken);
  assert.match(broken.error.code, /^NAT_DER_/);
  assert.ok(last !== undefined && "certificate" in last);
});

test("a text that is no PEM is refused by its own code", () => {
  assert.throws(() => readGiven(encodeUtf8("none")), { code: "NAT_PEM_NONE" });
  assert.throws(() => readGiven(encodeUtf8(encodePem(label, root).replace("M", "!"))), { code: "NAT_PEM_BASE64" });
  assert.throws(() => readGiven(new Uint8Array(0)), { code: "NAT_PEM_NONE" });
});

test("a list of more than a million characters is read as PEM", () => {
  const large = new Uint8Array(1 << 20).fill(0x41);
  assert.deepEqual(readDers(encodeUtf8(encodePem("X509 CRL", large)), "X509 CRL"), [large]);
});

test("what is no refusal is not taken for one", () => {
  assert.throws(
    () =>
      given(() => {
        throw new TypeError("a mistake");
      }),
    TypeError,
  );
});
