// SPDX-License-Identifier: Apache-2.0
// NIST PKITS: certification paths with their revocation lists, each to be accepted or refused. All of them are run; the
// exceptions stand in docs/divergences.md, and one that comes out as the suite has it is a failure too.

import { type Certificate, type CertificateList, parseCertificate, parseCertificateList } from "natalis/formats";
import { decodeUtf8, isNatalisError } from "natalis/kernel";
import { validatePath } from "natalis/path";
import type { ConformanceSuite, SuiteCase, SuitePorts, VectorFiles } from "./suite.ts";
import { vector } from "./vector-text.ts";

interface PathCase {
  readonly number: string;
  readonly title: string;
  /** The anchor first, the certificate in question last. */
  readonly certs: readonly string[];
  readonly crls: readonly string[];
  readonly shouldValidate: boolean;
  readonly initialPolicySet: readonly string[];
  readonly initialExplicitPolicy: boolean;
  readonly initialPolicyMappingInhibit: boolean;
  readonly initialInhibitAnyPolicy: boolean;
}

interface PathCases {
  readonly policyOids: Readonly<Record<string, string>>;
  readonly tests: readonly PathCase[];
}

/** Where we differ from the suite, and why; each stands in docs/divergences.md under its number. */
export const pkitsExceptions: ReadonlyMap<string, string> = new Map([
  ["4.1.4", "a DSA signature"],
  ["4.1.5", "a DSA signature with inherited parameters"],
]);

const at = new Date("2011-04-15T00:00:00Z");

export const pkitsPaths: ConformanceSuite = {
  name: "PKITS paths",
  sources: [
    { folder: "pkits", pattern: /^pkits\.json$/ },
    { folder: "pkits/certs", pattern: /\.crt$/ },
    { folder: "pkits/crls", pattern: /\.crl$/ },
  ],
  count: 247,
  cases: (files: VectorFiles) => {
    const { policyOids, tests } = JSON.parse(decodeUtf8(vector(files, "pkits/pkits.json"))) as PathCases;
    return tests.map((one) => caseOf(one, policyOids, files));
  },
};

function caseOf(given: PathCase, policyOids: PathCases["policyOids"], files: VectorFiles): SuiteCase {
  const { number, title, shouldValidate } = given;
  return {
    name: `${number} ${title}`,
    topic: number.split(".").slice(0, 2).join("."),
    expected: shouldValidate === !pkitsExceptions.has(number) ? "holds" : "refused",
    run: (ports) => answer(given, policyOids, files, ports),
  };
}

async function answer(
  given: PathCase,
  policyOids: PathCases["policyOids"],
  files: VectorFiles,
  { verifier }: SuitePorts,
): Promise<string> {
  const path = given.certs.map((name) => readOrNone(vector(files, `pkits/certs/${name}.crt`), readCertificate));
  const lists = given.crls.map((name) => readOrNone(vector(files, `pkits/crls/${name}.crl`), readList));
  const [anchor, certificate] = [path[0], path.at(-1)];
  if (anchor === undefined || certificate === undefined) return "refused";
  const request = {
    certificate,
    intermediates: path.slice(1, -1).filter((one) => one !== undefined),
    anchors: [anchor],
    at,
    policies: {
      initialPolicySet: given.initialPolicySet.map((name) => policyOids[name] ?? name),
      requireExplicitPolicy: given.initialExplicitPolicy,
      inhibitPolicyMapping: given.initialPolicyMappingInhibit,
      inhibitAnyPolicy: given.initialInhibitAnyPolicy,
    },
    status: {
      lists: lists.filter((one) => one !== undefined),
      responses: [],
      policy: { unknown: "refuse", clockSkew: 0 },
    } as const,
    verifier,
  };
  return validatePath(request).then(() => "holds", wordOf);
}

function wordOf(error: unknown): string {
  if (isNatalisError(error, "NAT_WEBCRYPTO_UNSUPPORTED")) return error.code;
  if (isNatalisError(error)) return "refused";
  throw error;
}

const readCertificate = (der: Uint8Array): Certificate => parseCertificate(der);
const readList = (der: Uint8Array): CertificateList => parseCertificateList(der);

/** Undefined for the few files that are refused at parse, as the suite about them says: no path has them. */
function readOrNone<T>(der: Uint8Array, read: (der: Uint8Array) => T): T | undefined {
  try {
    return read(der);
  } catch (error) {
    if (isNatalisError(error)) return undefined;
    throw error;
  }
}
