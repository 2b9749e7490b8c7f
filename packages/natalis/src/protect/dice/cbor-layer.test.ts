// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey } from "@natalis/node";
import * as fc from "fast-check";
import { algorithms, type CborKey, type CborValue, encodeCbor, encodeCoseKey, signSign1 } from "../../formats/index.ts";
import { isNatalisError } from "../../kernel/index.ts";
import { forgeCborLayer, withKeyOperations } from "../../testing/evidence-forge.ts";
import { parseCborLayer } from "./cbor-layer.ts";

const issuer = generateKey(algorithms.ES256).signer;
const { publicKey } = generateKey(algorithms.EdDSA).signer;

test("what a layer's certificate says", async () => {
  const authority: [number, CborValue] = [-4670549, Uint8Array.of(0xab)];
  const more: [number, CborValue][] = [authority, [-4670554, "android.16"], [-4670548, new Uint8Array(64)]];
  const layer = parseCborLayer(await forgeCborLayer({ issuer, publicKey, more }));
  assert.equal(layer.kind, "cbor");
  assert.deepEqual(layer.publicKey, publicKey);
  assert.equal(layer.kind === "cbor" && layer.mayCertify, true);
  assert.equal(layer.statement?.fault, undefined);
  const [, ...details] = layer.statement?.details ?? [];
  assert.deepEqual(details.slice(1), [
    ["authority", "ab"],
    ["profile", "android.16"],
  ]);
});

test("key usages are bits in little-endian octets", async () => {
  const mayCertify = async (...octets: number[]) => {
    const layer = parseCborLayer(await forgeCborLayer({ issuer, publicKey, keyUsage: Uint8Array.from(octets) }));
    return layer.kind === "cbor" && layer.mayCertify;
  };
  assert.equal(await mayCertify(0x20), true);
  assert.equal(await mayCertify(0x21, 0x01), true);
  for (const octets of [[], [0], [0x04], [0, 0x20], [0xdf]]) assert.equal(await mayCertify(...octets), false);
});

const whole: readonly (readonly [number, CborValue])[] = [
  [1, "issuer"],
  [2, "subject"],
  [-4670551, Uint8Array.of(1)],
  [-4670552, withKeyOperations(encodeCoseKey(publicKey))],
  [-4670553, Uint8Array.of(0x20)],
];

async function parse(claims: readonly (readonly [number, CborValue])[]) {
  const payload = encodeCbor(new Map<CborKey, CborValue>(claims));
  return parseCborLayer(await signSign1({ protectedHeader: new Map(), payload, signer: issuer }));
}

test("claims that are missing or of other types are refused", async () => {
  assert.deepEqual((await parse(whole)).publicKey, publicKey);
  for (const [i, [label]] of whole.entries()) {
    if (label !== -4670551) await assert.rejects(parse(whole.toSpliced(i, 1)), isNatalisError, `${label}`);
    await assert.rejects(parse(whole.toSpliced(i, 1, [label, new Map()])), isNatalisError, `${label}`);
  }
  await assert.rejects(parse([...whole, [-4670545, "code"]]), isNatalisError);
  await assert.rejects(parse([...whole, [-4670554, "x".repeat(257)]]), isNatalisError);
});

test("any octets give a layer or an error of a catalogue", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (octets) => {
      try {
        parseCborLayer(octets);
      } catch (error) {
        assert.ok(isNatalisError(error), String(error));
      }
    }),
    { numRuns: 500 },
  );
});
