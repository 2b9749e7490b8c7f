// SPDX-License-Identifier: Apache-2.0
// RFC 8949 appendix A.

import { testSuite } from "./suite-runner.ts";
import { cbor } from "./suites/cbor.ts";

testSuite(cbor);
