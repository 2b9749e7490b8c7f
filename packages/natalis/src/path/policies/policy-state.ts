// SPDX-License-Identifier: Apache-2.0
// The policy part of path validation: RFC 5280 6.1.2 (a), (d) to (f), 6.1.3 (d) to (f), 6.1.4 (a), (b), (h) to (j) and
// 6.1.5 (a), (b), (g), with the graph of RFC 9618 in place of the tree.

import { oids, type PolicyMapping } from "../../formats/index.ts";
import { pathError } from "../errors.ts";
import type { PathCertificate } from "../path-certificate.ts";
import { PolicyGraph } from "./policy-graph.ts";
import type { PolicyInputs } from "./policy-inputs.ts";

const none: ReadonlySet<string> = new Set();

/** What a validation has left of its work: each policy that is named takes one piece, and each that is mapped. */
export interface PolicyBudget {
  /** @throws NAT_PATH_BUDGET when fewer are left. */
  spend(kind: "policies", amount: number): void;
}

export class PolicyState {
  readonly #graph = new PolicyGraph();
  readonly #user: ReadonlySet<string>;
  /** How many more certificates may stand before a policy is required, is no longer mapped, is no longer any. */
  #explicitPolicy: number;
  #policyMapping: number;
  #inhibitAnyPolicy: number;
  /** Whether any of the three can reach zero: where nobody asked for it, they are larger than the path is long. */
  #isCounting: boolean;

  /** @param length certificates of the path, the anchor apart (n) */
  constructor(inputs: PolicyInputs, length: number) {
    this.#user = new Set(inputs.initialPolicySet ?? [oids.anyPolicy]);
    this.#explicitPolicy = inputs.requireExplicitPolicy === true ? 0 : length + 1;
    this.#policyMapping = inputs.inhibitPolicyMapping === true ? 0 : length + 1;
    this.#inhibitAnyPolicy = inputs.inhibitAnyPolicy === true ? 0 : length + 1;
    this.#isCounting = false;
  }

  /** 6.1.3 (d) to (f). @throws NAT_PATH_POLICY, NAT_PATH_BUDGET */
  apply(certificate: PathCertificate, isLast: boolean, budget: PolicyBudget): void {
    const named = certificate.policies ?? none;
    budget.spend("policies", named.size);
    const any = named.has(oids.anyPolicy) && (this.#inhibitAnyPolicy > 0 || (!isLast && certificate.selfIssued));
    this.#graph.descend(named, any);
    if (this.#explicitPolicy === 0 && this.#graph.isNull)
      throw pathError("NAT_PATH_POLICY", `none is left at ${certificate.label}`);
  }

  /** 6.1.4 (b), (h) to (j): what an intermediate certificate demands of those below it. @throws NAT_PATH_BUDGET */
  prepareForNext(certificate: PathCertificate, budget: PolicyBudget): void {
    const mappings = certificate.policyMappings ?? [];
    budget.spend("policies", mappings.length);
    this.#map(mappings);
    if (this.#isCounting && !certificate.selfIssued) this.#countDown();
    this.constrain(certificate);
  }

  /** 6.1.4 (i) and (j); an anchor's certificate demands the same (RFC 5937). */
  constrain({ policyConstraints, inhibitAnyPolicy }: PathCertificate): void {
    if (policyConstraints === undefined && inhibitAnyPolicy === undefined) return;
    this.#isCounting = true;
    this.#explicitPolicy = lower(this.#explicitPolicy, policyConstraints?.requireExplicitPolicy);
    this.#policyMapping = lower(this.#policyMapping, policyConstraints?.inhibitPolicyMapping);
    this.#inhibitAnyPolicy = lower(this.#inhibitAnyPolicy, inhibitAnyPolicy);
  }

  /** 6.1.5 (a), (b), (g): the policies for which the path is valid, as OIDs. @throws NAT_PATH_POLICY */
  conclude(target: PathCertificate): readonly string[] {
    const explicit = this.#explicitPolicy <= 1 || target.policyConstraints?.requireExplicitPolicy === 0;
    const accepted = this.#graph.acceptedBy(this.#user);
    if (explicit && accepted.size === 0)
      throw pathError("NAT_PATH_POLICY", `none that is accepted is left at ${target.label}`);
    return [...accepted];
  }

  #map(mappings: readonly PolicyMapping[]): void {
    for (const [policy, expected] of grouped(mappings))
      if (this.#policyMapping > 0) this.#graph.map(policy, expected);
      else this.#graph.drop(policy);
  }

  #countDown(): void {
    this.#explicitPolicy = Math.max(0, this.#explicitPolicy - 1);
    this.#policyMapping = Math.max(0, this.#policyMapping - 1);
    this.#inhibitAnyPolicy = Math.max(0, this.#inhibitAnyPolicy - 1);
  }
}

function lower(current: number, limit: number | undefined): number {
  return limit === undefined ? current : Math.min(current, limit);
}

/** Subject domain policies by the issuer domain policy that they are mapped from, each once. */
function grouped(mappings: readonly PolicyMapping[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { issuerDomainPolicy, subjectDomainPolicy } of mappings) {
    const group = groups.get(issuerDomainPolicy);
    if (group === undefined) groups.set(issuerDomainPolicy, [subjectDomainPolicy]);
    else if (!group.includes(subjectDomainPolicy)) group.push(subjectDomainPolicy);
  }
  return groups;
}
