// SPDX-License-Identifier: Apache-2.0
// What the CBOR room refuses, and why.

import { errorFactory } from "../../kernel/index.ts";

export const cborErrors = {
  NAT_CBOR_SIZE: "The CBOR data is larger than the reader allows.",
  NAT_CBOR_DEPTH: "The CBOR data is nested deeper than the reader allows.",
  NAT_CBOR_TRUNCATED: "The CBOR data ends inside an item.",
  NAT_CBOR_TRAILING: "Bytes follow the one CBOR item expected.",
  NAT_CBOR_NOT_DETERMINISTIC: "The CBOR data is not in deterministic encoding (RFC 8949 section 4.2.1).",
  NAT_CBOR_DUPLICATE_KEY: "A CBOR map has the same key twice.",
  NAT_CBOR_UNSUPPORTED: "The CBOR data holds an item that Natalis never uses.",
  NAT_CBOR_UTF8: "A CBOR text string is not valid UTF-8.",
  NAT_CBOR_VALUE: "The value cannot be written as deterministic CBOR.",
  NAT_CBOR_SHAPE: "The CBOR item is not of the type or length expected here.",
} as const;

export const cborError = errorFactory(cborErrors);
