// SPDX-License-Identifier: Apache-2.0
// DiceTcbInfo (TCG DICE Attestation Architecture 1.2, section 6.1.1): what is measured of a layer, with flags of which
// each says that something is not as it should be; MultiTcbInfo is a list of them. All fields are implicitly tagged.

import { contextTag, decodeOid, type DerReader, readExactly, tags } from "../../formats/index.ts";
import { toHex } from "../../kernel/index.ts";
import { evidenceError } from "../errors.ts";
import type { LayerStatement } from "./layer.ts";

export const tcbInfoOid = "2.23.133.5.4.1";
export const multiTcbInfoOid = "2.23.133.5.4.5";
/** TcgUeid: the device's own name. */
export const tcgUeidOid = "2.23.133.5.4.4";

const texts = ["vendor", "model", "version"] as const;
const integers = ["security version", "layer", "index"] as const;
const fwids = 6;
const flags = 7;
const lastField = 12;

/** OperationalFlags by bit; the others say what a layer does not protect from, which is no state of it. */
const faults = ["not configured", "not secure", "recovery", "debug"] as const;
const mostInfos = 32;
const mostDigests = 16;

/** @throws NAT_EVIDENCE_MALFORMED and the NAT_DER_ errors */
export function parseTcbInfo(value: Uint8Array): LayerStatement {
  return readExactly(value, readTcbInfo);
}

/** SEQUENCE OF TcbInfo: a fault of one is a fault of all. @throws NAT_EVIDENCE_MALFORMED and the NAT_DER_ errors */
export function parseMultiTcbInfo(value: Uint8Array): LayerStatement {
  return readExactly(value, (reader) => {
    const infos: LayerStatement[] = [];
    for (const list = reader.enter(); list.remaining > 0; ) {
      if (infos.length === mostInfos) throw evidenceError("NAT_EVIDENCE_MALFORMED", `more than ${mostInfos} TcbInfos`);
      infos.push(readTcbInfo(list));
    }
    const fault = infos.find((info) => info.fault !== undefined)?.fault;
    return { ...(fault === undefined ? {} : { fault }), details: infos.flatMap(({ details }) => details) };
  });
}

function readTcbInfo(reader: DerReader): LayerStatement {
  const fields = reader.enter();
  const details: (readonly [string, string])[] = [];
  for (const [number, name] of texts.entries())
    if (isNext(fields, number)) details.push([name, fields.utf8(contextTag(number, false))]);
  for (const [i, name] of integers.entries()) {
    const number = texts.length + i;
    if (isNext(fields, number)) details.push([name, `${fields.unsigned(8, contextTag(number, false))}`]);
  }
  const digests = fields.optional(contextTag(fwids));
  if (digests !== undefined) details.push(...readDigests(digests));
  const fault = isNext(fields, flags) ? faultOf(fields.bitString(contextTag(flags, false)).bytes) : undefined;
  readRest(fields);
  return { ...(fault === undefined ? {} : { fault }), details };
}

function isNext(fields: DerReader, number: number): boolean {
  return fields.peekTag() === contextTag(number, false);
}

/** FWIDLIST: pairs of a hash algorithm and a digest. */
function readDigests(list: DerReader): (readonly [string, string])[] {
  const digests: (readonly [string, string])[] = [];
  while (list.remaining > 0) {
    if (digests.length === mostDigests)
      throw evidenceError("NAT_EVIDENCE_MALFORMED", `more than ${mostDigests} digests`);
    const fwid = list.enter();
    const algorithm = decodeOid(fwid.read(tags.oid));
    digests.push(["firmware", `${algorithm} ${toHex(fwid.octetString())}`]);
    fwid.end();
  }
  return digests;
}

function faultOf([first = 0]: Uint8Array): string | undefined {
  const name = faults.find((_, bit) => (first & (0x80 >> bit)) !== 0);
  return name && `a layer whose flags say: ${name}`;
}

/** vendorInfo, type, flagsMask, integrityRegisters: nothing of them changes what is refused. */
function readRest(fields: DerReader): void {
  for (let number = flags + 1; number <= lastField; number++)
    if (((fields.peekTag() ?? 0) & 0xdf) === contextTag(number, false)) fields.readRaw();
  fields.end();
}
