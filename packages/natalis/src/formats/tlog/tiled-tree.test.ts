// SPDX-License-Identifier: Apache-2.0
// The tiled tree against RFC 9162 section 2.1 written down word for word, over sizes on both sides of every tile
// boundary, over changes of its leaves, and over storage that is slow, wrong or failing.

import assert from "node:assert/strict";
import { hash as digest } from "node:crypto";
import { test } from "node:test";
import * as fc from "fast-check";
import { concatBytes, type Hash } from "../../kernel/index.ts";
import { nodeHash } from "./merkle.ts";
import { verifyConsistency, verifyInclusion } from "./merkle-proof.ts";
import type { TileBytes, TileId } from "./tile.ts";
import { TiledTree } from "./tiled-tree.ts";

const sha256 = (data: Uint8Array | string) => new Uint8Array(digest("sha256", data, "buffer"));
const hash: Hash = { sha256 };
const leafAt = (index: number, version = 0): Uint8Array => sha256(`leaf ${index} ${version}`);
const someLeaves = (count: number): Uint8Array[] => Array.from({ length: count }, (_, index) => leafAt(index));
const splitOf = (n: number) => 2 ** Math.ceil(Math.log2(n) - 1);

// RFC 9162 section 2.1.1: MTH.
function definedRoot(leaves: readonly Uint8Array[], start = 0, end = leaves.length): Uint8Array {
  if (start === end) return hash.sha256(new Uint8Array(0));
  if (end - start === 1) return leaves[start] as Uint8Array;
  const middle = start + splitOf(end - start);
  return nodeHash(definedRoot(leaves, start, middle), definedRoot(leaves, middle, end), hash);
}

// RFC 9162 section 2.1.3.1: PATH.
function definedPath(m: number, leaves: readonly Uint8Array[], start = 0, end = leaves.length): Uint8Array[] {
  if (end - start === 1) return [];
  const middle = start + splitOf(end - start);
  return m < middle
    ? [...definedPath(m, leaves, start, middle), definedRoot(leaves, middle, end)]
    : [...definedPath(m, leaves, middle, end), definedRoot(leaves, start, middle)];
}

// RFC 9162 section 2.1.4.1: SUBPROOF.
function definedSubproof(
  m: number,
  leaves: readonly Uint8Array[],
  start: number,
  end: number,
  b: boolean,
): Uint8Array[] {
  if (m === end) return b ? [] : [definedRoot(leaves, start, end)];
  const middle = start + splitOf(end - start);
  return m <= middle
    ? [...definedSubproof(m, leaves, start, middle, b), definedRoot(leaves, middle, end)]
    : [...definedSubproof(m, leaves, middle, end, false), definedRoot(leaves, start, middle)];
}

/** Tiles as a store keeps them; counts what is read of it. */
class Storage {
  readonly tiles = new Map<string, Uint8Array>();
  readonly reads: string[] = [];

  async readTile({ level, index }: TileId): Promise<Uint8Array | undefined> {
    this.reads.push(`${level}/${index}`);
    return this.tiles.get(`${level}/${index}`);
  }

  store(changed: readonly TileBytes[]): string[] {
    for (const { id, bytes } of changed) this.tiles.set(`${id.level}/${id.index}`, bytes);
    return changed.map(({ id, bytes }) => `${id.level}/${id.index} ${bytes.length / 32}`);
  }
}

async function storedTree(leaves: readonly Uint8Array[]): Promise<Storage> {
  const storage = new Storage();
  const tree = new TiledTree(0, storage, hash);
  for (const leaf of leaves) await tree.append(leaf);
  storage.store(tree.changedTiles());
  return storage;
}

test("roots of every size up to 600, appended one by one, each answered at once after the first", async () => {
  const leaves = someLeaves(600);
  const tree = new TiledTree(0, new Storage(), hash);
  assert.deepEqual(await tree.root(), definedRoot([]));
  for (const [index, leaf] of leaves.entries()) {
    assert.equal(tree.append(leaf), index);
    assert.equal(tree.size, index + 1);
    assert.deepEqual(tree.root(), definedRoot(leaves, 0, index + 1), `size ${index + 1}`);
  }
});

