// SPDX-License-Identifier: Apache-2.0
// What holds of every name space: its work is counted, it only ever gets narrower, and hostile names get a refusal.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import {
  encodeIa5String,
  encodeName,
  type GeneralName,
  type GeneralSubtree,
  type NameConstraints,
  oids,
  parseName,
  type SubtreeBase,
} from "../../formats/index.ts";
import { isNatalisError } from "../../kernel/index.ts";
import { pathError } from "../errors.ts";
import type { CertificateNames } from "./certificate-names.ts";
import type { NameBudget } from "./constraint.ts";
import { NameSpace } from "./name-space.ts";

const dns = (value: string) => ({ kind: "dns", value }) as const;
const subtrees = (...bases: SubtreeBase[]): GeneralSubtree[] => bases.map((base) => ({ base }));
const empty = parseName(encodeName([]));
const titled = (...subjectAltName: GeneralName[]): CertificateNames => ({ subject: empty, subjectAltName });
const { unconstrained } = NameSpace;

function budgetOf(count: number): NameBudget & { spent: number } {
  return {
    spent: 0,
    spend(kind) {
      assert.equal(kind, "nameConstraints");
      if (this.spent === count) throw pathError("NAT_PATH_BUDGET", "spent");
      this.spent++;
    },
  };
}

describe("work is counted", () => {
  const names = titled(...Array.from({ length: 10 }, (_, i) => dns(`h${i}.example`)));
  const others = Array.from({ length: 20 }, (_, i) => dns(`o${i}.test`));

  test("none where nothing is constrained", () => {
    unconstrained.check(names, budgetOf(0));
  });

  test("one for a form that the certificate has no name of", () => {
    const budget = budgetOf(1);
    unconstrained.narrowedBy({ permitted: subtrees(dns("a")), excluded: [] }).check(titled(), budget);
    assert.equal(budget.spent, 1);
  });

  test("one for each name and excluded subtree", () => {
    const budget = budgetOf(1000);
    unconstrained.narrowedBy({ permitted: [], excluded: subtrees(...others) }).check(names, budget);
    assert.equal(budget.spent, 1 + 10 * 20);
  });

  test("the last one refuses, whatever would have come of it", () => {
    const space = unconstrained.narrowedBy({ permitted: [], excluded: subtrees(...others) });
    const spent = (error: unknown) => isNatalisError(error, "NAT_PATH_BUDGET");
    assert.throws(() => space.check(names, budgetOf(200)), spent);
    assert.throws(() => space.check(names, budgetOf(0)), spent);
  });

  test("a product of names and subtrees ends there (cf. x509-limbo, pathological)", () => {
    const many = Array.from({ length: 4000 }, (_, i) => dns(`o${i}.test`));
    const space = unconstrained.narrowedBy({ permitted: [], excluded: subtrees(...many) });
    const leaf = titled(...Array.from({ length: 4000 }, (_, i) => dns(`h${i}.example`)));
    assert.throws(
      () => space.check(leaf, budgetOf(50_000)),
      (error) => isNatalisError(error, "NAT_PATH_BUDGET"),
    );
  });
});

describe("the refusal says which name, and why", () => {
  const constraints = {
    permitted: subtrees(dns("example.com"), { kind: "registeredId", value: "1.2.3" }),
    excluded: subtrees(dns("secret.example.com")),
  };
  for (const [why, names, detail] of [
    ["not permitted", titled(dns("example.org")), 'dNSName "example.org" is in no permitted subtree'],
    ["excluded", titled(dns("secret.example.com")), 'dNSName "secret.example.com" is in an excluded subtree'],
    ["malformed", titled(dns("a\\b")), 'dNSName "a\\\\b" cannot be compared with the subtrees of its form'],
    [
      "not understood",
      titled({ kind: "registeredId", value: "1.2.4" }),
      "registeredId is constrained in a way that is not understood",
    ],
    [
      "long",
      titled(dns("a".repeat(1000))),
      `dNSName "${"a".repeat(100)}" cannot be compared with the subtrees of its form`,
    ],
  ] as const)
    test(why, () =>
      assert.throws(
        () => unconstrained.narrowedBy(constraints).check(names, budgetOf(100)),
        (error) => isNatalisError(error, "NAT_PATH_NAME_CONSTRAINTS") && error.detail === detail,
      ),
    );
});

test("malformed names of forms that are not constrained are let alone", () => {
  const space = unconstrained.narrowedBy({ permitted: subtrees(dns("a.b")), excluded: [] });
  space.check(titled({ kind: "email", value: "a@b@c" }, { kind: "uri", value: ":" }), budgetOf(100));
});

