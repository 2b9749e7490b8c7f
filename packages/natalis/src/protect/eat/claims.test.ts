// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey } from "@natalis/node";
import * as fc from "fast-check";
import { algorithms, type CborValue, decodeCbor, encodeCbor, encodeCoseKey, Tagged } from "../../formats/index.ts";
import { fromHex, isNatalisError } from "../../kernel/index.ts";
import { parseEatClaims } from "./claims.ts";

const { publicKey } = generateKey(algorithms.ES256).signer;
const octets = (value: number, length = 32) => new Uint8Array(length).fill(value);
const claims = (...entries: (readonly [number, CborValue])[]) => encodeCbor(new Map(entries));
const component = new Map<number, CborValue>([
  [1, "PRoT"],
  [2, octets(5)],
  [4, "1.6.0"],
  [5, octets(6)],
  [6, "SHA256"],
]);

/** What all three profiles say alike. */
const said = {
  nonces: [octets(1)],
  ueid: octets(2, 33),
  lifecycle: 0x3000,
  implementationId: octets(3),
  certificationReference: "0604565272829-10010",
  softwareComponents: [{ type: "PRoT", version: "1.6.0", measurement: octets(5), signerId: octets(6) }],
};

test("claims of RFC 9783, of its drafts, and of the first profile", () => {
  const common = (numbers: readonly number[]): [number, CborValue][] => {
    const [nonce, ueid, lifecycle, implementation, reference, components] = numbers as [number, ...number[]];
    return [
      [nonce, octets(1)],
      [ueid as number, octets(2, 33)],
      [lifecycle as number, 0x3000],
      [implementation as number, octets(3)],
      [reference as number, "0604565272829-10010"],
      [components as number, [component]],
    ];
  };
  const numbers = [10, 256, 2395, 2396, 2398, 2399];
  const current = claims(
    ...common(numbers),
    [265, "tag:psacertified.org,2023:psa#tfm"],
    [268, octets(7, 8)],
    [2394, -1],
  );
  assert.deepEqual(parseEatClaims(current), { ...said, profile: "tag:psacertified.org,2023:psa#tfm" });
  const draft = claims(
    ...common(numbers),
    [265, "http://arm.com/psa/2.0.0"],
    [2397, octets(7)],
    [2400, "verify.example"],
  );
  assert.deepEqual(parseEatClaims(draft), { ...said, profile: "http://arm.com/psa/2.0.0" });
  const first = common([-75008, -75009, -75002, -75003, -75005, -75006]);
  assert.deepEqual(parseEatClaims(claims(...first, [-75000, "PSA_IOT_PROFILE_1"], [-75001, 1])), {
    ...said,
    profile: "PSA_IOT_PROFILE_1",
  });
});

test("what a token does not claim is absent", () => {
  assert.deepEqual(parseEatClaims(claims()), { nonces: [], softwareComponents: [] });
});

test("several nonces, debug status, and the key that is confirmed", () => {
  const key = decodeCbor(encodeCoseKey(publicKey));
  const read = parseEatClaims(claims([8, new Map([[1, key]])], [10, [octets(1), octets(2)]], [263, 2]));
  assert.deepEqual(read, {
    nonces: [octets(1), octets(2)],
    debugStatus: 2,
    confirmedKey: publicKey,
    softwareComponents: [],
  });
});

test("claims that are not known are passed over, tags among them", () => {
  assert.equal(
    parseEatClaims(claims([6, 1_700_000_000], [4, new Tagged(1, 1)], [259, new Tagged(111, octets(1))])).nonces.length,
    0,
  );
});

test("numbers of two profiles at once are refused", () => {
  for (const pair of [
    [10, -75008],
    [265, -75000],
  ] as const) {
    const bytes = claims([pair[0], octets(1)], [pair[1], octets(1)]);
    assert.throws(() => parseEatClaims(bytes), { name: "NatalisError", code: "NAT_EVIDENCE_MALFORMED" });
  }
});

test("claims of other types, and too many of them, are refused", () => {
  const key = decodeCbor(encodeCoseKey(publicKey));
  const bad: (readonly [number, CborValue])[] = [
    [10, "nonce"],
    [10, [1]],
    [10, Array.from({ length: 9 }, () => octets(1))],
    [256, 7],
    [265, octets(1)],
    [265, "x".repeat(257)],
    [2395, -1],
    [2399, octets(1)],
    [2399, [new Map([[2, octets(1)]])]],
    [
      2399,
      [
        new Map<number, CborValue>([
          [2, octets(1)],
          [5, "signer"],
        ]),
      ],
    ],
    [2399, Array.from({ length: 65 }, () => component)],
    [8, octets(1)],
    [8, new Map([[3, octets(1)]])],
    [
      8,
      new Map<number, CborValue>([
        [1, key],
        [3, octets(1)],
      ]),
    ],
    [8, new Map([[1, new Map([[1, 4]])]])],
  ];
  for (const claim of bad) assert.throws(() => parseEatClaims(claims(claim)), isNatalisError, JSON.stringify(claim));
  assert.throws(() => parseEatClaims(fromHex("80")), { code: "NAT_CBOR_SHAPE" });
});

test("any octets give claims or an error of a catalogue", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      try {
        parseEatClaims(bytes);
      } catch (error) {
        assert.ok(isNatalisError(error), String(error));
      }
    }),
    { numRuns: 1000 },
  );
});
