// SPDX-License-Identifier: Apache-2.0
// AuthorizationList of Android key attestation: a SEQUENCE of context tags with numbers into the hundreds, which take
// more than one identifier octet (ITU-T X.690 8.1.2.4) and occur nowhere else here. Devices write them in any order.

import { evidenceError } from "../../errors.ts";

/** Contents of the explicitly tagged values by their tag number. */
export type AuthorizationList = ReadonlyMap<number, Uint8Array>;

const mostEntries = 128;
const contextConstructed = 0xa0;
const longForm = 0x1f;

/** @param content of the SEQUENCE. @throws NAT_EVIDENCE_MALFORMED */
export function parseAuthorizationList(content: Uint8Array): AuthorizationList {
  const list = new Map<number, Uint8Array>();
  for (let at = 0; at < content.length; ) {
    const tag = readTag(content, at);
    const length = readLength(content, tag.end);
    const end = length.end + length.value;
    if (end > content.length) throw malformed("ends within a value");
    if (list.has(tag.value)) throw malformed(`has tag ${tag.value} twice`);
    if (list.size === mostEntries) throw malformed(`has more than ${mostEntries} entries`);
    list.set(tag.value, content.subarray(length.end, end));
    at = end;
  }
  return list;
}

interface Read {
  readonly value: number;
  readonly end: number;
}

function readTag(content: Uint8Array, at: number): Read {
  const first = content[at] as number;
  if ((first & 0xe0) !== contextConstructed) throw malformed(`has the identifier octet ${first}`);
  if ((first & longForm) !== longForm) return { value: first & longForm, end: at + 1 };
  let value = 0;
  for (let next = at + 1; next <= at + 3; next++) {
    const octet = content[next];
    if (octet === undefined || (next === at + 1 && octet === 0x80)) break;
    value = value * 128 + (octet & 0x7f);
    if (octet < 0x80 && value >= longForm) return { value, end: next + 1 };
    if (octet < 0x80) break;
  }
  throw malformed("has a malformed tag");
}

/** Definite and shortest (X.690 10.1); three octets of length reach beyond any certificate. */
function readLength(content: Uint8Array, at: number): Read {
  const first = content[at];
  if (first === undefined) throw malformed("ends within a tag");
  if (first < 0x80) return { value: first, end: at + 1 };
  const octets = first & 0x7f;
  const end = at + 1 + octets;
  if (octets === 0 || octets > 3 || end > content.length) throw malformed("has a malformed length");
  const value = content.subarray(at + 1, end).reduce((sum, octet) => sum * 256 + octet, 0);
  if (value < 0x80 || value < 256 ** (octets - 1)) throw malformed("has a length that is not the shortest");
  return { value, end };
}

function malformed(detail: string) {
  return evidenceError("NAT_EVIDENCE_MALFORMED", `the authorization list ${detail}`);
}
