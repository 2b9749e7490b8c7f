// SPDX-License-Identifier: Apache-2.0
// The forms of which nothing here knows what a subtree is: registeredID, x400Address, ediPartyName, and all other
// names but those with a file of their own. Constrained, they refuse whoever has such a name (RFC 5280 4.2.1.10).

import { type NameForm, namesByForm } from "./name-form.ts";

/** @param key `formKey` of the form */
export function unknownForm(key: string): NameForm<never> {
  return {
    presented: (names) => (namesByForm(names).has(key) ? [{ form: key, value: undefined }] : []),
    subtree: () => undefined,
  };
}