test("roots of every size up to 600, reopened from what was stored", async () => {
  const leaves = someLeaves(600);
  const storage = new Storage();
  for (let size = 0; size < 600; size += 1 + (size % 7)) {
    const tree = new TiledTree(size, storage, hash);
    assert.deepEqual(await tree.root(), definedRoot(leaves, 0, size), `size ${size}`);
    for (const leaf of leaves.slice(size, size + 1 + (size % 7))) await tree.append(leaf);
    storage.store(tree.changedTiles());
  }
});

test("inclusion proofs are those that RFC 9162 defines, and verify", async () => {
  const leaves = someLeaves(600);
  const tree = new TiledTree(600, await storedTree(leaves), hash);
  for (const size of [1, 2, 3, 7, 8, 255, 256, 257, 258, 300, 511, 512, 513, 514, 599, 600]) {
    const root = await tree.rootAt(size);
    assert.deepEqual(root, definedRoot(leaves, 0, size));
    for (const index of [0, 1, 127, 128, 254, 255, 256, 257, 511, 512, 513, size - 2, size - 1]) {
      if (index < 0 || index >= size) continue;
      const proof = await tree.inclusionProof(index, size);
      assert.deepEqual(proof, definedPath(index, leaves, 0, size), `leaf ${index} of ${size}`);
      verifyInclusion({ leaf: await tree.leaf(index), index, size, proof, root, hash });
    }
  }
});

test("proofs asked for together are those asked for one by one, and neighbours hold the same arrays", async () => {
  const leaves = someLeaves(600);
  const tree = new TiledTree(600, await storedTree(leaves), hash);
  for (const size of [1, 2, 255, 256, 257, 511, 600]) {
    const indexes = [0, size >> 1, size - 2, size - 1].filter((index) => index >= 0);
    const together = await tree.inclusionProofs(indexes, size);
    const single = await Promise.all(indexes.map(async (index) => tree.inclusionProof(index, size)));
    assert.deepEqual(together, single);
  }
  const [one = [], next = []] = await tree.inclusionProofs([512, 513]);
  assert.deepEqual(
    one.slice(1).map((node, i) => node === next[i + 1]),
    one.slice(1).map(() => true),
  );
  assert.throws(() => tree.inclusionProofs([0, 600]), { code: "NAT_TLOG_RANGE" });
});

test("a tile is told as far as the tree has it, and one that the tile above does not vouch for is not told", async () => {
  const leaves = someLeaves(600);
  const stored = await storedTree(leaves);
  const tree = new TiledTree(600, stored, hash);
  const hashesOf = (first: number, count: number) => concatBytes(...leaves.slice(first, first + count));
  assert.deepEqual(await tree.tile({ level: 0, index: 1 }, 256), hashesOf(256, 256));
  assert.deepEqual(await tree.tile({ level: 0, index: 1 }, 3), hashesOf(256, 3));
  assert.deepEqual(await tree.tile({ level: 0, index: 2 }, 88), hashesOf(512, 88));
  const roots = [definedRoot(leaves, 0, 256), definedRoot(leaves, 256, 512)];
  assert.deepEqual(await tree.tile({ level: 1, index: 0 }, 2), concatBytes(...roots));
  const absent = [
    { id: { level: 0, index: 2 }, width: 89 },
    { id: { level: 0, index: 3 }, width: 1 },
    { id: { level: 1, index: 0 }, width: 3 },
    { id: { level: 2, index: 0 }, width: 1 },
  ];
  for (const { id, width } of absent) assert.equal(await tree.tile(id, width), undefined);
  const damaged = {
    readTile: async (id: TileId) =>
      (await stored.readTile(id))?.map((octet, i) => (id.level === 0 && i === 9 ? octet ^ 1 : octet)),
  };
  await assert.rejects(async () => new TiledTree(600, damaged, hash).tile({ level: 0, index: 1 }, 256), {
    code: "NAT_TLOG_TILE",
  });
});

