// SPDX-License-Identifier: Apache-2.0
// A folder of a test's own, removed with everything in it.

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Scope } from "./scope.ts";

const memory = "/dev/shm";

/** In memory where there is such a place: for many files that nothing must survive. */
export function quickFolder(scope: Scope): string {
  return temporaryFolder(scope, existsSync(memory) ? memory : tmpdir());
}

export function temporaryFolder(scope: Scope, parent = tmpdir()): string {
  const folder = mkdtempSync(join(parent, "natalis-test-"));
  scope.defer(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}
