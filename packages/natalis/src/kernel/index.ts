// SPDX-License-Identifier: Apache-2.0
// The kernel: bytes, errors, ports. Imports nothing of Natalis.

export * from "./algorithm.ts";
export * from "./bytes.ts";
export * from "./errors.ts";
export { type DigestName, portableDigests, portableHash } from "./hash.ts";
export type * from "./ports.ts";
export * from "./uuid.ts";
