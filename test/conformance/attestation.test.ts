// SPDX-License-Identifier: Apache-2.0
// Evidence of real hardware and known answers of DICE, on both verifiers.

import { testSuite, webPorts } from "./suite-runner.ts";
import { attestation } from "./suites/attestation.ts";
import { diceChains } from "./suites/dice-chains.ts";

for (const suite of [attestation, diceChains]) {
  testSuite(suite, "OpenSSL");
  testSuite(suite, "Node's WebCrypto", webPorts);
}
