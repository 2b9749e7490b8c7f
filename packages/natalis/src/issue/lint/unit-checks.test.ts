// SPDX-License-Identifier: Apache-2.0
// What one unit's certificate differs in from its template's is checked on the filled bytes.

import assert from "node:assert/strict";
import test from "node:test";
import { generateKey, nodeHash } from "@natalis/node";
import { algorithms, oids } from "../../formats/index.ts";
import { TestAuthority } from "../../testing/index.ts";
import { type LintContext, LintSubject, layoutOf, lint, unitChecks } from "./index.ts";

const own = await TestAuthority.open({
  rootSigner: generateKey(algorithms.ES256).signer,
  issuingSigner: generateKey(algorithms.ES256).signer,
});
const { certificate } = await own.birth(generateKey(algorithms.ES256).signer, { serial: "SN-0001" });
const context: LintContext = { kind: "birth", hash: nodeHash, authority: own.issuing, profile: own.profile };
const layout = layoutOf(certificate.tbs);
const right = new LintSubject(certificate.tbs, layout, context);

/** Names and the octets, counted from an end where negative. */
const fields: readonly [string, Uint8Array | undefined, number, number][] = [
  ["UUID in the subject", right.subjectValue(oids.commonName), 0, 36],
  ["serial in the subject", right.subjectValue(oids.serialNumber), 0, 7],
  ["key", right.publicKey, 0, 91],
  ["key identifier", right.value(oids.subjectKeyIdentifier), -20, 20],
  ["UUID in the names", right.value(oids.subjectAltName), -36, 36],
  ["serial in the names", right.value(oids.subjectAltName), -36 - 11 - 7, 7],
  ["shard", right.value(oids.crlDistributionPoints), -6, 2],
  ["low byte of the serial number", right.serialNumber, -1, 1],
  ["high bits of the serial number", right.serialNumber, 0, 1],
];

test("the certificate passes", () => lint(right, unitChecks));

for (const [what, field, from, length] of fields)
  test(`${what}: any flipped bit is refused`, () => {
    assert.ok(field);
    const start = field.byteOffset - certificate.tbs.byteOffset + (from < 0 ? field.length + from : from);
    for (let at = start; at < start + length; at++)
      for (const bit of what.startsWith("high") ? [0x40, 0x80] : [1, 2, 4, 8, 16, 32, 64, 128]) {
        const tbs = certificate.tbs.with(at, (certificate.tbs[at] as number) ^ bit);
        const changed = new LintSubject(tbs, layout, context);
        assert.throws(() => lint(changed, unitChecks), { code: "NAT_ISSUE_LINT" }, `octet ${at - start}, bit ${bit}`);
      }
  });

test("a field that the layout does not have is missed", () => {
  const bare = { ...layout, extensions: new Map() };
  assert.throws(() => lint(new LintSubject(certificate.tbs, bare, context), unitChecks), { code: "NAT_ISSUE_LINT" });
});
