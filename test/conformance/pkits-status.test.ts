// SPDX-License-Identifier: Apache-2.0
// The cases of NIST PKITS that are about revocation lists (sections 4.4, 4.14, 4.15, and 4.5 with its authorities of
// two keys): path, then the status of every certificate. A case that is refused has to be refused for its own reason.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { nodeSignatureVerifier } from "@natalis/node";
import { type Certificate, type CertificateList, parseCertificate, parseCertificateList } from "natalis/formats";
import { isNatalisError } from "natalis/kernel";
import { defaultPathLimits, PathBudget, pathStatus, requireStatus, validatePath } from "natalis/path";
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

/** What each case that is to be refused is refused for; a code alone is that of the most specific cause. */
const reasons: Readonly<Record<string, string>> = {
  "4.4.1": "NAT_STATUS_ABSENT",
  "4.4.2": "NAT_STATUS_REVOKED",
  "4.4.3": "NAT_STATUS_REVOKED",
  "4.4.4": "NAT_DER_BIT_STRING",
  "4.4.5": "NAT_STATUS_ABSENT",
  "4.4.6": "NAT_STATUS_ABSENT",
  "4.4.8": "NAT_CRL_EXTENSION",
  "4.4.9": "NAT_CRL_EXTENSION",
  "4.4.10": "NAT_CRL_EXTENSION",
  "4.4.11": "NAT_CRL_NOT_CURRENT",
  "4.4.12": "NAT_CRL_NOT_CURRENT",
  "4.4.15": "NAT_X509_SERIAL",
  "4.4.18": "NAT_STATUS_REVOKED",
  "4.4.20": "NAT_STATUS_REVOKED",
  "4.4.21": "NAT_CRL_SIGNER",
  "4.5.2": "NAT_STATUS_REVOKED",
  "4.5.5": "NAT_STATUS_REVOKED",
  "4.5.7": "NAT_STATUS_REVOKED",
  "4.5.8": "NAT_PATH_NOT_AUTHORITY",
  "4.14.2": "NAT_STATUS_REVOKED",
  "4.14.3": "NAT_CRL_SCOPE",
  "4.14.6": "NAT_STATUS_REVOKED",
  "4.14.8": "NAT_CRL_SCOPE",
  "4.14.9": "NAT_CRL_SCOPE",
  "4.14.11": "NAT_CRL_SCOPE",
  "4.14.12": "NAT_CRL_SCOPE",
  "4.14.14": "NAT_CRL_SCOPE",
  "4.14.15": "NAT_STATUS_REVOKED",
  "4.14.16": "NAT_STATUS_REVOKED",
  "4.14.17": "NAT_CRL_REASONS",
  "4.14.20": "NAT_STATUS_REVOKED",
  "4.14.21": "NAT_STATUS_REVOKED",
  "4.14.23": "NAT_STATUS_REVOKED",
  "4.14.26": "NAT_STATUS_ABSENT",
  "4.14.27": "NAT_CRL_SCOPE",
  "4.14.31": "NAT_STATUS_REVOKED",
  "4.14.32": "NAT_STATUS_REVOKED",
  "4.14.34": "NAT_STATUS_REVOKED",
  "4.14.35": "NAT_CRL_SCOPE",
  "4.15.1": "NAT_CRL_DELTA",
  "4.15.3": "NAT_STATUS_REVOKED",
  "4.15.4": "NAT_STATUS_REVOKED",
  "4.15.6": "NAT_STATUS_REVOKED",
  "4.15.9": "NAT_STATUS_REVOKED",
  "4.15.10": "NAT_CRL_NOT_CURRENT",
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
