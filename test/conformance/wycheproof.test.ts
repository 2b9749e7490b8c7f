// SPDX-License-Identifier: Apache-2.0
// C2SP Wycheproof signature vectors on both verifiers, OpenSSL's and WebCrypto's.

import { testSuite, webPorts } from "./suite-runner.ts";
import { wycheproof } from "./suites/wycheproof.ts";

testSuite(wycheproof, "OpenSSL");
testSuite(wycheproof, "Node's WebCrypto", webPorts);
