// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Certificate, encodeName, encodeSubjectAltName, oids, parseName } from "../../formats/index.ts";
import { fromHex, isNatalisError } from "../../kernel/index.ts";
import { once, readCertificateNames } from "./certificate-names.ts";

const subject = parseName(encodeName([{ oid: oids.commonName, value: "x" }]));
/** Of a certificate, the fields that hold names. */
const certificate = (...values: Uint8Array[]) =>
  ({
    subject,
    extensions: values.map((value) => ({ oid: oids.subjectAltName, critical: false, value })),
  }) as unknown as Certificate;

test("the subject and its alternative names", () => {
  const names = [{ kind: "dns", value: "a.b" }] as const;
  assert.deepEqual(readCertificateNames(certificate(encodeSubjectAltName(names))), { subject, subjectAltName: names });
});

test("no such extension is told from one with no names, which is refused", () => {
  assert.deepEqual(readCertificateNames(certificate()), { subject, subjectAltName: undefined });
  assert.throws(
    () => readCertificateNames(certificate(fromHex("3000"))),
    (error) => isNatalisError(error, "NAT_X509_GENERAL_NAME"),
  );
});

test("what is derived of an object is derived once", () => {
  let count = 0;
  const length = once((text: { value: string }) => {
    count++;
    return text.value.length;
  });
  const key = { value: "abc" };
  assert.deepEqual([length(key), length(key), length({ value: "ab" }), count], [3, 3, 2, 2]);
});
