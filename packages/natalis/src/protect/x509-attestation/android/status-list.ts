// SPDX-License-Identifier: Apache-2.0
// The list of attestation certificates that Google revoked or suspended: JSON { "entries": { serial number: { "status",
// "reason" } } }. Serial numbers are lower-case hexadecimal without leading zeros; entries of the list's first years are
// decimal, so both forms of a certificate's number are looked up.

import type { Certificate } from "../../../formats/index.ts";
import { evidenceError } from "../../errors.ts";

/** Status texts by serial number, as the list writes it. */
export type AndroidStatusList = ReadonlyMap<string, string>;

/** The list had some thousands of entries of about a hundred characters. */
const mostCharacters = 16 << 20;

/** @throws NAT_EVIDENCE_MALFORMED */
export function parseAndroidStatusList(text: string): AndroidStatusList {
  if (text.length > mostCharacters) throw malformed(`has more than ${mostCharacters} characters`);
  const entries = propertyOf(parseJson(text), "entries");
  if (!isObject(entries)) throw malformed("has no entries");
  return new Map(Object.entries(entries).map(([serial, entry]) => [serial.toLowerCase(), statusOf(serial, entry)]));
}

/** What the list says of a certificate: any status there takes its trust. */
export function androidStatusOf(list: AndroidStatusList, { serialNumber }: Certificate): string | undefined {
  const number = serialNumber.reduce((sum, octet) => (sum << 8n) | BigInt(octet), 0n);
  return list.get(number.toString(16)) ?? list.get(number.toString(10));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed("is no JSON");
  }
}

function statusOf(serial: string, entry: unknown): string {
  const [status, reason] = [propertyOf(entry, "status"), propertyOf(entry, "reason")];
  if (typeof status !== "string") throw malformed(`says nothing of ${JSON.stringify(serial.slice(0, 64))}`);
  return typeof reason === "string" ? `${status}, ${reason}` : status;
}

function propertyOf(value: unknown, name: string): unknown {
  return isObject(value) ? Object.getOwnPropertyDescriptor(value, name)?.value : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function malformed(detail: string) {
  return evidenceError("NAT_EVIDENCE_MALFORMED", `the status list ${detail}`);
}
