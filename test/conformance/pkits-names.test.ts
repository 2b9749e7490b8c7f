// SPDX-License-Identifier: Apache-2.0
// NIST PKITS section 4.3, name chaining, as far as it is about names alone: whether each certificate's issuer is the
// subject of the one above. All cases of the section that are to fail do so by their names.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Certificate, comparisonKey, parseCertificate, sameName } from "natalis/formats";
import { absent, readJsonVector, readVector } from "./vectors.ts";

interface PkitsTest {
  readonly number: string;
  /** Trust anchor first. */
  readonly certs: readonly string[];
  readonly shouldValidate: boolean;
}

const skip = absent("pkits");
const { tests } = (skip === false ? readJsonVector("pkits/pkits.json") : { tests: [] }) as { tests: PkitsTest[] };

/** Test 10 is not in the list, though its certificates are there. */
const unlisted: PkitsTest = {
  number: "4.3.10",
  certs: [
    "TrustAnchorRootCertificate",
    "RolloverfromPrintableStringtoUTF8StringCACert",
    "ValidRolloverfromPrintableStringtoUTF8StringTest10EE",
  ],
  shouldValidate: true,
};
const section = [...tests.filter(({ number }) => number.startsWith("4.3.")), unlisted];

describe("each issuer is the subject above, or the path is to fail", { skip }, () => {
  for (const { number, certs, shouldValidate } of section)
    test(`${number} ${certs.at(-1)}`, () => {
      const path = certs.map((name) => parseCertificate(readVector(`pkits/certs/${name}.crt`)));
      const links = path.slice(1).map(({ issuer }, above) => [issuer, (path[above] as Certificate).subject] as const);
      assert.equal(
        links.every(([issuer, subject]) => sameName(issuer, subject)),
        shouldValidate,
      );
      for (const [a, b] of links) assert.equal(comparisonKey(a) === comparisonKey(b), sameName(a, b));
    });
});

test("the section is whole", { skip }, () => {
  assert.equal(new Set(section.map(({ number }) => number)).size, 11);
});
