// SPDX-License-Identifier: Apache-2.0
// PKCS#11 URIs (RFC 7512): which token, which key in it, through which module. Read strictly: an attribute that is not
// understood might have told two tokens apart. A PIN in an address ends up in logs and process lists, so one is refused.

import { isNatalisError, decodeUtf8, toHex } from "natalis/kernel";
import { pkcs11Error } from "./errors.ts";

/** What a token says of itself; what is absent is not asked. */
export interface TokenDescription {
  readonly label?: string;
  readonly manufacturer?: string;
  readonly model?: string;
  readonly serial?: string;
}

/** The label, or a closer description. */
export type TokenName = string | TokenDescription;

export interface KeyDescription {
  /** CKA_LABEL. */
  readonly label?: string;
  /** CKA_ID. */
  readonly id?: Uint8Array;
}

/** The label, or a closer description. */
export type KeyName = string | KeyDescription;

export interface Pkcs11Uri {
  readonly token: TokenDescription;
  readonly key: KeyDescription;
  /** The module's path. */
  readonly module?: string;
}

const longestUri = 2048;
const tokenNames = { token: "label", manufacturer: "manufacturer", model: "model", serial: "serial" } as const;

/** @throws NAT_PKCS11_URI */
export function parsePkcs11Uri(text: string): Pkcs11Uri {
  if (text.length > longestUri) throw refused(`${text.length} characters`);
  const [, path, query] = /^pkcs11:([^?#]*)(?:\?([^?#]*))?$/.exec(text) ?? [];
  if (path === undefined) throw refused("it is not pkcs11:path or pkcs11:path?query");
  const parts = attributesIn(path, ";");
  const more = attributesIn(query ?? "", "&");
  requireKnown(parts, [...Object.keys(tokenNames), "object", "id", "type"]);
  for (const name of ["pin-value", "pin-source"])
    if (more.has(name)) throw refused(`${name}: a PIN comes from a file of its own or from the keyboard`);
  requireKnown(more, ["module-path"]);
  if ((textIn(parts, "type", "type").type ?? "private") !== "private")
    throw refused("type: only a private key is meant here");
  return { token: tokenIn(parts), key: keyIn(parts), ...textIn(more, "module-path", "module") };
}

/** The URI that `parsePkcs11Uri` reads as this. */
export function formatPkcs11Uri({ token, key, module }: Pkcs11Uri): string {
  const attributes = Object.entries(tokenNames).map(([name, field]) => [name, token[field]] as const);
  const parts = [...attributes, ["object", key.label] as const]
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(value as string)}`);
  if (key.id !== undefined) parts.push(`id=${toHex(key.id).replaceAll(/../g, "%$&")}`);
  return `pkcs11:${parts.join(";")}${module === undefined ? "" : `?module-path=${encodePath(module)}`}`;
}

/** For people and messages. */
export function describeToken(token: TokenName): string {
  return typeof token === "string" ? JSON.stringify(token) : formatPkcs11Uri({ token, key: {} });
}

/** For people and messages. */
export function describeKey(key: KeyName): string {
  return typeof key === "string" ? JSON.stringify(key) : formatPkcs11Uri({ token: {}, key });
}

/** Letters, digits, what RFC 7512 section 2.3 leaves unescaped; all else as %XX. */
const attribute = /^([a-z-]+)=((?:[A-Za-z0-9\-._~:[\]@!$'()*+,=&/|]|%[0-9A-Fa-f]{2})*)$/;

function attributesIn(text: string, separator: ";" | "&"): ReadonlyMap<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  if (text === "") return found;
  for (const part of text.split(separator)) {
    const [, name, value] = attribute.exec(part) ?? [];
    if (name === undefined || value === undefined) throw refused(`${JSON.stringify(part)} is no attribute`);
    if (found.has(name)) throw refused(`${name} stands there twice`);
    found.set(name, percentDecoded(value));
  }
  return found;
}

function percentDecoded(value: string): Uint8Array {
  const octets = value.match(/%..|[^%]/g) ?? [];
  return Uint8Array.from(octets, (octet) =>
    octet.length === 1 ? octet.charCodeAt(0) : Number.parseInt(octet.slice(1), 16),
  );
}

function requireKnown(given: ReadonlyMap<string, Uint8Array>, known: readonly string[]): void {
  for (const name of given.keys()) if (!known.includes(name)) throw refused(`the attribute ${name} is not understood`);
}

function tokenIn(parts: ReadonlyMap<string, Uint8Array>): TokenDescription {
  return Object.assign({}, ...Object.entries(tokenNames).map(([name, field]) => textIn(parts, name, field)));
}

function keyIn(parts: ReadonlyMap<string, Uint8Array>): KeyDescription {
  const id = parts.get("id");
  if (id?.length === 0) throw refused("id is empty");
  return { ...textIn(parts, "object", "label"), ...(id === undefined ? {} : { id }) };
}

function textIn<Field extends string>(
  parts: ReadonlyMap<string, Uint8Array>,
  name: string,
  field: Field,
): { [name in Field]?: string } {
  const bytes = parts.get(name);
  if (bytes === undefined) return {};
  const text = textOf(bytes, name);
  if (text === "" || /\p{Cc}/u.test(text)) throw refused(`${name} is empty or has control characters`);
  return { [field]: text } as { [name in Field]?: string };
}

function textOf(bytes: Uint8Array, name: string): string {
  try {
    return decodeUtf8(bytes);
  } catch (cause) {
    if (isNatalisError(cause)) throw pkcs11Error("NAT_PKCS11_URI", `${name} is not UTF-8`, cause);
    throw cause;
  }
}

function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

function refused(detail: string) {
  return pkcs11Error("NAT_PKCS11_URI", detail);
}
