// SPDX-License-Identifier: Apache-2.0
// Strict DER (ITU-T X.690): reader, writer, and a check for values of unknown type.

export * from "./check.ts";
export { derErrors } from "./errors.ts";
export { decodeOid } from "./object-identifier.ts";
export * from "./reader.ts";
export * from "./strings.ts";
export * from "./tags.ts";
export * from "./writer.ts";
