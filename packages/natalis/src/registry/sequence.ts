// SPDX-License-Identifier: Apache-2.0
// Step 4 of a birth and of every other event (DESIGN 3.3): plans one commit of many events. Pure but for reading rows
// and tiles: nothing happened until the batch is committed, and compare-and-swap decides whether the plan still holds.

import { encodeCheckpoint, leafHash, type NoteSigner, signNote, TiledTree } from "../formats/index.ts";
import { equalBytes, type Hash, isNatalisError, type NatalisError } from "../kernel/index.ts";
import { CommitDraft, type DraftInput } from "./draft.ts";
import { encodeStateEntry } from "./entry.ts";
import { registryError } from "./errors.ts";
import type { RegistryEvent } from "./events.ts";
import { claimOf, type PlannedEntry, planEvent } from "./plan-event.ts";
import {
  type BirthClaimField,
  type BirthIndex,
  type CommitBatch,
  logTiles,
  type LogStore,
  type RegistryHead,
  type StateTreeStore,
  stateTiles,
} from "./ports.ts";
import { encodeStateLeaf } from "./state-leaf.ts";

/** The two trees at one head. `sequence` moves them on; they are good for more only if its batch was committed. */
export interface RegistryTrees {
  readonly log: TiledTree;
  readonly states: TiledTree;
}

export interface SequenceInput extends DraftInput {
  readonly trees: RegistryTrees;
  readonly events: readonly RegistryEvent[];
  /** The log's name in its checkpoints. */
  readonly origin: string;
  /** The log's keys: every one signs each checkpoint. */
  readonly signers: readonly NoteSigner[];
  /**
   * Births known to collide with earlier ones (`takenClaims`). Without it only collisions inside the batch are found
   * here, and the unique indexes decide at commit about the others.
   */
  readonly taken?: ReadonlyMap<RegistryEvent, BirthClaimField>;
}

/** What became of one event: planned for the log at `index`, or refused while the rest of the batch goes on. */
export type PlannedOutcome =
  | ({ readonly kind: "entered" } & PlannedEntry)
  | { readonly kind: "refused"; readonly error: NatalisError };

export interface CommitPlan {
  /** Undefined where events were given and every one was refused: there is nothing to commit. */
  readonly batch: CommitBatch | undefined;
  /** One for each event, in order. */
  readonly outcomes: readonly PlannedOutcome[];
}

/** The trees of a head, checked against its roots. @throws NAT_REGISTRY_DAMAGED, NAT_TLOG_TILE */
export async function openTrees(
  head: RegistryHead | undefined,
  stores: { readonly log: LogStore; readonly states: StateTreeStore },
  hash: Hash,
): Promise<RegistryTrees> {
  const log = new TiledTree(head?.size ?? 0, logTiles(stores.log), hash);
  const states = new TiledTree(head?.devices ?? 0, stateTiles(stores.states), hash);
  if (head === undefined) return { log, states };
  if (!equalBytes(await log.root(), head.root)) throw registryError("NAT_REGISTRY_DAMAGED", "tiles of the log");
  if (!equalBytes(await states.root(), head.stateRoot))
    throw registryError("NAT_REGISTRY_DAMAGED", "tiles of the state tree");
  return { log, states };
}

/** Which births of a batch collide with births committed before, and over what. */
export async function takenClaims(
  births: Pick<BirthIndex, "takenBy">,
  events: readonly RegistryEvent[],
): Promise<ReadonlyMap<RegistryEvent, BirthClaimField>> {
  const born = events.filter((event) => event.type === "born");
  const fields = await births.takenBy(born.map(claimOf));
  const taken = new Map<RegistryEvent, BirthClaimField>();
  born.forEach((event, i) => {
    const field = fields[i];
    if (field !== undefined) taken.set(event, field);
  });
  return taken;
}

/**
 * Plans one commit: entries of the events in order, then a state entry, and the rows, tiles and signed checkpoint that
 * go with them. No events give an idle commit: the state entry alone. Time never decreases. A refused event has a
 * catalogue error in its outcome; for NAT_REGISTRY_DUPLICATE its `detail` is what was taken ("key", "unit", ...).
 */
export async function sequence(input: SequenceInput): Promise<CommitPlan> {
  const draft = new CommitDraft(input);
  const outcomes: PlannedOutcome[] = [];
  await draft.admission.lookUp(input.events.filter((event) => event.type === "born"));
  for (const event of input.events) outcomes.push(await outcomeOf(draft, event, input));
  if (input.events.length > 0 && draft.entries.length === 0) return { batch: undefined, outcomes };
  return { batch: await closeCommit(draft, input), outcomes };
}

async function outcomeOf(draft: CommitDraft, event: RegistryEvent, input: SequenceInput): Promise<PlannedOutcome> {
  const taken = input.taken?.get(event);
  if (taken !== undefined) return { kind: "refused", error: registryError("NAT_REGISTRY_DUPLICATE", taken) };
  try {
    return { kind: "entered", ...(await planEvent(draft, event, input.hash)) };
  } catch (error) {
    if (!isNatalisError(error)) throw error;
    return { kind: "refused", error };
  }
}

async function closeCommit(draft: CommitDraft, input: SequenceInput): Promise<CommitBatch> {
  const { head: expected, trees, hash } = input;
  const stateRoot = await updateStates(draft, trees.states, hash);
  const rows = draft.rows();
  const devices = trees.states.size;
  draft.appendStateEntry(encodeStateEntry({ time: draft.time, devices, stateRoot }));
  for (const { entry } of draft.entries) await trees.log.append(leafHash(entry, hash));
  const root = await trees.log.root();
  const size = trees.log.size;
  const checkpoint = await signNote(encodeCheckpoint({ origin: input.origin, size, root }), input.signers);
  const head: RegistryHead = { size, root, time: draft.time, devices, stateRoot, checkpoint };
  return { expected, head, entries: draft.entries, ...rows, ...changedTiles(trees) };
}

async function updateStates(draft: CommitDraft, states: TiledTree, hash: Hash): Promise<Uint8Array> {
  const { born, changed } = draft.touchedDevices();
  for (const row of born) await states.append(leafHash(encodeStateLeaf(row), hash));
  for (const row of changed) await states.replace(row.ordinal, leafHash(encodeStateLeaf(row), hash));
  return states.root();
}

function changedTiles(trees: RegistryTrees): Pick<CommitBatch, "logTiles" | "stateTiles"> {
  return { logTiles: trees.log.changedTiles(), stateTiles: trees.states.changedTiles() };
}
