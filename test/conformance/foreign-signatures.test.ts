// SPDX-License-Identifier: Apache-2.0
// The signatures of public certificates and lists, on both verifiers.

import { testSuite, webPorts } from "./suite-runner.ts";
import { publicSignatures } from "./suites/public-signatures.ts";

testSuite(publicSignatures, "OpenSSL");
testSuite(publicSignatures, "Node's WebCrypto", webPorts);
