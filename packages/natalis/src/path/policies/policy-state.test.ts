// SPDX-License-Identifier: Apache-2.0
// Which policies a path ends with, and when one is demanded that it does not have: the counters of RFC 5280 6.1.2 (d)
// to (f) and the inputs of 6.1.1, on forged paths.

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey, nodeSignatureVerifier } from "@natalis/node";
import {
  algorithms,
  encodeCertificatePolicies,
  encodeInhibitAnyPolicy,
  encodePolicyConstraints,
  encodePolicyMappings,
  type Extension,
  oids,
  type PolicyConstraints,
} from "../../formats/index.ts";
import { authorityExtensions, extension, type Forged, forgeCertificate } from "../../testing/certificate-forge.ts";
import { type PolicyInputs, type TrustAnchor, validatePath } from "../index.ts";

const any = oids.anyPolicy;
const gold = "1.3.6.1.4.1.32473.2.0";
const silver = "1.3.6.1.4.1.32473.2.1";
const bronze = "1.3.6.1.4.1.32473.2.2";
const key = () => generateKey(algorithms.ES256).signer;
const signer = key();
const authority = authorityExtensions().filter(({ oid }) => oid !== oids.certificatePolicies);

/** What one certificate says of policies. */
interface Says {
  readonly policies?: readonly string[];
  readonly maps?: readonly (readonly [issuer: string, subject: string])[];
  readonly constraints?: PolicyConstraints;
  readonly inhibitAny?: number;
  /** Issued by the authority above under that one's own name. */
  readonly selfIssued?: boolean;
}

function extensionsOf({ policies = [], maps = [], constraints, inhibitAny }: Says): Extension[] {
  const mappings = maps.map(([issuerDomainPolicy, subjectDomainPolicy]) => ({
    issuerDomainPolicy,
    subjectDomainPolicy,
  }));
  return [
    ...(policies.length > 0 ? [extension(oids.certificatePolicies, encodeCertificatePolicies(policies))] : []),
    ...(mappings.length > 0 ? [extension(oids.policyMappings, encodePolicyMappings(mappings), true)] : []),
    ...(constraints ? [extension(oids.policyConstraints, encodePolicyConstraints(constraints), true)] : []),
    ...(inhibitAny === undefined ? [] : [extension(oids.inhibitAnyPolicy, encodeInhibitAnyPolicy(inhibitAny), true)]),
  ];
}

interface Path {
  readonly root: Says;
  /** From below the root to the leaf. */
  readonly below: readonly Says[];
}

async function forge({ root, below }: Path): Promise<Forged[]> {
  const path = [await forgeCertificate({ name: "root", signer, extensions: [...authority, ...extensionsOf(root)] })];
  for (const [i, says] of below.entries()) {
    const issuer = path.at(-1) as Forged;
    const isLeaf = i === below.length - 1;
    path.push(
      await forgeCertificate({
        name: `level ${i}`,
        issuer,
        signer: key(),
        extensions: [...(isLeaf ? [] : authority), ...extensionsOf(says)],
        subject: says.selfIssued === true ? issuer.certificate.subject.der : undefined,
      }),
    );
  }
  return path;
}

interface Case extends Partial<Path> {
  readonly name: string;
  readonly inputs?: PolicyInputs;
  readonly anchor?: Exclude<TrustAnchor, { der: Uint8Array }>["constraints"];
  /** The policies of the path, or the code. */
  readonly expected: readonly string[] | `NAT_${string}`;
}

const explicit: PolicyInputs = { requireExplicitPolicy: true };
const anyAbove: Says = { policies: [any] };

