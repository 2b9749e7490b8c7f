// SPDX-License-Identifier: Apache-2.0

import { test } from "node:test";
import { attestationStoreContract } from "natalis/testing";
import { VolatileAttestationStore } from "./unsafe-test-attestations.ts";

for (const { name, run } of attestationStoreContract) test(name, async () => run(new VolatileAttestationStore()));
