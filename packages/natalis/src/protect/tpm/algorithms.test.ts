// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Digest, isNatalisError, portableDigests } from "../../kernel/index.ts";
import { curveFacts, curveOf, digestIdentifier, digestOctets, digestOf, tpmAlgorithms } from "./algorithms.ts";

const isStructure = (error: unknown) => isNatalisError(error, "NAT_TPM_STRUCTURE");

test("digests by the numbers of the TCG's registry, as long as they are", () => {
  const cases: readonly (readonly [digest: Digest, identifier: number])[] = [
    ["SHA-1", 0x0004],
    ["SHA-256", 0x000b],
    ["SHA-384", 0x000c],
    ["SHA-512", 0x000d],
  ];
  for (const [digest, identifier] of cases) {
    assert.equal(digestOf(identifier), digest);
    assert.equal(digestIdentifier(digest), identifier);
    assert.equal(digestOctets(digest), portableDigests[digest](new Uint8Array(0)).length);
  }
  for (const identifier of [0, 0x0010, 0x0012, 0x0027]) assert.throws(() => digestOf(identifier), isStructure);
});

test("curves with the algorithm that their keys sign by", () => {
  for (const [identifier, curve, octets] of [
    [0x0003, "P-256", 32],
    [0x0004, "P-384", 48],
  ] as const) {
    assert.equal(curveOf(identifier), curve);
    const facts = curveFacts(curve);
    assert.equal(facts.identifier, identifier);
    assert.equal(facts.octets, octets);
    assert.equal(facts.algorithm.key, curve);
    assert.equal(facts.algorithm.publicKeyLength, 1 + 2 * octets);
  }
  for (const identifier of [0, 0x0001, 0x0005, 0x0020]) assert.throws(() => curveOf(identifier), isStructure);
});

test("no two algorithms share a number", () => {
  const numbers = Object.values(tpmAlgorithms);
  assert.equal(new Set(numbers).size, numbers.length);
});
