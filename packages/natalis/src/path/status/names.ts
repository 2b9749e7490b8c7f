// SPDX-License-Identifier: Apache-2.0
// When names of lists, responders and distribution points are the same (RFC 5280 7.1, 7.4): as texts that are equal
// where the names are, so that lists of names are compared in as many steps as they have names.

import { comparisonKey, encodeGeneralName, type GeneralName, type Name } from "../../formats/index.ts";
import { toHex } from "../../kernel/index.ts";
import { once } from "../names/certificate-names.ts";

/** Whether two lists of names have one in common. */
export function haveCommonName(a: readonly GeneralName[], b: readonly GeneralName[]): boolean {
  const keys = keysOf(b);
  for (const key of keysOf(a)) if (keys.has(key)) return true;
  return false;
}

/** Whether a distinguished name is among general names. */
export function isNamedIn(name: Name, names: readonly GeneralName[]): boolean {
  return keysOf(names).has(directoryKey(name));
}

/** The same points are laid beside list after list. */
const keysOf = once((names: readonly GeneralName[]): ReadonlySet<string> => new Set(names.map(keyOf)));

/** URIs are the same up to the case of scheme and host; other kinds of names octet for octet. */
function keyOf(name: GeneralName): string {
  if (name.kind === "directoryName") return directoryKey(name.value);
  return name.kind === "uri" ? `uri ${comparableUri(name.value)}` : toHex(encodeGeneralName(name));
}

function directoryKey(name: Name): string {
  return `directoryName ${comparisonKey(name)}`;
}

const schemeAndHost = /^([^:/?#]+:)(?:(\/\/(?:[^/?#]*@)?)([^/?#]*))?/;

function comparableUri(uri: string): string {
  return uri.replace(
    schemeAndHost,
    (_, scheme: string, before = "", host = "") => `${scheme.toLowerCase()}${before}${host.toLowerCase()}`,
  );
}
