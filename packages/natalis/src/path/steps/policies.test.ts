// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey, nodeSignatureVerifier } from "@natalis/node";
import { algorithms, encodeCertificatePolicies, oids } from "../../formats/index.ts";
import { authorityExtensions, extension, forgeCertificate } from "../../testing/certificate-forge.ts";
import { validatePath } from "../index.ts";

const any = oids.anyPolicy;
const custody0 = "1.3.6.1.4.1.32473.2.0";
const custody1 = "1.3.6.1.4.1.32473.2.1";
const key = () => generateKey(algorithms.ES256).signer;
const policies = (list: readonly string[]) => extension(oids.certificatePolicies, encodeCertificatePolicies(list));
const authority = authorityExtensions().filter(({ oid }) => oid !== oids.certificatePolicies);
const root = await forgeCertificate({ name: "root", signer: key(), extensions: authority });

/** What a path of root, issuer and leaf ends with, where these assert the policies given. */
async function outcome(issuerPolicies: readonly string[], leafPolicies: readonly string[]): Promise<readonly string[]> {
  const [above, below] = [issuerPolicies, leafPolicies].map((list) => (list.length === 0 ? [] : [policies(list)]));
  const extensions = [...authority, ...(above ?? [])];
  const issuer = await forgeCertificate({ name: "issuer", issuer: root, signer: key(), extensions });
  const leaf = await forgeCertificate({ name: "leaf", issuer, signer: key(), extensions: below });
  const path = await validatePath({
    certificate: leaf.certificate,
    intermediates: [issuer.certificate],
    anchors: [root.certificate],
    at: new Date("2026-11-24T12:00:00Z"),
    verifier: nodeSignatureVerifier,
  });
  return path.policies;
}

const cases: readonly { name: string; issuer: string[]; leaf: string[]; expected: string[] }[] = [
  { name: "any above, one below", issuer: [any], leaf: [custody0], expected: [custody0] },
  { name: "any above, two below", issuer: [any], leaf: [custody0, custody1], expected: [custody0, custody1] },
  {
    name: "one above, the same and another below",
    issuer: [custody0],
    leaf: [custody0, custody1],
    expected: [custody0],
  },
  { name: "one above, another below", issuer: [custody0], leaf: [custody1], expected: [] },
  { name: "one above, any below", issuer: [custody0], leaf: [any], expected: [custody0] },
  { name: "any throughout", issuer: [any], leaf: [any], expected: [any] },
  { name: "any and one above, any below", issuer: [any, custody0], leaf: [any], expected: [custody0, any] },
  { name: "any above, any and one below", issuer: [any], leaf: [any, custody0], expected: [custody0, any] },
  { name: "any and one above, another below", issuer: [any, custody0], leaf: [custody1], expected: [custody1] },
  { name: "none above", issuer: [], leaf: [custody0], expected: [] },
  { name: "none below", issuer: [any], leaf: [], expected: [] },
];

for (const { name, issuer, leaf, expected } of cases)
  test(`policies: ${name}`, async () => assert.deepEqual(await outcome(issuer, leaf), expected));

test("policies: those of the anchor do not count", async () => {
  const narrow = [...authority, policies([custody1])];
  const anchor = await forgeCertificate({ name: "narrow root", signer: key(), extensions: narrow });
  const leaf = await forgeCertificate({
    name: "leaf",
    issuer: anchor,
    signer: key(),
    extensions: [policies([custody0])],
  });
  const path = await validatePath({
    certificate: leaf.certificate,
    intermediates: [],
    anchors: [anchor.certificate],
    at: new Date("2026-11-24T12:00:00Z"),
    verifier: nodeSignatureVerifier,
  });
  assert.deepEqual(path.policies, [custody0]);
});
