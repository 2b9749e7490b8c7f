// SPDX-License-Identifier: Apache-2.0
// The offline root ceremony.

export { ceremonyErrors } from "./errors.ts";
export type { CeremonySecrets } from "./root-key.ts";
export { type CeremonyInput, runCeremony } from "./run.ts";
export { checkCeremony, verifyCeremony } from "./verify.ts";
