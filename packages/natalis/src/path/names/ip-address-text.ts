// SPDX-License-Identifier: Apache-2.0
// The text form of IP addresses: dotted decimal, and the forms of RFC 4291 2.2 for IPv6. Strict, since readers that are
// not have disagreed about what 010.0.0.1 is: no leading zeros, no short forms, no zone.

const decimalOctet = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
const ipv4 = new RegExp(`^${decimalOctet}(?:\\.${decimalOctet}){3}$`);
const group = /^[0-9A-Fa-f]{1,4}$/;

/** 4 or 16 octets; undefined where the text is no address. */
export function parseIpAddress(text: string): Uint8Array | undefined {
  const octets = ipv4.test(text) ? ipv4Octets(text) : ipv6Octets(text);
  return octets === undefined ? undefined : Uint8Array.from(octets);
}

function ipv4Octets(text: string): number[] {
  return text.split(".").map(Number);
}

/** Two halves around the zeros that :: stands for, or one whole of eight groups. */
function ipv6Octets(text: string): number[] | undefined {
  const [head = "", tail, ...more] = text.split("::");
  if (more.length > 0) return undefined;
  const before = groupOctets(head, tail === undefined);
  if (tail === undefined) return before?.length === 16 ? before : undefined;
  const after = groupOctets(tail, true);
  if (before === undefined || after === undefined || before.length + after.length > 14) return undefined;
  return [...before, ...new Array<number>(16 - before.length - after.length).fill(0), ...after];
}

/** Groups between colons, none in an empty text; the last may be an IPv4 address where the address ends with it. */
function groupOctets(text: string, isEnd: boolean): number[] | undefined {
  if (text === "") return [];
  const groups = text.split(":");
  const octets: number[] = [];
  for (const [index, each] of groups.entries()) {
    if (isEnd && index === groups.length - 1 && ipv4.test(each)) octets.push(...ipv4Octets(each));
    else if (group.test(each)) octets.push(Number.parseInt(each, 16) >> 8, Number.parseInt(each, 16) & 0xff);
    else return undefined;
  }
  return octets;
}
