// SPDX-License-Identifier: Apache-2.0
// dNSName (RFC 5280 4.2.1.10, 7.2). A wildcard stands for the names that have one more label (RFC 9525 6.3): it is
// within a subtree where all of those are, and partly where one of them is (CVE-2025-61727: Go let that pass).

import { isHostName, lowerCaseAscii } from "../../formats/index.ts";
import { once } from "./certificate-names.ts";
import { dnsSubtree } from "./host-subtree.ts";
import { alternativeNames, type Containment, type NameForm } from "./name-form.ts";

interface DnsName {
  /** In lower case; of a wildcard, what stands behind it. */
  readonly host: string;
  readonly isWildcard: boolean;
}

export const dnsNames: NameForm<DnsName> = {
  presented: once((names) =>
    alternativeNames(names, "dns").map(({ value }) => ({ form: "dNSName", text: value, value: readDnsName(value) })),
  ),

  subtree: (base) => {
    if (base.kind !== "dns") return undefined;
    const contains = dnsSubtree(base.value);
    const apex = lowerCaseAscii(base.value);
    return ({ host, isWildcard }): Containment => {
      if (contains(isWildcard ? `*.${host}` : host)) return "within";
      return isWildcard && isOneLabelBelow(apex, host) ? "partly" : "outside";
    };
  },
};

function readDnsName(text: string): DnsName | undefined {
  const isWildcard = text.startsWith("*.");
  const host = lowerCaseAscii(isWildcard ? text.slice(2) : text);
  return isHostName(host) ? { host, isWildcard } : undefined;
}

function isOneLabelBelow(name: string, host: string): boolean {
  return name.endsWith(`.${host}`) && name.indexOf(".") === name.length - host.length - 1;
}
