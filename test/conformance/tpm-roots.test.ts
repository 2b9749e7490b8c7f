// SPDX-License-Identifier: Apache-2.0
// The certificates of TPM makers, on both verifiers.

import { testSuite, webPorts } from "./suite-runner.ts";
import { tpmRoots } from "./suites/tpm-roots.ts";

testSuite(tpmRoots, "OpenSSL");
testSuite(tpmRoots, "Node's WebCrypto", webPorts);
