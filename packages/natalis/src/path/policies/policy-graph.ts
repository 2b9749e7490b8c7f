// SPDX-License-Identifier: Apache-2.0
// The valid policy graph of RFC 9618, which updates RFC 5280 6.1: a level a certificate, on it one node a policy however
// many ways lead there. As a tree, the same policies would double at every level (CVE-2023-0464); as a graph, nodes and
// edges together are at most what the certificates name.

import { oids } from "../../formats/index.ts";

interface PolicyNode {
  readonly policy: string;
  /** Those of the level above that it stands under. */
  readonly parents: readonly PolicyNode[];
  /** expected_policy_set: what the next certificate may call it. */
  expected: readonly string[];
}

type Level = ReadonlyMap<string, PolicyNode>;

/** All levels so far, the newest one last. Where that one is empty, the graph is NULL: no policy holds any more. */
export class PolicyGraph {
  #level: Map<string, PolicyNode> = new Map([[oids.anyPolicy, node(oids.anyPolicy, [])]]);

  get isNull(): boolean {
    return this.#level.size === 0;
  }

  /** RFC 5280 6.1.3 (d) and (e): the next level, from what a certificate names; `any` where its anyPolicy counts. */
  descend(named: ReadonlySet<string>, any: boolean): void {
    const above = this.#level;
    const expecting = expectingNodes(above);
    const level = new Map<string, PolicyNode>();
    for (const policy of named)
      if (policy !== oids.anyPolicy) place(level, policy, parentsOf(policy, expecting, above));
    if (any)
      for (const [policy, parents] of expecting) if (!level.has(policy)) level.set(policy, node(policy, parents));
    this.#level = level;
  }

  /** 6.1.4 (b)(1): what the issuer calls `policy`, those below may call one of `expected`. */
  map(policy: string, expected: readonly string[]): void {
    const mapped = this.#level.get(policy) ?? this.#underAny(policy);
    if (mapped !== undefined) mapped.expected = expected;
  }

  /** 6.1.4 (b)(2): where mapping is inhibited, a policy that would be mapped holds no longer. */
  drop(policy: string): void {
    this.#level.delete(policy);
  }

  /**
   * 6.1.5 (g): the policies left for a user who takes these (anyPolicy: all), by the names that the last certificate
   * gives them; anyPolicy is among them where nothing narrows the user's choice.
   */
  acceptedBy(user: ReadonlySet<string>): ReadonlySet<string> {
    const any = this.#level.has(oids.anyPolicy);
    if (user.has(oids.anyPolicy)) return new Set(this.#level.keys());
    const known = new Map<PolicyNode, boolean>();
    const named = [...this.#level.values()].filter((one) => standsUnder(one, user, known));
    return new Set([...named.map(({ policy }) => policy), ...(any ? user : [])]);
  }

  #underAny(policy: string): PolicyNode | undefined {
    const any = this.#level.get(oids.anyPolicy);
    if (any === undefined) return undefined;
    const created = node(policy, any.parents);
    this.#level.set(policy, created);
    return created;
  }
}

function node(policy: string, parents: readonly PolicyNode[]): PolicyNode {
  return { policy, parents, expected: [policy] };
}

/** The nodes of a level by each policy that they expect. */
function expectingNodes(level: Level): Map<string, PolicyNode[]> {
  const expecting = new Map<string, PolicyNode[]>();
  for (const one of level.values())
    for (const policy of one.expected) {
      const found = expecting.get(policy);
      if (found === undefined) expecting.set(policy, [one]);
      else found.push(one);
    }
  return expecting;
}

/** 6.1.3 (d)(1): under whoever expects it, else under anyPolicy. */
function parentsOf(policy: string, expecting: ReadonlyMap<string, PolicyNode[]>, above: Level): readonly PolicyNode[] {
  const any = above.get(oids.anyPolicy);
  return expecting.get(policy) ?? (any === undefined ? [] : [any]);
}

function place(level: Map<string, PolicyNode>, policy: string, parents: readonly PolicyNode[]): void {
  if (parents.length > 0) level.set(policy, node(policy, parents));
}

/** Whether a policy of the anchor's domain that leads to this node is one of the user's; each node is asked once. */
function standsUnder(one: PolicyNode, user: ReadonlySet<string>, known: Map<PolicyNode, boolean>): boolean {
  const before = known.get(one);
  if (before !== undefined) return before;
  const isTop = one.parents[0]?.policy === oids.anyPolicy;
  const answer = isTop ? user.has(one.policy) : one.parents.some((parent) => standsUnder(parent, user, known));
  known.set(one, answer);
  return answer;
}