test("consistency proofs are those that RFC 9162 defines, and verify", async () => {
  const leaves = someLeaves(600);
  const tree = new TiledTree(600, await storedTree(leaves), hash);
  const sizes = [1, 2, 3, 4, 6, 7, 8, 128, 255, 256, 257, 384, 511, 512, 513, 576, 599, 600];
  for (const newSize of sizes) {
    for (const oldSize of sizes.filter((size) => size < newSize)) {
      const proof = await tree.consistencyProof(oldSize, newSize);
      assert.deepEqual(proof, definedSubproof(oldSize, leaves, 0, newSize, true), `${oldSize} to ${newSize}`);
      const [oldRoot, newRoot] = [await tree.rootAt(oldSize), await tree.rootAt(newSize)];
      verifyConsistency({ oldSize, oldRoot, newSize, newRoot, proof, hash });
    }
  }
  assert.deepEqual(await tree.consistencyProof(0), []);
  assert.deepEqual(await tree.consistencyProof(600), []);
});

test("three levels of tiles: 65,536 leaves and 3 more", async () => {
  const leaves = someLeaves(65_539);
  const storage = await storedTree(leaves);
  assert.equal(storage.tiles.get("1/0")?.length, 8192);
  assert.equal(storage.tiles.get("2/0")?.length, 32);
  const tree = new TiledTree(65_539, storage, hash);
  const root = definedRoot(leaves);
  assert.deepEqual(await tree.root(), root);
  for (const index of [0, 65_535, 65_536, 65_538]) {
    const proof = await tree.inclusionProof(index);
    verifyInclusion({ leaf: leaves[index] as Uint8Array, index, size: 65_539, proof, root, hash });
  }
  for (const oldSize of [1, 300, 65_280, 65_535, 65_536, 65_537, 65_538]) {
    const claim = { oldSize, oldRoot: definedRoot(leaves, 0, oldSize), newSize: 65_539, newRoot: root, hash };
    assert.deepEqual(await tree.rootAt(oldSize), claim.oldRoot);
    verifyConsistency({ ...claim, proof: await tree.consistencyProof(oldSize) });
  }
});

// A tree of one leaf over and over: its tiles can be made up for any size.
function uniformTree(size: number) {
  const leaf = leafAt(0);
  const complete = [leaf];
  const completeRoot = (height: number): Uint8Array => {
    const below = height === 0 ? leaf : completeRoot(height - 1);
    complete[height] ??= nodeHash(below, below, hash);
    return complete[height];
  };
  const rootOf = (leaves: number): Uint8Array => {
    if (Number.isInteger(Math.log2(leaves))) return completeRoot(Math.log2(leaves));
    return nodeHash(completeRoot(Math.log2(splitOf(leaves))), rootOf(leaves - splitOf(leaves)), hash);
  };
  const reads: string[] = [];
  const readTile = ({ level, index }: TileId) => {
    reads.push(`${level}/${index}`);
    const width = Math.min(256, Math.floor(size / 256 ** level) - index * 256);
    const tile = new Uint8Array(width * 32);
    for (let i = 0; i < width; i++) tile.set(completeRoot(8 * level), 32 * i);
    return tile;
  };
  return { leaf, rootOf, reads, readTile };
}

