// SPDX-License-Identifier: Apache-2.0
// NIST PKITS: certification paths with their revocation lists, each to be accepted or refused. All of them are run; the
// exceptions stand in docs/divergences.md, and one that comes out as the suite has it is a failure too.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { nodeSignatureVerifier } from "@natalis/node";
import { type Certificate, type CertificateList, parseCertificate, parseCertificateList } from "natalis/formats";
import { isNatalisError } from "natalis/kernel";
import { validatePath } from "natalis/path";
import { absent, readJsonVector, readVector } from "./vectors.ts";

interface PathCase {
  readonly number: string;
  readonly title: string;
  /** The anchor first, the certificate in question last. */
  readonly certs: readonly string[];
  readonly crls: readonly string[];
  readonly shouldValidate: boolean;
  readonly initialPolicySet: readonly string[];
  readonly userConstrainedPolicySet: readonly string[];
  readonly initialExplicitPolicy: boolean;
  readonly initialPolicyMappingInhibit: boolean;
  readonly initialInhibitAnyPolicy: boolean;
}

interface Suite {
  readonly policyOids: Readonly<Record<string, string>>;
  readonly tests: readonly PathCase[];
}

/** Where we differ from the suite, and why; each stands in docs/divergences.md under its number. */
const exceptions = new Map([
  ["4.1.4", "a DSA signature"],
  ["4.1.5", "a DSA signature with inherited parameters"],
]);

const skip = absent("pkits");
const suite = skip === false ? (readJsonVector("pkits/pkits.json") as Suite) : { policyOids: {}, tests: [] };
const at = new Date("2011-04-15T00:00:00Z");

/** Undefined for the few files that are refused at parse (pkits-parse.test.ts says which): no path has them. */
function reading<T>(kind: string, suffix: string, parse: (der: Uint8Array) => T): (name: string) => T | undefined {
  return (name) => {
    try {
      return parse(readVector(`pkits/${kind}/${name}.${suffix}`));
    } catch (error) {
      if (isNatalisError(error)) return undefined;
      throw error;
    }
  };
}

const readCertificate = reading("certs", "crt", (der) => parseCertificate(der));
const readList = reading("crls", "crl", (der) => parseCertificateList(der));

const policiesOf = (names: readonly string[]) => names.map((name) => suite.policyOids[name] ?? name);

async function validate(given: PathCase): Promise<readonly string[]> {
  const path = given.certs.map(readCertificate);
  const [anchor, certificate] = [path[0], path.at(-1)];
  assert.ok(anchor !== undefined);
  if (certificate === undefined) return Promise.reject(new Error("refused at parse"));
  const validated = await validatePath({
    certificate,
    intermediates: path.slice(1, -1).filter((one): one is Certificate => one !== undefined),
    anchors: [anchor],
    at,
    policies: {
      initialPolicySet: policiesOf(given.initialPolicySet),
      requireExplicitPolicy: given.initialExplicitPolicy,
      inhibitPolicyMapping: given.initialPolicyMappingInhibit,
      inhibitAnyPolicy: given.initialInhibitAnyPolicy,
    },
    status: {
      lists: given.crls.map(readList).filter((one): one is CertificateList => one !== undefined),
      responses: [],
      policy: { unknown: "refuse", clockSkew: 0 },
    },
    verifier: nodeSignatureVerifier,
  });
  return validated.policies;
}

for (const given of suite.tests)
  test(`PKITS ${given.number} ${given.title}`, { skip }, async () => {
    const outcome = await validate(given).then(
      () => "",
      (error: Error) => error.message,
    );
    const agrees = (outcome === "") === given.shouldValidate;
    assert.equal(agrees, !exceptions.has(given.number), outcome || "the path holds");
  });

test("the suite is whole, and every exception stands among the divergences", { skip }, () => {
  assert.equal(suite.tests.length, 247);
  const divergences = readFileSync(fileURLToPath(new URL("../../docs/divergences.md", import.meta.url)), "utf8");
  for (const number of exceptions.keys()) assert.ok(divergences.includes(`PKITS ${number}`), number);
});
