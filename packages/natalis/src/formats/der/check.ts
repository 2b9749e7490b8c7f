// SPDX-License-Identifier: Apache-2.0
// Checks values whose type we do not know (ANY: algorithm parameters, foreign attributes) for being DER at all, so
// that nothing non-canonical hides in a structure that was otherwise read strictly (ITU-T X.690 sections 8, 10, 11).

import { derError } from "./errors.ts";
import { type DerReader, readExactly } from "./reader.ts";
import { checkString, isStringTag } from "./strings.ts";
import { tags } from "./tags.ts";

/** Universal types that DER encodes as primitive only: a constructed form is BER (X.690 10.2). */
const primitiveNumbers = new Set([1, 2, 3, 4, 5, 6, 7, 9, 10, 12, 13, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 30]);

/** Refuses bytes that are not exactly one DER value. @throws NAT_DER_… whichever rule is broken */
export function checkDer(bytes: Uint8Array): void {
  readExactly(bytes, checkValue);
}

function checkValue(reader: DerReader): void {
  const tag = reader.peekTag() ?? 0;
  const universal = tag < 0x40;
  if ((tag & 0x1f) === 0x1f) throw derError("NAT_DER_TAG", `a tag number above 30: ${tag}`);
  if ((tag & 0x20) === 0) checkPrimitive(reader, tag);
  else if (universal && primitiveNumbers.has(tag & 0x1f)) throw derError("NAT_DER_TAG", `constructed string ${tag}`);
  else for (const inner = reader.enter(tag); inner.remaining > 0; ) checkValue(inner);
}

function checkPrimitive(reader: DerReader, tag: number): void {
  if (tag === tags.boolean) reader.boolean();
  else if (tag === tags.integer || tag === tags.enumerated) reader.integer(tag);
  else if (tag === tags.bitString) reader.bitString();
  else if (tag === tags.null) reader.null();
  else if (tag === tags.oid) reader.oid();
  else if (isStringTag(tag)) checkString(tag, reader.read(tag));
  else if (tag < 0x40 && !primitiveNumbers.has(tag)) throw derError("NAT_DER_TAG", `primitive ${tag}`);
  else reader.readRaw();
}
