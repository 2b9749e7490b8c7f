// SPDX-License-Identifier: Apache-2.0
// The serial number is one of ours: positive, unguessable, of one length, so that its low byte fixes the CRL shard.

import { isSerial } from "../serial.ts";
import { everyKind, type LintRule } from "./rule.ts";
import type { LintSubject } from "./subject.ts";

export const serialNumber: LintRule = {
  id: "serial-number",
  citation: "RFC 5280 4.1.2.2",
  kinds: everyKind,
  check,
  checkUnit: check,
};

function check({ serialNumber: serial }: LintSubject): string | undefined {
  return isSerial(serial) ? undefined : `${serial.length} octets, where 16 from 0x40 to 0x7f are due`;
}
