// SPDX-License-Identifier: Apache-2.0
// A folder of a test's own, removed with everything in it.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Scope } from "./scope.ts";

export function temporaryFolder(scope: Scope): string {
  const folder = mkdtempSync(join(tmpdir(), "natalis-test-"));
  scope.defer(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}
