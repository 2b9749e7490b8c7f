// SPDX-License-Identifier: Apache-2.0
// A host as a general name: a DNS name (RFC 1123 section 2.1; lower case, no wildcard) or an IP address, whose octets
// stand in the certificate (RFC 5280 section 4.2.1.6).

import type { GeneralName } from "../formats/index.ts";
import { fromHex } from "../kernel/index.ts";
import { issueError } from "./errors.ts";

const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const dnsName = new RegExp(`^(?=.{1,253}$)${label}(?:\\.${label})*$`);
const ipv4 = /^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(?:\.(?!$)|$)){4}$/;

/** @throws NAT_ISSUE_FACTS */
export function parseHost(host: string): GeneralName {
  if (ipv4.test(host)) return { kind: "ip", value: Uint8Array.from(host.split("."), Number) };
  if (host.includes(":")) return { kind: "ip", value: ipv6Octets(host) };
  if (dnsName.test(host) && !/^[0-9.]+$/.test(host)) return { kind: "dns", value: host };
  throw issueError("NAT_ISSUE_FACTS", `${JSON.stringify(host.slice(0, 80))} is no DNS name or IP address`);
}

function ipv6Octets(host: string): Uint8Array {
  // The URL parser knows all forms of RFC 4291 and answers the one of RFC 5952.
  if (!/^[0-9a-f:.]+$/i.test(host) || !URL.canParse(`http://[${host}]`))
    throw issueError("NAT_ISSUE_FACTS", `${JSON.stringify(host.slice(0, 80))} is no IPv6 address`);
  const [head = "", tail] = new URL(`http://[${host}]`).hostname.slice(1, -1).split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => "0");
  return fromHex([...before, ...zeros, ...after].map((group) => group.padStart(4, "0")).join(""));
}
