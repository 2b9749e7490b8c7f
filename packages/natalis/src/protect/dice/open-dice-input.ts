// SPDX-License-Identifier: Apache-2.0
// OpenDiceInput, the extension of X.509 CDI certificates (Open Profile for DICE, "Custom Extension Format"): the inputs
// that a layer's secret was derived from, all explicitly tagged and optional.

import { contextTag, type DerReader, readExactly, tags } from "../../formats/index.ts";
import { toHex } from "../../kernel/index.ts";
import { faultOfMode, type LayerStatement } from "./layer.ts";

export const openDiceInputOid = "1.3.6.1.4.1.11129.2.1.24";

const fields = { codeHash: 0, authorityHash: 4, mode: 6, profileName: 7 } as const;
const mostFields = 8;

/** @throws the NAT_DER_ errors */
export function parseOpenDiceInput(value: Uint8Array): LayerStatement {
  return readExactly(value, readInput);
}

function readInput(reader: DerReader): LayerStatement {
  const sequence = reader.enter();
  const details: (readonly [string, string])[] = [];
  let fault: string | undefined = "a layer without a mode";
  for (let number = 0; number < mostFields; number++) {
    const field = sequence.optional(contextTag(number));
    if (field === undefined) continue;
    if (number === fields.mode) fault = faultOfMode(field.smallInteger(modeTag(field)));
    else if (number === fields.profileName) details.push(["profile", field.utf8()]);
    else readOctets(field, number, details);
    field.end();
  }
  sequence.end();
  return { ...(fault === undefined ? {} : { fault }), details };
}

/** The profile says INTEGER, and its own certificates have ENUMERATED. */
function modeTag(field: DerReader): number {
  return field.peekTag() === tags.enumerated ? tags.enumerated : tags.integer;
}

function readOctets(field: DerReader, number: number, details: (readonly [string, string])[]): void {
  const octets = field.octetString();
  if (number === fields.codeHash) details.push(["code", toHex(octets)]);
  if (number === fields.authorityHash) details.push(["authority", toHex(octets)]);
}
