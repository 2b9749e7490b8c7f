// SPDX-License-Identifier: Apache-2.0
// A device's alternative names are its hardware module name (the product line's hwType and the unit's serial number)
// and the URN of its UUID; they say the same unit and the same device as the subject.

import { encodeSubjectAltName, hardwareModuleGeneralName, oids } from "../../formats/index.ts";
import { equalBytes } from "../../kernel/index.ts";
import type { LintRule } from "./rule.ts";

const urn = "urn:uuid:";
const headLength = 2;

export const birthNames: LintRule = {
  id: "birth-names",
  citation: "RFC 5280 4.2.1.6, RFC 4108 5, IEEE 802.1AR-2018 8.10.4, RFC 9562 4",
  kinds: ["birth"],
  check(subject) {
    const { authority, profile } = subject.context;
    const value = subject.value(oids.subjectAltName);
    if (value === undefined || authority === undefined || profile === undefined) return "none";
    const type = authority.oids.product(profile.productNumber);
    const due = encodeSubjectAltName([
      hardwareModuleGeneralName({ type, serialNumber: subject.subjectValue(oids.serialNumber) }),
      { kind: "uri", value: urn + subject.subjectText(oids.commonName) },
    ]);
    return equalBytes(value, due) ? undefined : "not the hardware module name and the UUID of the subject";
  },
  // The names end with: serial number, then tag, length, "urn:uuid:" and the UUID.
  checkUnit(subject) {
    const value = subject.value(oids.subjectAltName);
    const serial = subject.subjectValue(oids.serialNumber);
    const uuid = subject.subjectValue(oids.commonName);
    if (value === undefined) return "none";
    const uuidStart = value.length - uuid.length;
    const serialEnd = uuidStart - urn.length - headLength;
    if (!equalBytes(value.subarray(uuidStart), uuid)) return "another UUID than the subject's";
    const hardwareSerial = value.subarray(serialEnd - serial.length, serialEnd);
    return equalBytes(hardwareSerial, serial) ? undefined : "another serial number than the subject's";
  },
};
