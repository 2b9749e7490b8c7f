// SPDX-License-Identifier: Apache-2.0
// directoryName: the subject, unless it is empty, and the directory names beside it (RFC 5280 4.2.1.10). Within a
// subtree is what begins with its relative names (7.1).

import { comparisonKey, isComparable, type Name, startsWithKey } from "../../formats/index.ts";
import { once } from "./certificate-names.ts";
import { alternativeNames, isWithin, type NameForm, type PresentedName } from "./name-form.ts";

/** The value is the name's comparison key. */
export const directoryNames: NameForm<string> = {
  presented: once((names) => [
    ...(names.subject.relativeNames.length === 0 ? [] : [present("subject", names.subject)]),
    ...alternativeNames(names, "directoryName").map(({ value }) => present("directoryName", value)),
  ]),

  subtree: (base) => {
    if (base.kind !== "directoryName" || !isComparable(base.value)) return undefined;
    const wanted = comparisonKey(base.value);
    return (key) => isWithin(startsWithKey(key, wanted));
  },
};

/** Where a name cannot be prepared for comparison, that it is no other name cannot be said (RFC 4518 2.4). */
function present(form: string, name: Name): PresentedName<string> {
  return { form, value: isComparable(name) ? comparisonKey(name) : undefined };
}
