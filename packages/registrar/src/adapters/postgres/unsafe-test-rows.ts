// SPDX-License-Identifier: Apache-2.0
// For tests only: the smallest commits, true to nothing.

import type { CommitBatch, RegistryHead, RegistryStores } from "natalis/registry";

const noRows: Omit<CommitBatch, "expected" | "head" | "entries"> = {
  devices: [],
  changes: [],
  logTiles: [],
  stateTiles: [],
  revocations: [],
  authorities: [],
  operators: [],
  operatorChanges: [],
  births: [],
  products: [],
  listed: [],
  evidence: [],
  keptEvidence: [],
  incidents: [],
};

/** One state entry on top of the head, and whatever parts are given. */
export function idleBatch(expected: RegistryHead | undefined, parts: Partial<CommitBatch> = {}): CommitBatch {
  const index = expected?.size ?? 0;
  const [root, none] = [new Uint8Array(32).fill(index + 1), new Uint8Array(0)];
  const head = { size: index + 1, root, time: 1, devices: 0, stateRoot: root, checkpoint: `note ${index + 1}` };
  const entries = [{ index, type: 0, time: 1, deviceId: null, entry: root, body: none, salt: none }];
  return { ...noRows, expected, head, entries, ...parts };
}

export async function commitIdle(stores: RegistryStores): Promise<void> {
  await stores.commits.commit(idleBatch(await stores.commits.head()));
}
