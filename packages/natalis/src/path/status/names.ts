// SPDX-License-Identifier: Apache-2.0
// When names of lists, responders and distribution points are the same (RFC 5280 7.1, 7.4).

import { encodeGeneralName, type GeneralName, type Name, sameName } from "../../formats/index.ts";
import { equalBytes } from "../../kernel/index.ts";

/** URIs are the same up to the case of scheme and host; other kinds of names octet for octet. */
export function isSameGeneralName(a: GeneralName, b: GeneralName): boolean {
  if (a.kind === "directoryName" && b.kind === "directoryName") return sameName(a.value, b.value);
  if (a.kind === "uri" && b.kind === "uri") return comparableUri(a.value) === comparableUri(b.value);
  return a.kind === b.kind && equalBytes(encodeGeneralName(a), encodeGeneralName(b));
}

/** Whether a distinguished name is among general names. */
export function isNamedIn(name: Name, names: readonly GeneralName[]): boolean {
  return names.some((other) => other.kind === "directoryName" && sameName(other.value, name));
}

const schemeAndHost = /^([^:/?#]+:)(?:(\/\/(?:[^/?#]*@)?)([^/?#]*))?/;

function comparableUri(uri: string): string {
  return uri.replace(
    schemeAndHost,
    (_, scheme: string, before = "", host = "") => `${scheme.toLowerCase()}${before}${host.toLowerCase()}`,
  );
}
