// SPDX-License-Identifier: Apache-2.0
// Host names as certificates carry them: the preferred name syntax of RFC 1034 3.5 as RFC 1123 2.1 changes it, which
// RFC 5280 4.2.1.6 asks of dNSName. ASCII only: international names stand as A-labels (RFC 9549).

/** Underscores are beyond the syntax, yet in use, and compare like letters: letting them through deceives nobody. */
const label = "[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?";
const hostName = new RegExp(`^(?=.{1,253}$)${label}(?:\\.${label})*$`);
/** RFC 1123 2.1: the last label of a name is not a number, so that no name looks like an IPv4 address. */
const numericEnd = /(?:^|\.)[0-9]+$/;

/** Whether the text is a host name: labels of letters, digits and hyphens, no empty one, no dot at either end. */
export function isHostName(text: string): boolean {
  return hostName.test(text) && !numericEnd.test(text);
}

/** Lower case of ASCII letters only, as names of hosts are compared (RFC 4343); other text is left as it is. */
export function lowerCaseAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
