// SPDX-License-Identifier: Apache-2.0
// Receipts: proof that an entry is in the log, as a C2SP tlog-proof (inclusion proof of RFC 9162 section 2.1.3 and a
// signed checkpoint) against the newest checkpoint.

import {
  type Checkpoint,
  encodeLogProof,
  leafHash,
  type LogPolicy,
  parseLogProof,
  TiledTree,
  verifyLogProof,
} from "../formats/index.ts";
import { equalBytes, type Hash, type SignatureVerifier } from "../kernel/index.ts";
import { parsePublicEntry, type PublicEntry } from "./entry.ts";
import { registryError } from "./errors.ts";
import { type CommitStore, type LogStore, logTiles, type RegistryHead } from "./ports.ts";
import { asRefusal } from "./refusal.ts";
import { onStableHead } from "./stable-head.ts";

/** What a verifier of proofs trusts and computes with. */
export interface ProofTrust {
  /** The log's keys and witnesses, from the trust file. */
  readonly policy: LogPolicy;
  readonly verifier: SignatureVerifier;
  readonly hash: Hash;
}

/** Where a proven entry stands. */
export interface ProvenPlace {
  readonly index: number;
  readonly checkpoint: Checkpoint;
}

export interface VerifiedReceipt extends ProvenPlace {
  readonly entry: PublicEntry;
}

export interface ReceiptStores {
  readonly commits: Pick<CommitStore, "head">;
  readonly log: LogStore;
}

/**
 * The receipt of the entry at `index`, as text. @throws NAT_REGISTRY_EMPTY, NAT_REGISTRY_DAMAGED, NAT_REGISTRY_BUSY,
 * NAT_TLOG_RANGE, NAT_TLOG_TILE
 */
export function receiptOf(index: number, stores: ReceiptStores, hash: Hash): Promise<string> {
  return onStableHead(stores.commits, async (head) => {
    if (head === undefined) throw registryError("NAT_REGISTRY_EMPTY", `entry ${index}`);
    return proofAt(index, head, stores.log, hash);
  });
}

/**
 * The tlog-proof of one entry against a head, and only of the entry that is stored there: what storage has damaged gets
 * no proof. @throws NAT_REGISTRY_DAMAGED, NAT_TLOG_RANGE, NAT_TLOG_TILE
 */
export async function proofAt(index: number, head: RegistryHead, log: LogStore, hash: Hash): Promise<string> {
  const tree = new TiledTree(head.size, logTiles(log), hash);
  if (!equalBytes(await tree.root(), head.root)) throw registryError("NAT_REGISTRY_DAMAGED", "tiles of the log");
  const leaf = await tree.leaf(index);
  const [entry] = await log.readEntries(index, 1);
  if (entry === undefined || !equalBytes(leafHash(entry, hash), leaf))
    throw registryError("NAT_REGISTRY_DAMAGED", `entry ${index}`);
  const proof = await tree.inclusionProof(index);
  return encodeLogProof({ index, proof, checkpoint: head.checkpoint });
}

/**
 * Checks that the public entry is in the log that the policy names. @throws NAT_REGISTRY_RECEIPT
 */
export async function verifyReceipt(receipt: string, entry: Uint8Array, trust: ProofTrust): Promise<VerifiedReceipt> {
  try {
    return { ...(await verifyPlace(receipt, entry, trust)), entry: parsePublicEntry(entry) };
  } catch (error) {
    throw asRefusal("NAT_REGISTRY_RECEIPT", error);
  }
}

/** Checks a tlog-proof over entry bytes of any type. @throws NAT_TLOG_... of the step that failed */
export async function verifyPlace(proofText: string, entry: Uint8Array, trust: ProofTrust): Promise<ProvenPlace> {
  const proof = parseLogProof(proofText);
  const checkpoint = await verifyLogProof(proof, leafHash(entry, trust.hash), trust.policy, trust);
  return { index: proof.index, checkpoint };
}
