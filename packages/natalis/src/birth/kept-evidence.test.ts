// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { asMap, type CborValue, decodeCbor, encodeCbor } from "../formats/index.ts";
import { isNatalisError, portableHash } from "../kernel/index.ts";
import { encodeKeptEvidence, type KeptEvidence, keptEvidenceDigests, parseKeptEvidence } from "./kept-evidence.ts";

const octets = (length: number, number: number) => new Uint8Array(length).fill(number);
const declared = { format: "pkcs11-declared", statement: octets(40, 1), custody: 1 };
const root = { name: "maker", hash: octets(32, 2), capLifted: false };
const activation = {
  secret: octets(32, 4),
  attestationKeyName: octets(34, 5),
  endorsementKeyHash: octets(32, 6),
};
const attested = { format: "tpm2-certify", statement: octets(900, 3), custody: 3, root };
const refused = { code: "NAT_BIRTH_KEPT_EVIDENCE" };

const kinds: readonly (readonly [what: string, kept: KeptEvidence])[] = [
  ["a declaration without nonce", { statements: [declared] }],
  ["a statement by a root", { statements: [attested], nonce: octets(32, 7) }],
  ["one whose root's cap was lifted", { statements: [{ ...attested, root: { ...root, capLifted: true } }] }],
  ["a TPM's, with what was activated", { statements: [attested, declared], nonce: octets(32, 7), activation }],
];
for (const [what, kept] of kinds)
  test(`comes back: ${what}`, () => assert.deepEqual(parseKeptEvidence(encodeKeptEvidence(kept)), kept));

const whole = encodeKeptEvidence({ statements: [attested], nonce: octets(32, 7), activation });

test("the digests of its statements, each once", () => {
  const hash = portableHash;
  const statements = [1, 2, 1].map((number) => ({ format: "eat", statement: octets(3, number), custody: 1 }));
  const digests = keptEvidenceDigests(encodeKeptEvidence({ statements }), hash);
  assert.deepEqual(digests, [hash.sha256(octets(3, 1)), hash.sha256(octets(3, 2))]);
  assert.throws(() => keptEvidenceDigests(new Uint8Array(1), hash), refused);
});

/** The same with one field changed, or taken out. */
function changed(key: number, value: CborValue | undefined): Uint8Array {
  const map = new Map(asMap(decodeCbor(whole, { maximumBytes: 10_000 }), [1, 2, 3, 4, 5, 6]));
  map.delete(key);
  if (value !== undefined) map.set(key, value);
  return encodeCbor(new Map([...map].sort(([a], [b]) => Number(a) - Number(b))));
}

const faults: readonly (readonly [what: string, bytes: Uint8Array])[] = [
  ["nothing", new Uint8Array(0)],
  ["another version", changed(1, 2)],
  ["no version", changed(1, undefined)],
  ["no statements", changed(2, undefined)],
  ["a statement that is no map", changed(2, [1])],
  ["a statement without its bytes", changed(2, [new Map([[1, "eat"]])])],
  ["a nonce of 31 octets", changed(3, octets(31, 1))],
  ["a secret without the rest", changed(5, undefined)],
  ["a field that is not known", changed(9, 1)],
  ["more after its end", Uint8Array.of(...whole, 0)],
];
for (const [what, bytes] of faults)
  test(`refused: ${what}`, () => {
    assert.throws(() => parseKeptEvidence(bytes), refused);
  });

test("whatever the bytes, its own code and no other", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat({ max: whole.length - 1 }), (noise, at) => {
      const mutated = whole.slice();
      mutated.set(noise.subarray(0, whole.length - at), at);
      try {
        parseKeptEvidence(mutated);
      } catch (error) {
        assert.ok(isNatalisError(error, "NAT_BIRTH_KEPT_EVIDENCE"), String(error));
      }
    }),
    { numRuns: 300 },
  );
});
