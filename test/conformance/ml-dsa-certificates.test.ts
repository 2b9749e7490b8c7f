// SPDX-License-Identifier: Apache-2.0
// RFC 9881's example certificates, on both verifiers.

import { testSuite, webPorts } from "./suite-runner.ts";
import { mlDsaCertificates } from "./suites/ml-dsa-certificates.ts";

testSuite(mlDsaCertificates, "OpenSSL");
testSuite(mlDsaCertificates, "Node's WebCrypto", webPorts);
