// SPDX-License-Identifier: Apache-2.0
// The graph against the tree that it stands for: RFC 5280 6.1.3 (d), 6.1.4 (b) and 6.1.5 (g) by the letter, nodes
// doubled and branches pruned, on random certificates of few policies.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { oids } from "../../formats/index.ts";
import { PolicyGraph } from "./policy-graph.ts";

const any = oids.anyPolicy;
const set = (...policies: string[]) => new Set(policies);

/** One certificate: what it names, whether its anyPolicy counts, and what it maps (or drops, where inhibited). */
interface Step {
  readonly named: readonly string[];
  readonly any: boolean;
  readonly mappings: readonly (readonly [issuer: string, subjects: readonly string[]])[];
  readonly mayMap: boolean;
}

function graphOf(steps: readonly Step[]): PolicyGraph {
  const graph = new PolicyGraph();
  for (const { named, any: isAny, mappings, mayMap } of steps) {
    graph.descend(new Set(named), isAny);
    for (const [policy, expected] of mappings)
      if (mayMap) graph.map(policy, expected);
      else graph.drop(policy);
  }
  return graph;
}

interface TreeNode {
  readonly policy: string;
  expected: readonly string[];
  children: TreeNode[];
  readonly parent: TreeNode | undefined;
}

class PolicyTree {
  readonly #root: TreeNode = { policy: any, expected: [any], children: [], parent: undefined };
  #depth = 0;
  #isNull = false;

  get isNull(): boolean {
    return this.#isNull;
  }

  step({ named, any: isAny, mappings, mayMap }: Step): void {
    const leaves = this.#leaves();
    this.#depth += 1;
    for (const policy of named) this.#addNamed(policy, leaves);
    if (isAny)
      for (const leaf of leaves)
        for (const policy of leaf.expected)
          if (!leaf.children.some((child) => child.policy === policy)) add(leaf, policy);
    this.#prune();
    for (const [policy, expected] of mappings)
      if (mayMap) this.#map(policy, expected);
      else this.#drop(policy);
  }

  acceptedBy(user: ReadonlySet<string>): ReadonlySet<string> {
    if (!user.has(any)) this.#intersect(user);
    return new Set(this.#leaves().map(({ policy }) => policy));
  }

  #intersect(user: ReadonlySet<string>): void {
    const tops = this.#all().filter((one) => one.parent?.policy === any && one.policy !== any);
    for (const top of tops) if (!user.has(top.policy)) remove(top);
    const known = new Set(tops.map(({ policy }) => policy));
    for (const leaf of this.#leaves().filter(({ policy }) => policy === any)) {
      for (const policy of user) if (!known.has(policy)) add(leaf.parent ?? leaf, policy);
      remove(leaf);
    }
    this.#prune();
  }

  #addNamed(policy: string, leaves: readonly TreeNode[]): void {
    const expecting = leaves.filter(({ expected }) => expected.includes(policy));
    const parents = expecting.length > 0 ? expecting : leaves.filter((leaf) => leaf.policy === any);
    for (const parent of parents) add(parent, policy);
  }

  #map(policy: string, expected: readonly string[]): void {
    const nodes = this.#leaves().filter((leaf) => leaf.policy === policy);
    for (const one of nodes) one.expected = expected;
    if (nodes.length > 0) return;
    for (const leaf of this.#leaves().filter((one) => one.policy === any)) {
      if (leaf.parent === undefined) continue;
      add(leaf.parent, policy).expected = expected;
    }
  }

  #drop(policy: string): void {
    for (const leaf of this.#leaves()) if (leaf.policy === policy) remove(leaf);
    this.#prune();
  }

  /** Branches that do not reach the deepest level fall. */
  #prune(): void {
    const fallen = () => this.#all().find((one) => one.children.length === 0 && depthOf(one) < this.#depth);
    for (let one = fallen(); one !== undefined; one = fallen()) {
      if (one.parent === undefined) {
        this.#isNull = true;
        return;
      }
      remove(one);
    }
  }

  #all(from: TreeNode = this.#root): TreeNode[] {
    return [from, ...from.children.flatMap((child) => this.#all(child))];
  }

  #leaves(): TreeNode[] {
    return this.#isNull ? [] : this.#all().filter((one) => depthOf(one) === this.#depth);
  }
}

function add(parent: TreeNode, policy: string): TreeNode {
  const child = { policy, expected: [policy], children: [], parent };
  parent.children.push(child);
  return child;
}

function remove(one: TreeNode): void {
  if (one.parent !== undefined) one.parent.children = one.parent.children.filter((child) => child !== one);
}

