// SPDX-License-Identifier: Apache-2.0
// Reading several rows and tiles of one and the same head, while other processes may commit in between.

import { equalBytes } from "../kernel/index.ts";
import { registryError } from "./errors.ts";
import type { CommitStore, RegistryHead } from "./ports.ts";

const maximumAttempts = 8;

/** Whether two heads are the same commit. */
export function isSameHead(a: RegistryHead | undefined, b: RegistryHead | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.size === b.size && equalBytes(a.root, b.root);
}

/**
 * Does work that must see one head. An error of it counts only if the head stayed: it may come of rows read before and
 * after another commit; then the work is done again. @throws NAT_REGISTRY_BUSY and what the work throws
 */
export async function onStableHead<T>(
  commits: Pick<CommitStore, "head">,
  work: (head: RegistryHead | undefined) => Promise<T>,
): Promise<T> {
  for (let attempt = 0; attempt < maximumAttempts; attempt++) {
    const head = await commits.head();
    try {
      return await work(head);
    } catch (error) {
      if (isSameHead(head, await commits.head())) throw error;
    }
  }
  throw registryError("NAT_REGISTRY_BUSY", `the head moved ${maximumAttempts} times`);
}
