// SPDX-License-Identifier: Apache-2.0
// The certificates and revocation lists of NIST PKITS: read as the suite says, and the certificates as OpenSSL reads them.

import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { test } from "node:test";
import { parseCertificate } from "natalis/formats";
import { toHex } from "natalis/kernel";
import { testSuite } from "./suite-runner.ts";
import { isRefusedAtParse, pkitsPapers } from "./suites/pkits-papers.ts";
import { absent, readVector, vectorFiles } from "./vectors.ts";

const folder = "pkits/certs";

/** DSA keys that take their parameters from the issuer's: legal, and no key to OpenSSL. */
const keysWithoutParameters = ["DSAParametersInheritedCACert.crt", "ValidDSAParameterInheritanceTest5EE.crt"];

testSuite(pkitsPapers);

test("OpenSSL, through Node, reads the same out of them", { skip: absent(folder) }, () => {
  const files = vectorFiles(folder, /\.crt$/).filter((file) => !isRefusedAtParse(file));
  assert.equal(files.length, 402);
  for (const file of files) {
    const [ours, theirs] = [parseCertificate(readVector(file)), new X509Certificate(readVector(file))];
    assert.equal(toHex(ours.serialNumber).replace(/^0+/, ""), theirs.serialNumber.toLowerCase().replace(/^0+/, ""));
    assert.equal(ours.notBefore.getTime(), theirs.validFromDate.getTime());
    assert.equal(ours.notAfter.getTime(), theirs.validToDate.getTime());
    if (!keysWithoutParameters.some((name) => file.endsWith(name)))
      assert.deepEqual(ours.publicKey, new Uint8Array(theirs.publicKey.export({ type: "spki", format: "der" })), file);
  }
});
