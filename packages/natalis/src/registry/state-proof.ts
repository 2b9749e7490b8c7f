// SPDX-License-Identifier: Apache-2.0
// State proofs (DESIGN 3.4): a device's state as of the newest commit. A leaf of the state tree, its path to the state
// root, the state entry that carries this root, and the tlog-proof that this entry closes the log of its checkpoint.
// Encoded as deterministic CBOR [1, leaf, [path], state entry, tlog-proof].

import {
  asArray,
  asBytes,
  asText,
  asUnsigned,
  decodeCbor,
  encodeCbor,
  leafHash,
  TiledTree,
  verifyInclusion,
} from "../formats/index.ts";
import { type Hash, toHex } from "../kernel/index.ts";
import { parseStateEntry, type StateEntry } from "./entry.ts";
import { registryError } from "./errors.ts";
import {
  type CommitStore,
  type DeviceState,
  type DeviceStore,
  type LogStore,
  type RegistryHead,
  type StateTreeStore,
  stateTiles,
} from "./ports.ts";
import { type ProofTrust, type ProvenPlace, proofAt, verifyPlace } from "./receipt.ts";
import { asRefusal, refusingAs } from "./refusal.ts";
import { onStableHead } from "./stable-head.ts";
import { encodeStateLeaf, parseStateLeaf, type StateLeaf, stateLeafLength } from "./state-leaf.ts";

/** The parts of a state proof, not yet checked. */
export interface StateProof {
  /** 141 bytes. */
  readonly leaf: Uint8Array;
  readonly path: readonly Uint8Array[];
  readonly stateEntry: Uint8Array;
  /** C2SP tlog-proof of the state entry. */
  readonly logProof: string;
}

declare const verified: unique symbol;

/** A device's state that was proven; only `verifyStateProof` makes one. */
export interface VerifiedState {
  readonly [verified]: true;
  readonly deviceId: Uint8Array;
  /** Position in the order of births. Whoever also has the `born` entry requires its ordinal to be the same. */
  readonly ordinal: number;
  readonly keyHash: Uint8Array;
  readonly certificateHash: Uint8Array;
  readonly state: DeviceState;
  /** Since when, Unix milliseconds. */
  readonly since: number;
  /** SHA-256 of the owner key's SPKI; zeros where none is registered. */
  readonly owner: Uint8Array;
  readonly lastEntry: number;
  /** As of when, Unix milliseconds. */
  readonly time: number;
  readonly logSize: number;
  readonly logRoot: Uint8Array;
}

/** How old a proof may be. Without it any age is accepted. */
export interface StateAge {
  readonly at: Date;
  /** Seconds. */
  readonly maximum: number;
}

export interface StateProofStores {
  readonly commits: Pick<CommitStore, "head">;
  readonly log: LogStore;
  readonly states: StateTreeStore;
  readonly devices: Pick<DeviceStore, "device">;
}

const proofVersion = 1;
const maximumProofLength = 65_535;
const maximumPathLength = 64;
const maximumLogProofLength = 32_768;
/** Clocks of verifier and registry may differ by this much, milliseconds. */
const clockTolerance = 60_000;

/** @throws NAT_REGISTRY_DEVICE, NAT_REGISTRY_EMPTY, NAT_REGISTRY_DAMAGED, NAT_REGISTRY_BUSY, NAT_TLOG_TILE */
export function stateProofOf(deviceId: Uint8Array, stores: StateProofStores, hash: Hash): Promise<Uint8Array> {
  return onStableHead(stores.commits, async (head) => {
    if (head === undefined) throw registryError("NAT_REGISTRY_EMPTY", "no device");
    const device = await stores.devices.device(deviceId);
    if (device === undefined) throw registryError("NAT_REGISTRY_DEVICE", toHex(deviceId));
    const leaf = encodeStateLeaf(device);
    const path = await pathAt(device.ordinal, leaf, head, stores.states, hash);
    const [stateEntry] = await stores.log.readEntries(head.size - 1, 1);
    if (stateEntry === undefined) throw registryError("NAT_REGISTRY_DAMAGED", `entry ${head.size - 1} is missing`);
    const logProof = await proofAt(head.size - 1, head, stores.log, hash);
    return encodeStateProof({ leaf, path, stateEntry, logProof });
  });
}

