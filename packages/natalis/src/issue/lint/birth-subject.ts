// SPDX-License-Identifier: Apache-2.0
// A device's subject: maker (O), model (OU), serial number, and its UUID as common name, in this order.

import { checkString, oids, tags } from "../../formats/index.ts";
import { maximumTextLength } from "../text.ts";
import type { LintRule } from "./rule.ts";
import type { LintSubject } from "./subject.ts";

const order = [oids.organizationName, oids.organizationalUnitName, oids.serialNumber, oids.commonName];

export const birthSubject: LintRule = {
  id: "birth-subject",
  citation: "IEEE 802.1AR-2018 8.6, DESIGN 3.1",
  kinds: ["birth"],
  check(subject) {
    const attributes = subject.subject.relativeNames.map(([attribute]) => attribute);
    if (attributes.length !== order.length || attributes.some((attribute, at) => attribute?.oid !== order[at]))
      return "not O, OU, serialNumber, CN";
    const maker = attributes[0]?.value;
    return maker === subject.context.profile?.maker ? checkUnit(subject) : "the maker is not the profile's";
  },
  checkUnit,
};

function checkUnit(subject: LintSubject): string | undefined {
  const serial = subject.subjectValue(oids.serialNumber);
  checkString(tags.printableString, serial);
  if (serial.length === 0 || serial.length > maximumTextLength) return `a serial number of ${serial.length} characters`;
  return isUuid(subject.subjectValue(oids.commonName)) ? undefined : "a common name that is no UUID in lower case";
}

/** RFC 9562 section 4: 8-4-4-4-12 hexadecimal digits, in lower case. */
function isUuid(text: Uint8Array): boolean {
  if (text.length !== 36) return false;
  for (let at = 0; at < 36; at++) {
    const character = text[at] as number;
    const isHyphen = at === 8 || at === 13 || at === 18 || at === 23;
    const isDigit = (character >= 0x30 && character <= 0x39) || (character >= 0x61 && character <= 0x66);
    if (isHyphen ? character !== 0x2d : !isDigit) return false;
  }
  return true;
}
