// SPDX-License-Identifier: Apache-2.0
// The cases of NIST PKITS that are about revocation lists (sections 4.4, 4.14, 4.15, and 4.5 with its authorities of
// two keys): path, then the status of every certificate. A case that is refused has to be refused for its own reason.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { nodeSignatureVerifier } from "@natalis/node";
import { type Certificate, type CertificateList, parseCertificate, parseCertificateList } from "natalis/formats";
import { isNatalisError } from "natalis/kernel";
import { defaultPathLimits, PathBudget, pathStatus, requireStatus, validatePath } from "natalis/path";
import { statusReasons } from "./suites/pkits-reasons.ts";
import { absent, readJsonVector, readVector } from "./vectors.ts";

interface PkitsCase {
  readonly number: string;
  readonly title: string;
  /** The trust anchor first, the certificate in question last. */
  readonly certs: readonly string[];
  readonly crls: readonly string[];
  readonly shouldValidate: boolean;
}

const skip = absent("pkits");
const at = new Date("2011-04-15T00:00:00Z");
const sections = /^4\.(4|5|14|15)\./;

/** What each case that is to be refused is refused for. */
const reasons: Readonly<Record<string, string>> = {
  ...statusReasons,
  // The list is read here, and refused.
  "4.4.4": "NAT_DER_BIT_STRING",
};

const suite =
  skip === false ? (readJsonVector("pkits/pkits.json") as { readonly tests: readonly PkitsCase[] }) : undefined;
const cases = (suite?.tests ?? []).filter(({ number }) => sections.test(number));

const certificateNamed = (name: string): Certificate => parseCertificate(readVector(`pkits/certs/${name}.crt`));
const listNamed = (name: string): CertificateList => parseCertificateList(readVector(`pkits/crls/${name}.crl`));

async function judge({ certs, crls }: PkitsCase): Promise<void> {
  const certificates = certs.map(certificateNamed);
  const [anchor, target] = [certificates[0] as Certificate, certificates.at(-1) as Certificate];
  const findPath = async (certificate: Certificate) => {
    const request = { intermediates: certificates, anchors: [anchor], at, verifier: nodeSignatureVerifier };
    return (await validatePath({ certificate, ...request })).certificates;
  };
  const policy = { unknown: "refuse", clockSkew: 0 } as const;
  const statuses = await pathStatus({
    certificates: await findPath(target),
    evidence: { lists: crls.map(listNamed), responses: [], policy },
    candidates: certificates,
    at,
    verifier: nodeSignatureVerifier,
    budget: new PathBudget(defaultPathLimits),
    findPath,
  });
  for (const status of statuses.toReversed()) requireStatus(status, policy);
}

/** The code that tells why: of a status that is unknown, that of its most specific cause. */
function codeOf(error: unknown): string {
  assert.ok(isNatalisError(error), String(error));
  return error.code === "NAT_STATUS_UNKNOWN" ? codeOf(error.cause) : error.code;
}

describe("revocation", { skip }, () => {
  for (const each of cases)
    test(`${each.number} ${each.title}`, async () => {
      if (each.shouldValidate) return judge(each);
      await assert.rejects(judge(each), (error) => {
        assert.equal(codeOf(error), reasons[each.number]);
        return true;
      });
    });
});

test("the sections are whole, and every refusal has its reason here", { skip }, () => {
  assert.equal(cases.length, 21 + 8 + 35 + 10);
  const refused = cases.filter(({ shouldValidate }) => !shouldValidate).map(({ number }) => number);
  assert.deepEqual(Object.keys(reasons).toSorted(), refused.toSorted());
});
