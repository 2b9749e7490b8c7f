// SPDX-License-Identifier: Apache-2.0
// What every adapter of the registry's storage must do, port by port. The mirror has its own suite.

import type { ContractCase, ContractSuite } from "../contract.ts";
import {
  evidenceIndexContract,
  expectationStoreContract,
  incidentStoreContract,
  productStoreContract,
} from "./registry-admission.ts";
import { authorityStoreContract, crlStoreContract, revocationStoreContract } from "./registry-authority.ts";
import { commitStoreContract } from "./registry-commits.ts";
import { birthIndexContract, deviceStoreContract } from "./registry-devices.ts";
import { historyContract } from "./registry-history.ts";
import { operatorStoreContract, settingsStoreContract } from "./registry-operators.ts";
import type { RegistryUnderTest } from "./registry-rows.ts";

export type { RegistryUnderTest } from "./registry-rows.ts";

/** All suites of RegistryStores in one; each case begins with empty storage. */
export const registryContract: ContractSuite<RegistryUnderTest> = [
  ...named("commits", commitStoreContract),
  ...named("history", historyContract),
  ...named("devices", deviceStoreContract),
  ...named("birth index", birthIndexContract),
  ...named("authorities", authorityStoreContract),
  ...named("revocations", revocationStoreContract),
  ...named("CRLs", crlStoreContract),
  ...named("operators", operatorStoreContract),
  ...named("product lines", productStoreContract),
  ...named("expected units", expectationStoreContract),
  ...named("evidence", evidenceIndexContract),
  ...named("refused births", incidentStoreContract),
  ...named("settings", settingsStoreContract),
];

function named(port: string, suite: ContractSuite<RegistryUnderTest>): ContractCase<RegistryUnderTest>[] {
  return suite.map(({ name, run }) => ({ name: `${port}: ${name}`, run }));
}