function depthOf({ parent }: TreeNode): number {
  return parent === undefined ? 0 : depthOf(parent) + 1;
}

const policy = fc.constantFrom("1.1", "1.2", "1.3", "1.4");
const mapping = fc.tuple(policy, fc.uniqueArray(policy, { minLength: 1, maxLength: 2 }));
const step: fc.Arbitrary<Step> = fc.record({
  named: fc.uniqueArray(policy, { maxLength: 3 }),
  any: fc.boolean(),
  mappings: fc.uniqueArray(mapping, { maxLength: 2, selector: ([from]) => from }),
  mayMap: fc.boolean(),
});

test("the graph holds exactly the policies that the tree of RFC 5280 holds", () => {
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 1, maxLength: 4 }),
      fc.uniqueArray(policy, { minLength: 1 }),
      fc.boolean(),
      (steps, accepted, takesAll) => {
        // 6.1.5 ends a path: the last certificate maps nothing.
        const path = steps.map((one, i) => (i === steps.length - 1 ? { ...one, mappings: [] } : one));
        const [graph, tree] = [graphOf(path), new PolicyTree()];
        for (const one of path) tree.step(one);
        assert.equal(graph.isNull, tree.isNull);
        const user = takesAll ? set(any) : new Set(accepted);
        assert.equal(graph.acceptedBy(user).size === 0, tree.acceptedBy(user).size === 0);
      },
    ),
    { numRuns: 3000 },
  );
});

const cases: readonly { name: string; steps: readonly Partial<Step>[]; user?: string[]; expected: string[] }[] = [
  { name: "nothing yet: any", steps: [], expected: [any] },
  { name: "named once", steps: [{ named: ["1.1", "1.2"] }], expected: ["1.1", "1.2"] },
  { name: "named twice", steps: [{ named: ["1.1", "1.2"] }, { named: ["1.2", "1.3"] }], expected: ["1.2"] },
  { name: "any above", steps: [{ any: true }, { named: ["1.1"] }], expected: ["1.1"] },
  { name: "any below", steps: [{ named: ["1.1"] }, { any: true }], expected: ["1.1"] },
  { name: "any between", steps: [{ named: ["1.1"] }, { any: true }, { named: ["1.2"] }], expected: [] },
  { name: "none in between", steps: [{ any: true }, {}, { any: true }], expected: [] },
  { name: "any all the way, a user who takes some", steps: [{ any: true }], user: ["1.1"], expected: ["1.1"] },
  { name: "a user who takes none of them", steps: [{ named: ["1.1"] }], user: ["1.2"], expected: [] },
  { name: "mapped", steps: [{ named: ["1.1"], mappings: [["1.1", ["1.2"]]] }, { named: ["1.2"] }], expected: ["1.2"] },
  {
    name: "mapped, and the user knows the issuer's name of it",
    steps: [{ named: ["1.1"], mappings: [["1.1", ["1.2"]]] }, { named: ["1.2"] }],
    user: ["1.1"],
    expected: ["1.2"],
  },
  {
    name: "mapped, and the user knows only the subject's name of it",
    steps: [{ named: ["1.1"], mappings: [["1.1", ["1.2"]]] }, { named: ["1.2"] }],
    user: ["1.2"],
    expected: [],
  },
  {
    name: "mapped from under any",
    steps: [{ any: true, mappings: [["1.1", ["1.2"]]] }, { named: ["1.2"] }],
    user: ["1.1"],
    expected: ["1.2"],
  },
  {
    name: "dropped where mapping is inhibited",
    steps: [{ named: ["1.1"], mappings: [["1.1", ["1.2"]]], mayMap: false }, { named: ["1.2"] }],
    expected: [],
  },
];

for (const { name, steps, user = [any], expected } of cases)
  test(name, () => {
    const graph = graphOf(steps.map((one) => ({ named: [], any: false, mappings: [], mayMap: true, ...one })));
    assert.deepEqual([...graph.acceptedBy(new Set(user))], expected);
    assert.equal(graph.isNull, expected.length === 0 && user[0] === any);
  });

test("every policy mapped to every other at every level stays as large as what is named (CVE-2023-0464)", () => {
  const policies = Array.from({ length: 60 }, (_, i) => `1.${i}`);
  const everything: Step = {
    named: policies,
    any: true,
    mappings: policies.map((from) => [from, policies] as const),
    mayMap: true,
  };
  const graph = graphOf(Array.from({ length: 10 }, () => everything));
  assert.deepEqual(graph.acceptedBy(set("1.0")), new Set(policies));
});
