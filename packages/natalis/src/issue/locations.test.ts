// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import test from "node:test";
import { caIssuersUrl, checkBaseUrl, crlUrl } from "./locations.ts";

const identifier = new Uint8Array(20).fill(0xab);

for (const url of ["http://ca.example", "http://ca.example:8080", "http://127.0.0.1:3000/pki", "http://[::1]"])
  test(`${url} is a base address`, () => assert.equal(checkBaseUrl(url), url));

const refused: readonly [string, string][] = [
  ["https, which needs a certificate to check a certificate", "https://ca.example"],
  ["a slash at the end", "http://ca.example/"],
  ["a query", "http://ca.example/?a"],
  ["a fragment", "http://ca.example/#a"],
  ["a user", "http://me@ca.example"],
  ["a back slash", "http://ca.example\\x"],
  ["upper case in the host", "http://CA.example"],
  ["a default port", "http://ca.example:80"],
  ["dots to be resolved", "http://ca.example/a/../b"],
  ["a space", "http://ca.example/a b"],
  ["a host beyond ASCII", "http://ça.example"],
  ["no host", "http://"],
  ["a port that is none", "http://ca.example:99999"],
  ["201 characters", `http://ca.example/${"a".repeat(183)}`],
  ["another scheme", "ldap://ca.example"],
];
for (const [what, url] of refused)
  test(`refused: ${what}`, () => assert.throws(() => checkBaseUrl(url), { code: "NAT_ISSUE_URL" }));

test("addresses hang on the issuer's key identifier", () => {
  const hex = "ab".repeat(20);
  assert.equal(crlUrl("http://ca.example", identifier, 0), `http://ca.example/crl/${hex}/00.crl`);
  assert.equal(crlUrl("http://ca.example/pki", identifier, 255), `http://ca.example/pki/crl/${hex}/ff.crl`);
  assert.equal(caIssuersUrl("http://ca.example", identifier), `http://ca.example/ca/${hex}.cer`);
});
