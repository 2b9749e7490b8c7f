// SPDX-License-Identifier: Apache-2.0
// No checkpoint that anybody ever saw contradicts another: each has the root that the entries have at its size, and each
// is proven to extend the one before (RFC 9162 section 2.1.4) by the tiles that the registrar serves.

import assert from "node:assert/strict";
import { nodeHash as hash, nodeSignatureVerifier } from "@natalis/node";
import { type TileId, TiledTree, tilePath, verifyCheckpoint, verifyConsistency } from "natalis/formats";
import { toHex } from "natalis/kernel";
import type { Client } from "../../support/client.ts";
import { rootsBySize, statementOf } from "../../support/log-reader.ts";
import type { RunningRegistrar } from "../../support/registrar.ts";

type Statement = ReturnType<typeof statementOf>;

const tileWidth = 256;

/** Follows one log. Signatures are verified once a checkpoint; roots and proofs each time, since any log may be served. */
export class CheckpointFollower {
  readonly #verified = new Set<string>();

  async contradictNothing(
    registrar: RunningRegistrar,
    notes: ReadonlySet<string>,
    entries: readonly Uint8Array[],
  ): Promise<void> {
    for (const note of notes) await this.#verify(registrar, note);
    const statements = [...notes].map(statementOf).toSorted((a, b) => a.size - b.size);
    const roots = rootsBySize(entries);
    for (const { size, root } of statements)
      assert.equal(toHex(root), toHex(roots[size] ?? new Uint8Array(0)), `a checkpoint of size ${size}`);
    await extendEachOther(statements, servedTree(registrar.plain, entries.length));
  }

  async #verify({ trust }: RunningRegistrar, note: string): Promise<void> {
    if (this.#verified.has(note)) return;
    await verifyCheckpoint(note, trust.log, { verifier: nodeSignatureVerifier, hash });
    this.#verified.add(note);
  }
}

async function extendEachOther(statements: readonly Statement[], tree: TiledTree): Promise<void> {
  for (const [i, { size: newSize, root: newRoot }] of statements.entries()) {
    const { size: oldSize, root: oldRoot } = statements[Math.max(i - 1, 0)] as Statement;
    const proof = await tree.consistencyProof(oldSize, newSize);
    verifyConsistency({ oldSize, oldRoot, newSize, newRoot, proof, hash });
  }
}

function servedTree(client: Client, size: number): TiledTree {
  const readTile = (id: TileId) => {
    const nodes = Math.floor(size / tileWidth ** id.level) - id.index * tileWidth;
    return nodes <= 0 ? undefined : client.bytes(`/log/${tilePath(id, Math.min(nodes, tileWidth))}`);
  };
  return new TiledTree(size, { readTile }, hash);
}
