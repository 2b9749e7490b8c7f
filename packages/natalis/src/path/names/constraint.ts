// SPDX-License-Identifier: Apache-2.0
// What one name constraints extension asks of the names of one form (RFC 5280 6.1.3 b, c): that each is within one of
// the permitted subtrees, where any of this form are permitted at all, and none in an excluded one.

import { type GeneralSubtree, type NameConstraints, oids } from "../../formats/index.ts";
import { pathError } from "../errors.ts";
import { type CertificateNames, once } from "./certificate-names.ts";
import { directoryNames } from "./directory-names.ts";
import { dnsNames } from "./dns-names.ts";
import { emailAddresses } from "./email-addresses.ts";
import { ipAddresses } from "./ip-addresses.ts";
import { formKey, type NameForm, otherNameKey, type PresentedName, quote, type Subtree } from "./name-form.ts";
import { srvNames } from "./srv-names.ts";
import { unknownForm } from "./unknown-form.ts";
import { uris } from "./uris.ts";

/** What a validation has left of its work; every form that is looked for and every comparison takes one piece. */
export interface NameBudget {
  /** @throws NAT_PATH_BUDGET when none is left. */
  spend(kind: "nameConstraints"): void;
}

/** @throws NAT_PATH_NAME_CONSTRAINTS NAT_PATH_BUDGET */
export type Constraint = (names: CertificateNames, budget: NameBudget) => void;

/** The constraints of one extension, one for each form that it mentions. */
export const constraintsOf = once(({ permitted, excluded }: NameConstraints): readonly Constraint[] => {
  const permittedOf = Map.groupBy(permitted, ({ base }) => formKey(base));
  const excludedOf = Map.groupBy(excluded, ({ base }) => formKey(base));
  const forms = new Set([...permittedOf.keys(), ...excludedOf.keys()]);
  return Array.from(forms, (key) => constrain(key, permittedOf.get(key), excludedOf.get(key) ?? []));
});

type Subtrees = [permitted: readonly GeneralSubtree[] | undefined, excluded: readonly GeneralSubtree[]];

const srvName = otherNameKey(oids.dnsSrv);

function constrain(key: string, ...subtrees: Subtrees): Constraint {
  switch (key) {
    case "directoryName":
      return constraint(directoryNames, ...subtrees);
    case "dns":
      return constraint(dnsNames, ...subtrees);
    case "email":
      return constraint(emailAddresses, ...subtrees);
    case "uri":
      return constraint(uris, ...subtrees);
    case "ip":
      return constraint(ipAddresses, ...subtrees);
    case srvName:
      return constraint(srvNames, ...subtrees);
    default:
      return constraint(unknownForm(key), ...subtrees);
  }
}

function constraint<Value>(form: NameForm<Value>, ...[permitted, excluded]: Subtrees): Constraint {
  const allowed = permitted?.map((subtree) => readSubtree(form, subtree));
  const denied = excluded.map((subtree) => readSubtree(form, subtree));
  return (names, budget) => {
    budget.spend("nameConstraints");
    for (const name of form.presented(names)) check(name, allowed, denied, budget);
  };
}

/** A distance from the base means nothing in this profile: such a subtree is not understood. */
function readSubtree<Value>(form: NameForm<Value>, { base, minimum = 0, maximum }: GeneralSubtree) {
  return minimum === 0 && maximum === undefined ? form.subtree(base) : undefined;
}

function check<Value>(
  { form, text, value }: PresentedName<Value>,
  allowed: readonly (Subtree<Value> | undefined)[] | undefined,
  denied: readonly (Subtree<Value> | undefined)[],
  budget: NameBudget,
): void {
  const refusal = (what: string) => pathError("NAT_PATH_NAME_CONSTRAINTS", `${quote(form, text)} ${what}`);
  const compare = (subtree: Subtree<Value> | undefined) => {
    budget.spend("nameConstraints");
    if (subtree === undefined) throw refusal("is constrained in a way that is not understood");
    if (value === undefined) throw refusal("cannot be compared with the subtrees of its form");
    return subtree(value);
  };
  if (denied.some((subtree) => compare(subtree) !== "outside")) throw refusal("is in an excluded subtree");
  if (allowed !== undefined && !allowed.some((subtree) => compare(subtree) === "within"))
    throw refusal("is in no permitted subtree");
}
