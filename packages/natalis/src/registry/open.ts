// SPDX-License-Identifier: Apache-2.0
// The check before a registry is written to (DESIGN 3.4): its head must extend the newest checkpoint kept outside the
// database. A database restored from a backup, or continued elsewhere, would otherwise sign a second history.

import { type Checkpoint, parseCheckpoint, parseNote } from "../formats/index.ts";
import { equalBytes, type Hash } from "../kernel/index.ts";
import { registryError } from "./errors.ts";
import type { CheckpointMirror, RegistryHead, RegistryStores } from "./ports.ts";
import { openTrees, type RegistryTrees } from "./sequence.ts";
import { onStableHead } from "./stable-head.ts";

export interface OpenInput {
  readonly stores: Pick<RegistryStores, "commits" | "log" | "states" | "checkpoints">;
  readonly mirror: CheckpointMirror;
  readonly origin: string;
  readonly hash: Hash;
}

/**
 * Checks head, tiles and mirror against each other and brings the mirror up to the head; answers the head, undefined
 * for a registry without a commit. The mirror may lag (a crash between commit and mirror), never lead.
 * @throws NAT_REGISTRY_ROLLED_BACK, NAT_REGISTRY_DAMAGED, NAT_TLOG_TILE, NAT_TLOG_CHECKPOINT
 */
export async function openRegistry(input: OpenInput): Promise<RegistryHead | undefined> {
  const kept = await input.mirror.read();
  const head = await onStableHead(input.stores.commits, (found) => checkHead(found, kept, input));
  if (head !== undefined && head.checkpoint !== kept) await input.mirror.write(head.checkpoint);
  return head;
}

async function checkHead(
  head: RegistryHead | undefined,
  kept: string | undefined,
  input: OpenInput,
): Promise<RegistryHead | undefined> {
  if (head === undefined) {
    if (kept === undefined) return undefined;
    throw registryError("NAT_REGISTRY_ROLLED_BACK", "the log is empty");
  }
  requireOwnCheckpoint(head, input.origin);
  const trees = await openTrees(head, input.stores, input.hash);
  if (kept === undefined) await requireFirstCommit(input);
  else await requireExtension(head, trees, checkpointOfOwnNote(kept), input.origin);
  return head;
}

function requireOwnCheckpoint(head: RegistryHead, origin: string): void {
  const checkpoint = checkpointOfOwnNote(head.checkpoint);
  if (checkpoint.origin !== origin)
    throw registryError("NAT_REGISTRY_ROLLED_BACK", `the log is ${checkpoint.origin}, not ${origin}`);
  if (checkpoint.size !== head.size || !equalBytes(checkpoint.root, head.root))
    throw registryError("NAT_REGISTRY_DAMAGED", "the checkpoint of the head is of another size or root");
}

async function requireExtension(
  head: RegistryHead,
  trees: RegistryTrees,
  kept: Checkpoint,
  origin: string,
): Promise<void> {
  if (kept.origin !== origin) throw registryError("NAT_REGISTRY_ROLLED_BACK", `the checkpoint is of ${kept.origin}`);
  if (kept.size > head.size)
    throw registryError("NAT_REGISTRY_ROLLED_BACK", `the log has ${head.size} entries, ${kept.size} were served`);
  if (!equalBytes(await trees.log.rootAt(kept.size), kept.root))
    throw registryError("NAT_REGISTRY_ROLLED_BACK", `the log had another root at size ${kept.size}`);
}

// Only a crash right after the very first commit leaves a log without a mirror; any other such log was copied here,
// and nobody knows how old the copy is.
async function requireFirstCommit({ stores }: OpenInput): Promise<void> {
  const [, second] = await stores.checkpoints.listCheckpoints(0, 2);
  if (second !== undefined)
    throw registryError("NAT_REGISTRY_ROLLED_BACK", "no checkpoint is kept outside the database");
}

// Our own notes: their signatures are not in question.
function checkpointOfOwnNote(note: string): Checkpoint {
  return parseCheckpoint(parseNote(note).text);
}
