// SPDX-License-Identifier: Apache-2.0
// NIST PKITS: certification paths with their revocation lists, each to be accepted, or refused for its own reason. All
// of them are run; the exceptions stand in docs/divergences.md, and one that comes out as the suite has it is a failure
// too.

import { type Certificate, type CertificateList, parseCertificate, parseCertificateList } from "natalis/formats";
import { decodeUtf8, isNatalisError } from "natalis/kernel";
import { type PathRequest, validatePath } from "natalis/path";
import { pkitsReason } from "./pkits-reasons.ts";
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
    expected: shouldValidate && !pkitsExceptions.has(number) ? "holds" : pkitsReason(number),
    run: (ports) => answer(given, policyOids, files, ports),
  };
}

async function answer(
  given: PathCase,
  policyOids: PathCases["policyOids"],
  files: VectorFiles,
  ports: SuitePorts,
): Promise<string> {
  try {
    await validatePath(requestOf(given, policyOids, files, ports));
    return "holds";
  } catch (error) {
    return codeOf(error);
  }
}

/** @throws what the certificate in question is refused for at parse */
function requestOf(
  given: PathCase,
  policyOids: PathCases["policyOids"],
  files: VectorFiles,
  { verifier }: SuitePorts,
): PathRequest {
  const file = (name: string) => vector(files, `pkits/certs/${name}.crt`);
  const [anchor = "", ...others] = given.certs;
  const lists = given.crls.map((name) => readOrNone(vector(files, `pkits/crls/${name}.crl`), readList));
  const intermediates = others.slice(0, -1).map((name) => readOrNone(file(name), readCertificate));
  return {
    certificate: readCertificate(file(others.at(-1) ?? "")),
    intermediates: intermediates.filter((one) => one !== undefined),
    anchors: [readCertificate(file(anchor))],
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
    },
    verifier,
  };
}

/** Of a status that is unknown, that of its most specific cause. */
function codeOf(error: unknown): string {
  if (!isNatalisError(error)) throw error;
  return error.code === "NAT_STATUS_UNKNOWN" ? codeOf(error.cause) : error.code;
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
