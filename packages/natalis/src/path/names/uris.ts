// SPDX-License-Identifier: Apache-2.0
// uniformResourceIdentifier (RFC 5280 4.2.1.10): constraints are on the host. A URI without an authority, urn:uuid:
// among them, or with an address for its host has nothing to compare, so that constraints on URIs refuse it.

import { isHostName, lowerCaseAscii } from "../../formats/index.ts";
import { once } from "./certificate-names.ts";
import { hostOrDomain } from "./host-subtree.ts";
import { alternativeNames, isWithin, type NameForm } from "./name-form.ts";

/** The value is the host, in lower case. */
export const uris: NameForm<string> = {
  presented: once((names) =>
    alternativeNames(names, "uri").map(({ value }) => ({ form: "URI", text: value, value: hostOf(value) })),
  ),

  subtree: (base) => {
    if (base.kind !== "uri") return undefined;
    const contains = hostOrDomain(base.value);
    return (host) => isWithin(contains(host));
  },
};

const authorityOf = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/([^/?#]*)/;
const userInformation = /^(?:[A-Za-z0-9._~!$&'()*+,;=:-]|%[0-9A-Fa-f]{2})*$/;

/** Host name of the authority (RFC 3986 3.2); undefined where there is none that every reader would find. */
function hostOf(uri: string): string | undefined {
  const authority = authorityOf.exec(uri)?.[1] ?? "";
  const at = authority.indexOf("@");
  if (at >= 0 && !userInformation.test(authority.slice(0, at))) return undefined;
  const host = authority.slice(at + 1).replace(/:[0-9]*$/, "");
  return isHostName(host) ? lowerCaseAscii(host) : undefined;
}
