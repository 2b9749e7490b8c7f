// SPDX-License-Identifier: Apache-2.0
// The MUD URL extension (RFC 8520 section 11): where a network finds what this device is meant to talk to.

import { encodeIa5String, readExactly } from "../der/index.ts";
import { x509Error } from "./errors.ts";

const form = /^https:\/\/[\x21-\x7e]+$/;

/** @throws NAT_X509_EXTENSION unless it is an https URL; the NAT_DER_ errors */
export function parseMudUrl(value: Uint8Array): string {
  return requireForm(readExactly(value, (reader) => reader.ia5()));
}

/** @throws NAT_X509_EXTENSION unless it is an https URL */
export function encodeMudUrl(url: string): Uint8Array {
  return encodeIa5String(requireForm(url));
}

function requireForm(url: string): string {
  if (!form.test(url)) throw x509Error("NAT_X509_EXTENSION", `MUD URL of ${url.length} characters`);
  return url;
}