test("a batch of 64 on a million leaves reads and changes the right edge only", async () => {
  const size = 1_000_000;
  const { leaf, rootOf, reads, readTile } = uniformTree(size);
  const tree = new TiledTree(size, { readTile }, hash);
  assert.deepEqual(await tree.root(), rootOf(size));
  assert.deepEqual(reads, ["0/3906", "1/15", "2/0"]);
  for (let i = 0; i < 64; i++) assert.equal(await tree.append(leaf), size + i);
  assert.deepEqual(await tree.root(), rootOf(size + 64));
  assert.deepEqual(
    tree.changedTiles().map(({ id, bytes }) => `${id.level}/${id.index} ${bytes.length / 32}`),
    ["0/3906 128"],
  );
  for (let i = 0; i < 192; i++) await tree.append(leaf);
  assert.deepEqual(
    tree.changedTiles().map(({ id, bytes }) => `${id.level}/${id.index} ${bytes.length / 32}`),
    ["0/3906 256", "0/3907 64", "1/15 67"],
  );
  assert.equal(reads.length, 3);
});

test("sizes past 32 bits", async () => {
  for (const size of [2 ** 32 - 1, 2 ** 32 + 1, 2 ** 40 + 2 ** 33 + 5, 2 ** 48, 2 ** 52 + 12_345]) {
    const { leaf, rootOf, readTile } = uniformTree(size);
    const tree = new TiledTree(size, { readTile }, hash);
    const root = await tree.root();
    assert.deepEqual(root, rootOf(size), `size ${size}`);
    for (const index of [0, 2 ** 31, size - 1])
      verifyInclusion({ leaf, index, size, proof: await tree.inclusionProof(index), root, hash });
    for (const oldSize of [1, 2 ** 31, 2 ** 31 + 7, size - 1]) {
      const proof = await tree.consistencyProof(oldSize);
      verifyConsistency({ oldSize, oldRoot: rootOf(oldSize), newSize: size, newRoot: root, proof, hash });
      assert.deepEqual(await tree.rootAt(oldSize), rootOf(oldSize));
    }
  }
});

test("replacing a leaf changes its tile and those above, and nothing else", async () => {
  const leaves = someLeaves(600);
  const storage = await storedTree(leaves);
  const tree = new TiledTree(600, storage, hash);
  leaves[300] = leafAt(300, 1);
  await tree.replace(300, leaves[300]);
  assert.deepEqual(storage.store(tree.changedTiles()), ["0/1 256", "1/0 2"]);
  tree.settle();
  leaves[599] = leafAt(599, 1);
  await tree.replace(599, leaves[599]);
  assert.deepEqual(storage.store(tree.changedTiles()), ["0/2 88"]);
  assert.deepEqual(await tree.root(), definedRoot(leaves));
  assert.deepEqual(await new TiledTree(600, storage, hash).root(), definedRoot(leaves));
  assert.deepEqual(await tree.inclusionProof(301), definedPath(301, leaves));
});

type Step =
  | { kind: "append"; count: number }
  | { kind: "replace"; at: number }
  | { kind: "commit" }
  | { kind: "reopen" };

