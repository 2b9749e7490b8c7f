// SPDX-License-Identifier: Apache-2.0
// The offline root ceremony.

export { type CeremonyInput, runCeremony } from "./run.ts";
export { checkCeremony, verifyCeremony } from "./verify.ts";
