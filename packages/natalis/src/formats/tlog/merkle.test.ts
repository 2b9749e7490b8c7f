// SPDX-License-Identifier: Apache-2.0
// Roots and proofs over small trees, against the published trees of the Certificate Transparency reference
// implementation and against RFC 9162 section 2.1 written down word for word.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { encodeUtf8, fromHex, portableHash, toHex } from "../../kernel/index.ts";
import {
  emptyRoot,
  inclusionProofOfLeaves,
  leafHash,
  nodeHash,
  nodeHashOfPair,
  requireSize,
  rootOfLeaves,
} from "./merkle.ts";

const hash = portableHash;
const publishedLeaves = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
];
const publishedRoots = [
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];
const leaves = publishedLeaves.map((leaf) => leafHash(fromHex(leaf), hash));

// RFC 9162 section 2.1.1: MTH, with k the largest power of two below n.
function definedRoot(hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length === 0) return hash.sha256(new Uint8Array(0));
  if (hashes.length === 1) return hashes[0] as Uint8Array;
  const k = split(hashes.length);
  return nodeHash(definedRoot(hashes.slice(0, k)), definedRoot(hashes.slice(k)), hash);
}

// RFC 9162 section 2.1.3.1: PATH.
function definedPath(m: number, hashes: readonly Uint8Array[]): Uint8Array[] {
  if (hashes.length === 1) return [];
  const k = split(hashes.length);
  return m < k
    ? [...definedPath(m, hashes.slice(0, k)), definedRoot(hashes.slice(k))]
    : [...definedPath(m - k, hashes.slice(k)), definedRoot(hashes.slice(0, k))];
}

function split(n: number): number {
  let k = 1;
  while (2 * k < n) k *= 2;
  return k;
}

const someLeaves = (count: number) => Array.from({ length: count }, (_, i) => leafHash(encodeUtf8(`leaf ${i}`), hash));

test("the empty tree has the hash of nothing", () => {
  const expected = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  assert.equal(toHex(emptyRoot(hash)), expected);
  assert.equal(toHex(rootOfLeaves([], hash)), expected);
});

test("published roots of the reference tree at every size", () => {
  publishedRoots.forEach((root, i) => {
    assert.equal(toHex(rootOfLeaves(leaves.slice(0, i + 1), hash)), root);
  });
});

test("published inclusion proofs of the reference tree", () => {
  const proof = (index: number, size: number) =>
    inclusionProofOfLeaves(leaves.slice(0, size), index, hash).map((node) => toHex(node));
  assert.deepEqual(proof(0, 1), []);
  assert.deepEqual(proof(0, 8), [
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
  ]);
  assert.deepEqual(proof(5, 8), [
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  ]);
  assert.deepEqual(proof(2, 3), ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]);
  assert.deepEqual(proof(1, 5), [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
  ]);
});

test("roots and inclusion proofs are those that RFC 9162 defines, for every size up to 70", () => {
  const all = someLeaves(70);
  for (let size = 1; size <= all.length; size++) {
    const tree = all.slice(0, size);
    assert.deepEqual(rootOfLeaves(tree, hash), definedRoot(tree), `size ${size}`);
    for (const index of new Set([0, size >> 1, size - 1]))
      assert.deepEqual(inclusionProofOfLeaves(tree, index, hash), definedPath(index, tree), `leaf ${index} of ${size}`);
  }
});

test("leaves and nodes are hashed apart", () => {
  const [left, right] = [leaves[0] as Uint8Array, leaves[1] as Uint8Array];
  const pair = new Uint8Array([0xff, ...left, ...right]);
  assert.deepEqual(nodeHashOfPair(pair, 1, hash), nodeHash(left, right, hash));
  assert.notDeepEqual(leafHash(pair.subarray(1), hash), nodeHash(left, right, hash));
  assert.deepEqual(leafHash(fromHex("01"), hash), hash.sha256(fromHex("0001")));
});

test("refuses hashes of another length", () => {
  const short = new Uint8Array(31);
  const code = "NAT_TLOG_HASH";
  assert.throws(() => nodeHash(short, leaves[0] as Uint8Array, hash), { code });
  assert.throws(() => nodeHash(leaves[0] as Uint8Array, new Uint8Array(33), hash), { code });
  assert.throws(() => rootOfLeaves([short], hash), { code });
  assert.throws(() => rootOfLeaves([...leaves, short], hash), { code });
  assert.throws(() => inclusionProofOfLeaves([leaves[0] as Uint8Array, short], 0, hash), { code });
});

test("refuses indexes and sizes that no tree has", () => {
  fc.assert(
    fc.property(fc.oneof(fc.integer({ min: 8 }), fc.integer({ max: -1 }), fc.double()), (index) => {
      fc.pre(!(Number.isInteger(index) && index >= 0 && index < 8));
      assert.throws(() => inclusionProofOfLeaves(leaves, index, hash), { code: "NAT_TLOG_RANGE" });
    }),
  );
  assert.throws(() => inclusionProofOfLeaves([], 0, hash), { code: "NAT_TLOG_RANGE" });
  for (const size of [-1, 1.5, Number.NaN, 2 ** 53])
    assert.throws(() => requireSize(size), { code: "NAT_TLOG_RANGE" }, String(size));
});
