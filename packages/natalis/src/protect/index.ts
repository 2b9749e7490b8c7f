// SPDX-License-Identifier: Apache-2.0
// Custody: what evidence proves of where a device's private key lives (DESIGN 5).

export { evidenceErrors } from "./errors.ts";
export type * from "./evidence.ts";
export * from "./tpm/index.ts";
