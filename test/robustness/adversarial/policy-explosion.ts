// SPDX-License-Identifier: Apache-2.0
// Policies that are mapped many to many at each of as many levels as a path may have (CVE-2023-0464): as a tree they
// would double, or more, at every certificate. As a graph they do not; then there are the paths, which are as many.

import {
  encodeCertificatePolicies,
  encodePolicyMappings,
  type Extension,
  oids,
  type PolicyMapping,
} from "natalis/formats";
import type { PolicyInputs } from "natalis/path";
import { extension } from "../corpus/forge.ts";
import type { Adversary } from "./adversary.ts";
import { layered, upTo } from "./parties.ts";

/** Short, so that many fit. */
const policy = (number: number) => `2.999.${number}`;
const levels = 18;

/** The most policies that an extension may have, or mappings. */
const most = 256;

const demanding = (...initialPolicySet: string[]): { policies: PolicyInputs } => {
  return { policies: { initialPolicySet, requireExplicitPolicy: true } };
};

export async function policyExplosions(): Promise<Adversary[]> {
  const refused = { asked: demanding("2.999"), code: "NAT_PATH_POLICY", signatures: 0 } as const;
  const sixteen = await mapped(16);
  return [
    { name: "16 policies mapped to 16 at 18 levels, none taken", ...sixteen, ...refused },
    {
      name: "16 policies mapped to 16 at 18 levels, one taken",
      ...sixteen,
      asked: demanding(policy(3)),
      code: "holds",
      signatures: levels + 1,
    },
    { name: "2 policies mapped to 2 at 18 levels", ...(await mapped(2)), ...refused },
    { name: "17 policies mapped to 17", ...(await mapped(17)), ...refused, code: "NAT_X509_EXTENSION" },
    { name: "256 policies, one mapped to all of them, at 18 levels", ...(await fanned()), ...refused },
    {
      name: "256 policies in each of two authorities at each of 9 levels",
      ...(await layered({ levels: 9, width: 2, extensions: [policiesOf(most)], leafExtensions: [policiesOf(most)] })),
      ...refused,
      code: "NAT_PATH_BUDGET",
      detail: "out of policies",
    },
  ];
}

/** Policies, each mapped to each. */
export function mappedPolicies(count: number): readonly Extension[] {
  return [policiesOf(count), mappingsOf(upTo(count).flatMap((from) => upTo(count).map((to) => [from, to] as const)))];
}

function mapped(count: number) {
  return layered({ levels, width: 1, extensions: mappedPolicies(count), leafExtensions: [policiesOf(count)] });
}

function fanned() {
  const extensions = [policiesOf(most), mappingsOf(upTo(most).map((to) => [0, to] as const))];
  return layered({ levels, width: 1, extensions, leafExtensions: [policiesOf(most)] });
}

function policiesOf(count: number): Extension {
  return extension(oids.certificatePolicies, encodeCertificatePolicies(upTo(count).map(policy)));
}

function mappingsOf(pairs: readonly (readonly [from: number, to: number])[]): Extension {
  const mappings = pairs.map(([from, to]): PolicyMapping => {
    return { issuerDomainPolicy: policy(from), subjectDomainPolicy: policy(to) };
  });
  return extension(oids.policyMappings, encodePolicyMappings(mappings), true);
}
