// SPDX-License-Identifier: Apache-2.0
// Subtrees of host names. Two rules of RFC 5280 4.2.1.10 look alike: a DNS name stands for itself and all below it; in
// URIs and mail addresses a name is one host, and with a period before it everything below but not itself. Of DNS names
// with a period RFC 5280 does not speak; everybody else reads them like those of URIs.

import { lowerCaseAscii } from "../../formats/index.ts";

/** Whether a host name in lower case is in it. */
export type HostSubtree = (host: string) => boolean;

/** Of a dNSName constraint (also of the domain of an SRVName, RFC 4985 4); the empty one has all names. */
export function dnsSubtree(base: string): HostSubtree {
  const apex = lowerCaseAscii(base);
  if (apex === "") return () => true;
  if (apex.startsWith(".")) return (host) => host.endsWith(apex);
  const domain = `.${apex}`;
  return (host) => host === apex || host.endsWith(domain);
}

/** Of the host part of an rfc822Name or uniformResourceIdentifier constraint. */
export function hostOrDomain(base: string): HostSubtree {
  const wanted = lowerCaseAscii(base);
  return wanted.startsWith(".") ? (host) => host.endsWith(wanted) : (host) => host === wanted;
}
