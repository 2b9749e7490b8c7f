// SPDX-License-Identifier: Apache-2.0
// TPM statements of real hardware, on both verifiers.

import { testSuite, webPorts } from "./suite-runner.ts";
import { webauthnTpmSamples } from "./suites/webauthn-tpm.ts";

testSuite(webauthnTpmSamples, "OpenSSL");
testSuite(webauthnTpmSamples, "Node's WebCrypto", webPorts);