const hosts = ["example.com", "a.example.com", "b.a.example.com", "example.org", "*.example.com", "*.org", ".com"];
const host = fc.constantFrom(...hosts);
const anyName: fc.Arbitrary<GeneralName> = fc.oneof(
  host.map(dns),
  host.map((value): GeneralName => ({ kind: "email", value: `x@${value}` })),
  host.map((value): GeneralName => ({ kind: "uri", value: `https://${value}/` })),
  fc.constantFrom(0, 1, 255).map((last): GeneralName => ({ kind: "ip", value: Uint8Array.of(192, 0, 2, last) })),
  host.map((value): GeneralName => ({ kind: "otherName", oid: oids.dnsSrv, value: encodeIa5String(`_s.${value}`) })),
  host.map(
    (value): GeneralName => ({
      kind: "directoryName",
      value: parseName(encodeName([{ oid: oids.organizationName, value }])),
    }),
  ),
);
const plainHost = fc.constantFrom(...hosts.slice(0, 4));
const anyBase: fc.Arbitrary<SubtreeBase> = fc.oneof(
  plainHost.map(dns),
  fc
    .tuple(fc.constantFrom("", ".", "x@"), plainHost)
    .map(([before, value]): SubtreeBase => ({ kind: "email", value: before + value })),
  fc
    .tuple(fc.constantFrom("", "."), plainHost)
    .map(([before, value]): SubtreeBase => ({ kind: "uri", value: before + value })),
  fc.constantFrom(0, 254, 255).map(
    (mask): SubtreeBase => ({
      kind: "ip",
      address: Uint8Array.of(192, 0, 2, 1),
      mask: Uint8Array.of(255, 255, 255, mask),
    }),
  ),
  plainHost.map((value): SubtreeBase => ({ kind: "otherName", oid: oids.dnsSrv, value: encodeIa5String(value) })),
  host.map(
    (value): SubtreeBase => ({
      kind: "directoryName",
      value: parseName(encodeName([{ oid: oids.organizationName, value }])),
    }),
  ),
);
const anySubtrees = fc.array(fc.record({ base: anyBase }), { maxLength: 3 });
const anyConstraints: fc.Arbitrary<NameConstraints> = fc.record({ permitted: anySubtrees, excluded: anySubtrees });
const anyNames = fc.array(anyName, { maxLength: 3 }).map((names) => titled(...names));

function isIn(space: NameSpace, names: CertificateNames): boolean {
  try {
    space.check(names, budgetOf(100_000));
    return true;
  } catch (error) {
    if (isNatalisError(error, "NAT_PATH_NAME_CONSTRAINTS")) return false;
    throw error;
  }
}

test("property: narrowing never lets a name in, and its order does not matter", () => {
  fc.assert(
    fc.property(anyConstraints, anyConstraints, anyNames, (first, second, names) => {
      const both = isIn(unconstrained.narrowedBy(first).narrowedBy(second), names);
      assert.equal(both, isIn(unconstrained.narrowedBy(first), names) && isIn(unconstrained.narrowedBy(second), names));
      assert.equal(both, isIn(unconstrained.narrowedBy(second).narrowedBy(first), names));
    }),
    { numRuns: 1000 },
  );
});

test("property: one more excluded subtree never lets a name in, one more of a permitted form never shuts one out", () => {
  fc.assert(
    fc.property(anyConstraints, anyBase, anyNames, ({ permitted, excluded }, base, names) => {
      const now = isIn(unconstrained.narrowedBy({ permitted, excluded }), names);
      const more = isIn(unconstrained.narrowedBy({ permitted, excluded: [...excluded, { base }] }), names);
      assert.ok(now || !more);
      if (!permitted.some((subtree) => subtree.base.kind === base.kind)) return;
      const wider = isIn(unconstrained.narrowedBy({ permitted: [...permitted, { base }], excluded }), names);
      assert.ok(wider || !now);
    }),
    { numRuns: 1000 },
  );
});

test("property: a subtree that is both permitted and excluded leaves no name of its form", () => {
  fc.assert(
    fc.property(anyBase, anyName, (base, name) => {
      const space = unconstrained.narrowedBy({ permitted: [{ base }], excluded: [{ base }] });
      assert.equal(isIn(space, titled(name)), base.kind !== name.kind);
    }),
    { numRuns: 1000 },
  );
});

test("property: whatever a name holds, it is in the space or refused by name", () => {
  const text = fc.string({ unit: "binary-ascii", minLength: 1, maxLength: 30 });
  const hostile: fc.Arbitrary<GeneralName> = fc.oneof(
    fc.record({ kind: fc.constantFrom("dns" as const, "email" as const, "uri" as const), value: text }),
    text.map((value): GeneralName => ({ kind: "uri", value: `https://${value}` })),
    fc.record({
      kind: fc.constant("otherName" as const),
      oid: fc.constantFrom(oids.dnsSrv, oids.smtpUtf8Mailbox),
      value: fc.uint8Array({ maxLength: 20 }),
    }),
  );
  fc.assert(
    fc.property(anyConstraints, hostile, (constraints, name) => {
      isIn(unconstrained.narrowedBy(constraints), titled(name));
    }),
    { numRuns: 2000 },
  );
});
