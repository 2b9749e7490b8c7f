// SPDX-License-Identifier: Apache-2.0
// The list of attestation certificates that Google revoked or suspended: JSON { "entries": { serial number: { "status",
// "reason" } } }. Serial numbers are lower-case hexadecimal without leading zeros; entries of the list's first years are
// decimal, so both forms of a certificate's number are looked up.

import {
  type Certificate,
  jsonMember,
  jsonObject,
  jsonText,
  type JsonValue,
  parseJson,
} from "../../../formats/index.ts";
import { wellFormed } from "../../refusal.ts";

/** Status texts by serial number, as the list writes it. */
export type AndroidStatusList = ReadonlyMap<string, string>;

/** The list had some thousands of entries of about a hundred characters. */
const mostCharacters = 16 << 20;

/** @throws NAT_EVIDENCE_MALFORMED */
export function parseAndroidStatusList(text: string): AndroidStatusList {
  return wellFormed("no status list", () => {
    const entries = jsonObject(jsonMember(jsonObject(parseJson(text, mostCharacters)), "entries"));
    return new Map(Object.entries(entries).map(([serial, entry]) => [serial.toLowerCase(), statusOf(entry)]));
  });
}

/** What the list says of a certificate: any status there takes its trust. */
export function androidStatusOf(list: AndroidStatusList, { serialNumber }: Certificate): string | undefined {
  const number = serialNumber.reduce((sum, octet) => (sum << 8n) | BigInt(octet), 0n);
  return list.get(number.toString(16)) ?? list.get(number.toString(10));
}

function statusOf(entry: JsonValue): string {
  const object = jsonObject(entry);
  const reason = jsonMember(object, "reason");
  return [jsonText(jsonMember(object, "status")), ...(typeof reason === "string" ? [reason] : [])].join(", ");
}
