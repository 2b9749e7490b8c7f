// SPDX-License-Identifier: Apache-2.0
// Writes docs/browser-conformance.md from a run in Node and in headless Chromium.

import { writeFileSync } from "node:fs";
import { Scope } from "../support/scope.ts";
import { encodeConformance } from "./browser-conformance.ts";
import { runSuites } from "./browser-runs.ts";

const scope = new Scope();
try {
  const document = encodeConformance(await runSuites(scope));
  writeFileSync(new URL("../../docs/browser-conformance.md", import.meta.url), document);
} finally {
  await scope.close();
}