export function encodeStateProof(proof: StateProof): Uint8Array {
  return encodeCbor([proofVersion, proof.leaf, proof.path, proof.stateEntry, proof.logProof]);
}

/** @throws NAT_REGISTRY_STATE_PROOF */
export function parseStateProof(bytes: Uint8Array): StateProof {
  return refusingAs("NAT_REGISTRY_STATE_PROOF", () => {
    const [version, leaf, path, stateEntry, logProof] = asArray(
      decodeCbor(bytes, { maximumBytes: maximumProofLength }),
      5,
    );
    if (asUnsigned(version) !== proofVersion) throw registryError("NAT_REGISTRY_STATE_PROOF", "another version");
    const hashes = asArray(path);
    if (hashes.length > maximumPathLength)
      throw registryError("NAT_REGISTRY_STATE_PROOF", `a path of ${hashes.length} hashes`);
    return {
      leaf: asBytes(leaf, stateLeafLength),
      path: hashes.map((node) => asBytes(node, 32)),
      stateEntry: asBytes(stateEntry),
      logProof: asText(logProof, maximumLogProofLength),
    };
  });
}

/**
 * Checks a state proof from leaf to checkpoint, then its age if one is asked.
 * @throws NAT_REGISTRY_STATE_PROOF, NAT_REGISTRY_STATE_AGE
 */
export async function verifyStateProof(bytes: Uint8Array, trust: ProofTrust, age?: StateAge): Promise<VerifiedState> {
  const proof = parseStateProof(bytes);
  const state = await proveState(proof, trust);
  if (age !== undefined) requireAge(state, age);
  return state;
}

async function proveState(proof: StateProof, trust: ProofTrust): Promise<VerifiedState> {
  try {
    return proveLeaf(proof, await verifyPlace(proof.logProof, proof.stateEntry, trust), trust.hash);
  } catch (error) {
    throw asRefusal("NAT_REGISTRY_STATE_PROOF", error);
  }
}

async function pathAt(
  ordinal: number,
  leaf: Uint8Array,
  head: RegistryHead,
  states: StateTreeStore,
  hash: Hash,
): Promise<Uint8Array[]> {
  if (ordinal >= head.devices) throw registryError("NAT_REGISTRY_DAMAGED", `ordinal ${ordinal} of ${head.devices}`);
  const tree = new TiledTree(head.devices, stateTiles(states), hash);
  const proof = await tree.inclusionProof(ordinal);
  const claim = { leaf: leafHash(leaf, hash), index: ordinal, size: head.devices, proof, root: head.stateRoot, hash };
  verifyInclusion(claim);
  return proof;
}

function proveLeaf(proof: StateProof, { index, checkpoint }: ProvenPlace, hash: Hash): VerifiedState {
  if (index !== checkpoint.size - 1)
    throw registryError(
      "NAT_REGISTRY_STATE_PROOF",
      `the state entry ${index} does not close a log of ${checkpoint.size}`,
    );
  const entry = parseStateEntry(proof.stateEntry);
  const leaf = parseStateLeaf(proof.leaf);
  requireLeafInTree(proof, leaf, entry, hash);
  if (leaf.lastEntry >= index)
    throw registryError("NAT_REGISTRY_STATE_PROOF", "the leaf names an entry after this state");
  const { id: deviceId, ...told } = leaf;
  const { size: logSize, root: logRoot } = checkpoint;
  return { deviceId, ...told, time: entry.time, logSize, logRoot } as VerifiedState;
}

function requireLeafInTree(proof: StateProof, leaf: StateLeaf, entry: StateEntry, hash: Hash): void {
  const { ordinal: index } = leaf;
  const claim = { index, size: entry.devices, proof: proof.path, root: entry.stateRoot, hash };
  verifyInclusion({ leaf: leafHash(proof.leaf, hash), ...claim });
}

function requireAge({ time }: VerifiedState, { at, maximum }: StateAge): void {
  const age = at.getTime() - time;
  // Written so that a maximum that is not a number refuses.
  if (!(age <= maximum * 1000 && age >= -clockTolerance))
    throw registryError("NAT_REGISTRY_STATE_AGE", `${Math.round(age / 1000)} s old, at most ${maximum} s`);
}
