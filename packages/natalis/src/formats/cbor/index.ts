// SPDX-License-Identifier: Apache-2.0
// CBOR: deterministic encoding (RFC 8949 section 4.2.1) and nothing else, over cborg.

export { type CborLimits, decodeCbor, decodeCborSequence } from "./decode.ts";
export { encodeCbor } from "./encode.ts";
export { cborErrors } from "./errors.ts";
export { asArray, asBytes, asInteger, asMap, asText, asUnsigned } from "./read.ts";
export { type CborKey, type CborMap, type CborValue, Float64, float64, Tagged } from "./value.ts";
export { CborWriter, majorTypes } from "./writer.ts";
