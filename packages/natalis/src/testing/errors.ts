// SPDX-License-Identifier: Apache-2.0
// What the testing room says: a contract that an adapter breaks is an error like any other, so any runner shows it.

import { errorFactory } from "../kernel/index.ts";

export const testingErrors = {
  NAT_TESTING_CONTRACT: "The adapter breaks the contract of its port.",
  NAT_TESTING_INJECTED: "The test asked for this failure.",
} as const;

export const testingError = errorFactory(testingErrors);