test("any mixture of appending, replacing, committing and reopening gives the defined tree", async () => {
  const anyStep: fc.Arbitrary<Step> = fc.oneof(
    fc.record({ kind: fc.constant("append" as const), count: fc.integer({ min: 1, max: 300 }) }),
    fc.record({ kind: fc.constant("replace" as const), at: fc.nat(2000) }),
    fc.record({ kind: fc.constant("commit" as const) }),
    fc.record({ kind: fc.constant("reopen" as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { maxLength: 12 }), async (steps) => {
      const storage = new Storage();
      const leaves: Uint8Array[] = [];
      let tree = new TiledTree(0, storage, hash);
      for (const [version, { kind, ...step }] of steps.entries()) {
        if ("count" in step) {
          for (const leaf of Array.from({ length: step.count }, (_, i) => leafAt(i, version + 1)))
            assert.equal(await tree.append(leaf), leaves.push(leaf) - 1);
        } else if ("at" in step) {
          if (leaves.length === 0) continue;
          const index = step.at % leaves.length;
          leaves[index] = leafAt(index, version + 1);
          await tree.replace(index, leaves[index]);
        } else {
          storage.store(tree.changedTiles());
          tree.settle();
          if (kind === "reopen") tree = new TiledTree(leaves.length, storage, hash);
        }
        assert.deepEqual(await tree.root(), definedRoot(leaves));
      }
      for (const index of [0, leaves.length >> 1, leaves.length - 1].filter((i) => i >= 0 && i < leaves.length)) {
        assert.deepEqual(await tree.leaf(index), leaves[index]);
        assert.deepEqual(await tree.inclusionProof(index), definedPath(index, leaves));
      }
    }),
    { numRuns: 60, seed: 9162 },
  );
});

test("operations may overlap: each tile is read once, and appends keep their order", async () => {
  const leaves = someLeaves(700);
  const storage = await storedTree(leaves.slice(0, 600));
  const tree = new TiledTree(600, storage, hash);
  const indexes = Promise.all(leaves.slice(600).map(async (leaf) => tree.append(leaf)));
  const early = tree.inclusionProof(3);
  const replaced = [5, 6, 300].map((index) => tree.replace(index, leafAt(index, 1)));
  const late = tree.inclusionProof(4);
  await Promise.all([early, late, ...replaced]);
  assert.deepEqual(
    await indexes,
    leaves.slice(600).map((_, i) => 600 + i),
  );
  assert.deepEqual(storage.reads.toSorted(), ["0/0", "0/1", "0/2", "1/0"]);
  for (const index of [5, 6, 300]) leaves[index] = leafAt(index, 1);
  assert.deepEqual(await tree.root(), definedRoot(leaves));
});

test("a tile that grew since serves the tree of the size it is asked for", async () => {
  const leaves = someLeaves(700);
  const storage = await storedTree(leaves);
  const tree = new TiledTree(600, storage, hash);
  assert.deepEqual(await tree.root(), definedRoot(leaves, 0, 600));
  assert.deepEqual(await tree.inclusionProof(599), definedPath(599, leaves, 0, 600));
});

test("answers do not change with the tree", async () => {
  const tree = new TiledTree(0, new Storage(), hash);
  for (const leaf of someLeaves(2)) await tree.append(leaf);
  const [leaf, root, proof] = [await tree.leaf(1), await tree.root(), await tree.inclusionProof(0)];
  const one = await new TiledTree(1, await storedTree([leafAt(0)]), hash).root();
  const tiles = tree.changedTiles();
  await tree.replace(0, leafAt(0, 1));
  await tree.replace(1, leafAt(1, 1));
  assert.deepEqual([leaf, root, proof], [leafAt(1), definedRoot(someLeaves(2)), [leafAt(1)]]);
  assert.deepEqual(one, leafAt(0));
  assert.deepEqual(tiles[0]?.bytes, new Uint8Array([...leafAt(0), ...leafAt(1)]));
});

test("settling lets go of tiles that were not used lately, never of the right edge", async () => {
  const leaves = someLeaves(66_000);
  const storage = new Storage();
  const tree = new TiledTree(0, storage, hash);
  for (const leaf of leaves) await tree.append(leaf);
  storage.store(tree.changedTiles());
  tree.settle();
  assert.deepEqual(tree.changedTiles(), []);
  const root = await tree.root();
  assert.deepEqual(storage.reads, []);
  for (const index of [0, 65_999])
    verifyInclusion({ leaf: leafAt(index), index, size: 66_000, proof: await tree.inclusionProof(index), root, hash });
  assert.deepEqual(storage.reads, ["0/0"]);
  await tree.replace(0, leafAt(0, 1));
  assert.deepEqual(storage.store(tree.changedTiles()), ["0/0 256", "1/0 256", "2/0 1"]);
});

test("settling keeps what was used lately", async () => {
  const storage = new Storage();
  const tree = new TiledTree(0, storage, hash);
  for (const leaf of someLeaves(66_000)) await tree.append(leaf);
  storage.store(tree.changedTiles());
  await tree.leaf(0);
  tree.settle();
  await tree.leaf(1);
  assert.deepEqual(storage.reads, []);
  await tree.leaf(256);
  assert.deepEqual(storage.reads, ["0/1"]);
});

test("a stored tile that was damaged is found before it is used", async () => {
  const leaves = someLeaves(600);
  const lengthen = ({ tiles }: Storage, name: string, by: number) =>
    tiles.set(name, new Uint8Array([...(tiles.get(name) ?? []), ...new Uint8Array(by)]));
  const damage: [string, (storage: Storage) => void][] = [
    ["a bit of a full tile", ({ tiles }) => tiles.get("0/0")?.set([0xff], 8191)],
    ["a full tile cut short", ({ tiles }) => tiles.set("0/0", new Uint8Array(255 * 32))],
    ["a hash too many", (storage) => lengthen(storage, "0/0", 32)],
    ["half a hash too many", (storage) => lengthen(storage, "0/2", 16)],
    ["a full tile that is gone", ({ tiles }) => tiles.delete("0/0")],
    ["a partial tile that is gone", ({ tiles }) => tiles.delete("0/2")],
    ["a partial tile cut short", ({ tiles }) => tiles.set("0/2", new Uint8Array(87 * 32))],
    ["the tile above", ({ tiles }) => tiles.get("1/0")?.set([0xff], 31)],
  ];
  for (const [what, harm] of damage) {
    const storage = await storedTree(leaves);
    harm(storage);
    const tree = new TiledTree(600, storage, hash);
    await assert.rejects(async () => tree.inclusionProof(1), { code: "NAT_TLOG_TILE" }, what);
    await assert.rejects(async () => tree.replace(1, leafAt(1, 1)), { code: "NAT_TLOG_TILE" }, what);
    assert.deepEqual(tree.changedTiles(), [], what);
  }
});

test("a failure of the store passes, and is not remembered", async () => {
  const storage = await storedTree(someLeaves(600));
  let failing = true;
  const readTile = (id: TileId) => {
    if (failing) throw new Error("connection lost");
    return storage.readTile(id);
  };
  const tree = new TiledTree(600, { readTile }, hash);
  await assert.rejects(async () => tree.append(leafAt(600)), /connection lost/);
  assert.equal(tree.size, 600);
  failing = false;
  assert.equal(await tree.append(leafAt(600)), 600);
  failing = true;
  await assert.rejects(async () => tree.leaf(0), /connection lost/);
  failing = false;
  assert.deepEqual(await tree.leaf(0), leafAt(0));
  assert.deepEqual(await tree.root(), definedRoot(someLeaves(601)));
});

test("refuses what no tree has", async () => {
  const tree = new TiledTree(600, await storedTree(someLeaves(600)), hash);
  const code = "NAT_TLOG_RANGE";
  assert.throws(() => new TiledTree(-1, new Storage(), hash), { code });
  assert.throws(() => new TiledTree(2 ** 53, new Storage(), hash), { code });
  for (const index of [-1, 600, 0.5, Number.NaN]) {
    assert.throws(() => tree.leaf(index), { code });
    assert.throws(() => tree.inclusionProof(index), { code });
    assert.throws(() => tree.replace(index, leafAt(0)), { code });
  }
  assert.throws(() => tree.inclusionProof(5, 5), { code });
  assert.throws(() => tree.inclusionProof(5, 601), { code });
  assert.throws(() => tree.rootAt(601), { code });
  assert.throws(() => tree.consistencyProof(601), { code });
  assert.throws(() => tree.consistencyProof(6, 5), { code });
  assert.throws(() => tree.consistencyProof(5, 601), { code });
  assert.throws(() => tree.consistencyProof(5, Number.NaN), { code });
  assert.throws(() => tree.append(new Uint8Array(31)), { code: "NAT_TLOG_HASH" });
  assert.throws(() => tree.replace(0, new Uint8Array(33)), { code: "NAT_TLOG_HASH" });
});
