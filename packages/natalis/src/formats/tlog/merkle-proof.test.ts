// SPDX-License-Identifier: Apache-2.0
// Proof checking: published proofs are accepted, and everything that is bent out of them is refused.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { encodeUtf8, fromHex, portableHash } from "../../kernel/index.ts";
import { emptyRoot, inclusionProofOfLeaves, leafHash, nodeHash, rootOfLeaves } from "./merkle.ts";
import { type ConsistencyClaim, type InclusionClaim, verifyConsistency, verifyInclusion } from "./merkle-proof.ts";

const hash = portableHash;
const someHash = hash.sha256(encodeUtf8("some"));

// The reference tree of Certificate Transparency, as in merkle.test.ts.
const leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"].map(
  (leaf) => leafHash(fromHex(leaf), hash),
);
const rootAt = (size: number) => rootOfLeaves(leaves.slice(0, size), hash);

const publishedConsistency: readonly (readonly [number, number, readonly string[]])[] = [
  [1, 1, []],
  [
    1,
    8,
    [
      "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
  ],
  [
    6,
    8,
    [
      "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
  ],
  [
    2,
    5,
    [
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
  ],
  [
    6,
    7,
    [
      "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
      "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
  ],
];

const refused = (check: () => void, codes: readonly string[], what: string) =>
  assert.throws(check, (error: { code?: string }) => codes.includes(error.code ?? ""), what);
const inclusionCodes = ["NAT_TLOG_INCLUSION", "NAT_TLOG_RANGE", "NAT_TLOG_HASH"];
const consistencyCodes = ["NAT_TLOG_CONSISTENCY", "NAT_TLOG_RANGE", "NAT_TLOG_HASH"];

const inclusionOf = (index: number, size: number): InclusionClaim => {
  const tree = leaves.slice(0, size);
  const leaf = tree[index] as Uint8Array;
  return { leaf, index, size, proof: inclusionProofOfLeaves(tree, index, hash), root: rootAt(size), hash };
};

function bentProofs(proof: readonly Uint8Array[], root: Uint8Array): [string, Uint8Array[]][] {
  const flipped = proof.map((_, i): [string, Uint8Array[]] => [
    `bit of hash ${i}`,
    proof.map((node, j) => (i === j ? node.map((byte, k) => (k === 0 ? byte ^ 8 : byte)) : node)),
  ]);
  return [
    ...flipped,
    ["trailing root", [...proof, root]],
    ["trailing nothing", [...proof, new Uint8Array(0)]],
    ["leading root", [root, ...proof]],
    ["leading nothing", [new Uint8Array(0), ...proof]],
    ...(proof.length > 0 ? ([["cut", proof.slice(0, -1)]] satisfies [string, Uint8Array[]][]) : []),
  ];
}

test("inclusion holds for every leaf of every size, and for nothing near it", () => {
  for (let size = 1; size <= leaves.length; size++) {
    for (let index = 0; index < size; index++) {
      const claim = inclusionOf(index, size);
      verifyInclusion(claim);
      const bent: [string, Partial<InclusionClaim>][] = [
        ["index - 1", { index: index - 1 }],
        ["index + 1", { index: index + 1 }],
        ["index ^ 2", { index: index ^ 2 }],
        ["index past the tree", { index: size }],
        ["twice the size", { size: size * 2 }],
        ["half the size", { size: size >> 1 }],
        ["another leaf", { leaf: someHash }],
        ["a leaf of no hash", { leaf: encodeUtf8("leaf") }],
        ["another root", { root: someHash }],
        ["the empty root", { root: emptyRoot(hash) }],
        ["a root of no hash", { root: new Uint8Array(0) }],
        ...bentProofs(claim.proof, claim.root).map(([what, proof]): [string, Partial<InclusionClaim>] => [
          what,
          { proof },
        ]),
      ];
      for (const [what, change] of bent)
        refused(() => verifyInclusion({ ...claim, ...change }), inclusionCodes, `${what}: leaf ${index} of ${size}`);
    }
  }
});

test("published consistency proofs hold, and nothing near them", () => {
  for (const [oldSize, newSize, published] of publishedConsistency) {
    const proof = published.map(fromHex);
    const claim = { oldSize, oldRoot: rootAt(oldSize), newSize, newRoot: rootAt(newSize), proof, hash };
    verifyConsistency(claim);
    if (proof.length === 0) continue;
    const bent: [string, Partial<ConsistencyClaim>][] = [
      ["old size - 1", { oldSize: oldSize - 1 }],
      ["old size + 1", { oldSize: oldSize + 1 }],
      ["old size ^ 2", { oldSize: oldSize ^ 2 }],
      ["twice the new size", { newSize: newSize * 2 }],
      ["half the new size", { newSize: newSize >> 1 }],
      ["another old root", { oldRoot: someHash }],
      ["another new root", { newRoot: someHash }],
      ["roots exchanged", { oldRoot: claim.newRoot, newRoot: claim.oldRoot }],
      ["no hash as old root", { oldRoot: encodeUtf8("root") }],
      ["no proof", { proof: [] }],
      ["first hash twice", { proof: [proof[0] as Uint8Array, ...proof] }],
      ...bentProofs(proof, claim.oldRoot).map(([what, nodes]): [string, Partial<ConsistencyClaim>] => [
        what,
        { proof: nodes },
      ]),
      ...bentProofs(proof, claim.newRoot).map(([what, nodes]): [string, Partial<ConsistencyClaim>] => [
        what,
        { proof: nodes },
      ]),
    ];
    for (const [what, change] of bent)
      refused(() => verifyConsistency({ ...claim, ...change }), consistencyCodes, `${what}: ${oldSize} to ${newSize}`);
  }
});

test("consistency without a proof: equal trees, and the empty tree before every other", () => {
  const claim =
    (oldSize: number, oldRoot: Uint8Array, newSize: number, newRoot: Uint8Array, proof: Uint8Array[] = []) =>
    () =>
      verifyConsistency({ oldSize, oldRoot, newSize, newRoot, proof, hash });
  const empty = emptyRoot(hash);
  claim(0, empty, 0, empty)();
  claim(0, empty, 5, rootAt(5))();
  claim(5, rootAt(5), 5, rootAt(5))();
  const refusals: [string, () => void][] = [
    ["another root for the empty tree", claim(0, someHash, 0, someHash)],
    ["another new root for the empty tree", claim(0, empty, 0, someHash)],
    ["another old root for the empty tree", claim(0, someHash, 5, rootAt(5))],
    ["two roots of one size", claim(5, rootAt(5), 5, rootAt(4))],
    ["a proof for equal sizes", claim(5, rootAt(5), 5, rootAt(5), [someHash])],
    ["a proof from the empty tree", claim(0, empty, 5, rootAt(5), [someHash])],
    ["back in time", claim(2, rootAt(2), 1, rootAt(1))],
    ["no proof", claim(1, rootAt(1), 2, rootAt(2))],
    ["no proof from a size that is no power of two", claim(3, rootAt(3), 4, rootAt(4))],
    ["sizes that are no numbers of leaves", claim(0.5, someHash, 2, someHash)],
  ];
  for (const [what, check] of refusals) refused(check, consistencyCodes, what);
});

test("sizes past 32 bits: the path to the last leaf of a tree of 2^40 + 1 is one hash", () => {
  const size = 2 ** 40 + 1;
  const root = nodeHash(someHash, leaves[0] as Uint8Array, hash);
  const claim = { leaf: leaves[0] as Uint8Array, index: size - 1, size, proof: [someHash], root, hash };
  verifyInclusion(claim);
  verifyConsistency({ oldSize: 2 ** 40, oldRoot: someHash, newSize: size, newRoot: root, proof: [claim.leaf], hash });
  refused(() => verifyInclusion({ ...claim, index: 0 }), inclusionCodes, "the first leaf");
  refused(() => verifyInclusion({ ...claim, size: size + 1 }), inclusionCodes, "one leaf more");
  refused(() => verifyInclusion({ ...claim, size: 2 ** 53 }), inclusionCodes, "a size that is not exact");
});

test("a proof of the wrong length is refused for its length, before its end is reached", () => {
  const long = Array.from({ length: 60 }, () => someHash);
  for (const [index, size] of [
    [0, 1],
    [3, 5],
    [7, 8],
  ] as const) {
    const claim = inclusionOf(index, size);
    const detail = (words: string) => new RegExp(`${words} for size ${size}$`);
    const more = { ...claim, proof: [...claim.proof, ...long] };
    assert.throws(() => verifyInclusion(more), { code: "NAT_TLOG_INCLUSION", detail: detail("are too many") });
    if (claim.proof.length === 0) continue;
    const fewer = { ...claim, proof: claim.proof.slice(0, -1) };
    assert.throws(() => verifyInclusion(fewer), { code: "NAT_TLOG_INCLUSION", detail: detail("are too few") });
  }
  const [oldSize, newSize, published] = [6, 8, publishedConsistency[2]?.[2] ?? []];
  const proof = published.map(fromHex);
  const claim = { oldSize, oldRoot: rootAt(oldSize), newSize, newRoot: rootAt(newSize), hash };
  const tooMany = { code: "NAT_TLOG_CONSISTENCY", detail: /are too many for size 8$/ };
  assert.throws(() => verifyConsistency({ ...claim, proof: [...proof, ...long] }), tooMany);
  const tooFew = { code: "NAT_TLOG_CONSISTENCY", detail: /are too few for size 8$/ };
  assert.throws(() => verifyConsistency({ ...claim, proof: proof.slice(0, -1) }), tooFew);
});

test("in a tree of one leaf too, what is no hash is no leaf, and what is no root is none", () => {
  for (const bytes of [new Uint8Array(0), new Uint8Array(31), new Uint8Array(33)]) {
    const claim = { leaf: bytes, index: 0, size: 1, proof: [], root: bytes, hash };
    assert.throws(() => verifyInclusion(claim), { code: "NAT_TLOG_HASH" });
    const same = { oldSize: 1, oldRoot: bytes, newSize: 1, newRoot: bytes, proof: [], hash };
    assert.throws(() => verifyConsistency(same), { code: "NAT_TLOG_HASH" });
    const grown = { oldSize: 0, oldRoot: emptyRoot(hash), newSize: 1, newRoot: bytes, proof: [], hash };
    assert.throws(() => verifyConsistency(grown), { code: "NAT_TLOG_HASH" });
  }
});

test("sizes and indexes that are no exact numbers are out of range", () => {
  const range = { code: "NAT_TLOG_RANGE" };
  for (const odd of [-1, 0.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY]) {
    const claim = inclusionOf(0, 1);
    assert.throws(() => verifyInclusion({ ...claim, size: odd }), range, `size ${odd}`);
    assert.throws(() => verifyInclusion({ ...claim, index: odd }), range, `index ${odd}`);
    const sizes = { oldRoot: emptyRoot(hash), newRoot: someHash, proof: [], hash };
    assert.throws(() => verifyConsistency({ ...sizes, oldSize: 0, newSize: odd }), range, `new size ${odd}`);
    assert.throws(() => verifyConsistency({ ...sizes, oldSize: odd, newSize: 8 }), range, `old size ${odd}`);
  }
});

test("hostile claims are refused in the catalogue's words and in bounded time", () => {
  const node = fc.uint8Array({ minLength: 0, maxLength: 33 });
  const nodes = fc.array(fc.oneof(fc.constant(someHash), node), { maxLength: 80 });
  const size = fc.oneof(fc.nat(600), fc.maxSafeInteger());
  fc.assert(
    fc.property(size, size, nodes, fc.oneof(fc.constant(someHash), node), (first, second, proof, root) => {
      const inclusion = { leaf: someHash, index: first, size: second, proof, root, hash };
      if (second !== 1) refused(() => verifyInclusion(inclusion), inclusionCodes, "inclusion");
      const consistency = { oldSize: first, oldRoot: someHash, newSize: second, newRoot: root, proof, hash };
      if (first !== second) refused(() => verifyConsistency(consistency), consistencyCodes, "consistency");
    }),
  );
});
