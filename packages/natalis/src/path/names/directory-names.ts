// SPDX-License-Identifier: Apache-2.0
// directoryName: the subject, unless it is empty, and the directory names beside it (RFC 5280 4.2.1.10). Within a
// subtree is what begins with its relative names (7.1).

import { type Name, prepareName, startsWithKey } from "../../formats/index.ts";
import { once } from "./certificate-names.ts";
import { alternativeNames, isWithin, type NameForm, type PresentedName } from "./name-form.ts";

/** The value is the name's comparison key. */
export const directoryNames: NameForm<string> = {
  presented: once((names) => [
    ...(names.subject.relativeNames.length === 0 ? [] : [present("subject", names.subject)]),
    ...alternativeNames(names, "directoryName").map(({ value }) => present("directoryName", value)),
  ]),

  subtree: (base) => {
    if (base.kind !== "directoryName") return undefined;
    const { key: wanted, comparable } = prepareName(base.value);
    return comparable ? (key) => isWithin(startsWithKey(key, wanted)) : undefined;
  },
};

/** Where a name cannot be prepared for comparison, that it is no other name cannot be said (RFC 4518 2.4). */
function present(form: string, name: Name): PresentedName<string> {
  const { key, comparable } = prepareName(name);
  return { form, value: comparable ? key : undefined };
}