const cases: readonly Case[] = [
  { name: "any above, one below", below: [anyAbove, { policies: [gold] }], expected: [gold] },
  { name: "any above, two below", below: [anyAbove, { policies: [gold, silver] }], expected: [gold, silver] },
  {
    name: "one above, it and another below",
    below: [{ policies: [gold] }, { policies: [gold, silver] }],
    expected: [gold],
  },
  { name: "one above, another below", below: [{ policies: [gold] }, { policies: [silver] }], expected: [] },
  { name: "one above, any below", below: [{ policies: [gold] }, anyAbove], expected: [gold] },
  { name: "any throughout", below: [anyAbove, anyAbove], expected: [any] },
  { name: "any and one above, any below", below: [{ policies: [any, gold] }, anyAbove], expected: [gold, any] },
  {
    name: "any and one above, another below",
    below: [{ policies: [any, gold] }, { policies: [silver] }],
    expected: [silver],
  },
  { name: "none above", below: [{}, { policies: [gold] }], expected: [] },
  { name: "none below", below: [anyAbove, {}], expected: [] },
  {
    name: "those of the anchor do not count",
    root: { policies: [silver] },
    below: [{ policies: [gold] }],
    expected: [gold],
  },

  { name: "one required, one there", below: [anyAbove, { policies: [gold] }], inputs: explicit, expected: [gold] },
  { name: "one required, none there", below: [anyAbove, {}], inputs: explicit, expected: "NAT_PATH_POLICY" },
  {
    name: "some required, another there",
    below: [anyAbove, { policies: [gold] }],
    inputs: { ...explicit, initialPolicySet: [silver] },
    expected: "NAT_PATH_POLICY",
  },
  {
    name: "some taken and none required: another is no refusal",
    below: [anyAbove, { policies: [gold] }],
    inputs: { initialPolicySet: [silver] },
    expected: [],
  },
  {
    name: "any there, some taken",
    below: [anyAbove, anyAbove],
    inputs: { ...explicit, initialPolicySet: [silver] },
    expected: [silver],
  },

  {
    name: "an authority requires one from here on",
    below: [{ ...anyAbove, constraints: { requireExplicitPolicy: 0 } }, {}],
    expected: "NAT_PATH_POLICY",
  },
  {
    name: "an authority requires one from the next authority on: this leaf is spared",
    below: [{ ...anyAbove, constraints: { requireExplicitPolicy: 2 } }, {}],
    expected: [],
  },
  {
    name: "the last certificate takes one from the count itself (6.1.5 a)",
    below: [{ ...anyAbove, constraints: { requireExplicitPolicy: 1 } }, {}],
    expected: "NAT_PATH_POLICY",
  },
  {
    name: "a self-issued certificate takes none from the count",
    below: [
      { ...anyAbove, constraints: { requireExplicitPolicy: 2 } },
      { ...anyAbove, selfIssued: true },
      { ...anyAbove, selfIssued: true },
      {},
    ],
    expected: [],
  },
  {
    name: "the leaf requires one of itself (6.1.5 b)",
    below: [anyAbove, { constraints: { requireExplicitPolicy: 0 } }],
    expected: "NAT_PATH_POLICY",
  },
  {
    name: "a later authority cannot take a requirement back",
    below: [
      { ...anyAbove, constraints: { requireExplicitPolicy: 0 } },
      { ...anyAbove, constraints: { requireExplicitPolicy: 9 } },
      {},
    ],
    expected: "NAT_PATH_POLICY",
  },
  {
    name: "an anchor's certificate requires one (RFC 5937)",
    root: { constraints: { requireExplicitPolicy: 0 } },
    below: [{}],
    expected: "NAT_PATH_POLICY",
  },

  {
    name: "mapped",
    below: [{ policies: [gold], maps: [[gold, silver]] }, { policies: [silver] }],
    inputs: { ...explicit, initialPolicySet: [gold] },
    expected: [silver],
  },
  {
    name: "mapped, by the user's inhibition not",
    below: [{ policies: [gold], maps: [[gold, silver]] }, { policies: [silver] }],
    inputs: { ...explicit, inhibitPolicyMapping: true },
    expected: "NAT_PATH_POLICY",
  },
  {
    name: "mapped, inhibited by the authority above",
    below: [
      { policies: [gold], constraints: { requireExplicitPolicy: 0, inhibitPolicyMapping: 0 } },
      { policies: [gold], maps: [[gold, silver]] },
      { policies: [silver] },
    ],
    expected: "NAT_PATH_POLICY",
  },
  {
    name: "mapped to two, mapped on",
    below: [
      {
        policies: [gold],
        maps: [
          [gold, silver],
          [gold, bronze],
          [gold, silver],
        ],
      },
      { policies: [bronze], maps: [[bronze, gold]] },
      { policies: [gold] },
    ],
    inputs: { ...explicit, initialPolicySet: [gold] },
    expected: [gold],
  },

  {
    name: "any inhibited by the user",
    below: [anyAbove, { policies: [gold] }],
    inputs: { inhibitAnyPolicy: true },
    expected: [],
  },
  {
    name: "any inhibited from the next on",
    below: [{ ...anyAbove, inhibitAny: 0 }, anyAbove],
    inputs: explicit,
    expected: "NAT_PATH_POLICY",
  },
  {
    name: "any inhibited, a self-issued authority's still counts",
    below: [{ ...anyAbove, inhibitAny: 0 }, { ...anyAbove, selfIssued: true }, { policies: [gold] }],
    inputs: explicit,
    expected: [gold],
  },
  {
    name: "any inhibited, a self-issued leaf's does not",
    below: [
      { ...anyAbove, inhibitAny: 0 },
      { ...anyAbove, selfIssued: true },
    ],
    inputs: explicit,
    expected: "NAT_PATH_POLICY",
  },

  {
    name: "an anchor trusted for some",
    below: [{ policies: [gold, silver] }],
    anchor: { policySet: [silver] },
    inputs: explicit,
    expected: [silver],
  },
  {
    name: "an anchor trusted for some, a user who takes others",
    below: [{ policies: [gold, silver] }],
    anchor: { policySet: [silver] },
    inputs: { ...explicit, initialPolicySet: [gold] },
    expected: "NAT_PATH_POLICY",
  },
  {
    name: "an anchor trusted for some, a user who takes one of them",
    below: [{ policies: [gold, silver] }],
    anchor: { policySet: [silver, gold] },
    inputs: { ...explicit, initialPolicySet: [gold] },
    expected: [gold],
  },
  { name: "an anchor under which one is required", below: [{}], anchor: explicit, expected: "NAT_PATH_POLICY" },
  {
    name: "an anchor under which none is mapped",
    below: [{ policies: [gold], maps: [[gold, silver]] }, { policies: [silver] }],
    anchor: { inhibitPolicyMapping: true },
    expected: [],
  },
  { name: "an anchor under which any is none", below: [anyAbove], anchor: { inhibitAnyPolicy: true }, expected: [] },
];

for (const { name, root = {}, below = [], inputs, anchor, expected } of cases)
  test(`policies: ${name}`, async () => {
    const [top, ...chain] = (await forge({ root, below })).map(({ certificate }) => certificate);
    assert.ok(top !== undefined);
    const [certificate, ...intermediates] = chain.toReversed();
    assert.ok(certificate !== undefined);
    const validating = validatePath({
      certificate,
      intermediates,
      anchors: [anchor === undefined ? top : { certificate: top, constraints: anchor }],
      at: new Date("2026-11-24T12:00:00Z"),
      policies: inputs,
      verifier: nodeSignatureVerifier,
    });
    if (typeof expected === "string") await assert.rejects(validating, { code: expected });
    else assert.deepEqual((await validating).policies, expected);
  });
