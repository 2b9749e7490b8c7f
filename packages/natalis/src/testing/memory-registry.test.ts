// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  checkpointMirrorContract,
  registryContract,
  VolatileInsecureMirror,
  VolatileInsecureRegistry,
} from "./index.ts";

for (const { name, run } of registryContract) {
  test(`memory registry: ${name}`, async () => {
    const registry = new VolatileInsecureRegistry();
    await run({ open: () => registry.stores });
  });
}

for (const { name, run } of checkpointMirrorContract) {
  test(`memory mirror: ${name}`, async () => {
    const mirror = new VolatileInsecureMirror();
    await run({ open: () => mirror });
  });
}

test("a copy and what it was copied from go their own ways", () => {
  const registry = new VolatileInsecureRegistry();
  registry.initialise(new Map([["origin", "log.example"]]));
  const copy = registry.copy();
  copy.tables.settings.clear();
  assert.equal(registry.tables.settings.size, 1);
});
