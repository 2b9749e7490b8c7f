// SPDX-License-Identifier: Apache-2.0
// COSE_Key (RFC 9052 section 7, RFC 9053 section 7, RFC 9964 section 3): the same key as node:crypto's JWK, a published
// example, and everything that is refused because a key has one form here.

import assert from "node:assert/strict";
import { createPublicKey, type JsonWebKey } from "node:crypto";
import { test } from "node:test";
import { generateKey } from "@natalis/node";
import * as fc from "fast-check";
import { concatBytes, fromBase64Url, fromHex, isNatalisError, toHex } from "../../kernel/index.ts";
import { algorithmOfPublicKey, algorithms } from "../algorithms.ts";
import { asBytes, asMap, type CborKey, type CborMap, type CborValue, decodeCbor, encodeCbor } from "../cbor/index.ts";
import { encodeCoseKey, parseCoseKey } from "./index.ts";

const keys = Object.values(algorithms).map((algorithm) => generateKey(algorithm).signer);
const keyOf = (name: string) => keys.find(({ algorithm }) => algorithm.name === name) as (typeof keys)[number];
const parametersOf = (publicKey: Uint8Array): CborMap => asMap(decodeCbor(encodeCoseKey(publicKey)));
const jwkOf = (publicKey: Uint8Array): JsonWebKey =>
  createPublicKey({ key: Buffer.from(publicKey), format: "der", type: "spki" }).export({ format: "jwk" });
const withParameter = (publicKey: Uint8Array, label: CborKey, value: CborValue) =>
  encodeCbor(new Map(parametersOf(publicKey)).set(label, value));
const withoutParameter = (publicKey: Uint8Array, label: CborKey) =>
  encodeCbor(new Map([...parametersOf(publicKey)].filter(([known]) => known !== label)));

for (const { algorithm, publicKey } of keys) {
  test(`${algorithm.name}: the parameters are those that node:crypto exports`, () => {
    const parameters = parametersOf(publicKey);
    const jwk = jwkOf(publicKey);
    const bytes = (label: number) => asBytes(parameters.get(label));
    if (jwk.kty === "EC") {
      assert.deepEqual([parameters.get(1), parameters.get(-1)], [2, jwk.crv === "P-256" ? 1 : 2]);
      assert.deepEqual(bytes(-2), fromBase64Url(jwk.x as string));
      assert.deepEqual(bytes(-3), fromBase64Url(jwk.y as string));
      assert.equal(parameters.size, 4);
    } else if (jwk.kty === "OKP") {
      assert.deepEqual([parameters.get(1), parameters.get(-1)], [1, 6]);
      assert.deepEqual(bytes(-2), fromBase64Url(jwk.x as string));
      assert.equal(parameters.size, 3);
    } else {
      assert.deepEqual([parameters.get(1), parameters.get(3)], [7, algorithm.coseAlgorithm]);
      assert.deepEqual(bytes(-1), publicKey.subarray(algorithm.publicKeyPrefix.length));
      assert.equal(parameters.size, 3);
    }
  });

  test(`${algorithm.name}: the key that went in comes out, whatever the order of its parameters`, () => {
    const { size } = parametersOf(publicKey);
    const orders = fc.shuffledSubarray([...parametersOf(publicKey)], { minLength: size, maxLength: size });
    fc.assert(
      fc.property(orders, (entries) => {
        const unordered = concatBytes(
          Uint8Array.of(0xa0 | size),
          ...entries.flatMap(([label, value]) => [encodeCbor(label), encodeCbor(value)]),
        );
        assert.deepEqual(parseCoseKey(unordered), publicKey);
      }),
      { numRuns: 10 },
    );
  });

  test(`${algorithm.name}: every parameter is needed`, () => {
    for (const label of parametersOf(publicKey).keys())
      assert.throws(
        () => parseCoseKey(withoutParameter(publicKey, label)),
        (error) => isNatalisError(error, "NAT_COSE_KEY") || isNatalisError(error, "NAT_CBOR_SHAPE"),
        `without ${label}`,
      );
  });

  test(`${algorithm.name}: a key id is passed over, any other parameter refuses`, () => {
    assert.deepEqual(parseCoseKey(withParameter(publicKey, 2, fromHex("01"))), publicKey);
    const known = [...parametersOf(publicKey).keys()];
    for (const label of [4, 5, -4, -5, -70_000, "x"].filter((one) => !known.includes(one)))
      assert.throws(() => parseCoseKey(withParameter(publicKey, label, fromHex("01"))), { code: "NAT_COSE_KEY" });
  });

  test(`${algorithm.name}: an alg is one that the key is for`, () => {
    for (const other of keys)
      for (const alg of other.algorithm.coseAccepted) {
        const parse = () => parseCoseKey(withParameter(publicKey, 3, alg));
        if (other.algorithm === algorithm) assert.deepEqual(parse(), publicKey);
        else assert.throws(parse, (error) => isNatalisError(error), `alg ${alg}`);
      }
    for (const alg of ["ES256", 0, null, fromHex("26")])
      assert.throws(() => parseCoseKey(withParameter(publicKey, 3, alg)), { code: "NAT_COSE_KEY" });
  });

  test(`${algorithm.name}: an altered key is refused with a catalogue error, or is another key of the kind`, () => {
    const bytes = encodeCoseKey(publicKey);
    fc.assert(
      fc.property(fc.nat(Math.min(bytes.length, 120) - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const altered = bytes.map((byte, i) => (i === at ? byte ^ change : byte));
        try {
          assert.equal(algorithmOfPublicKey(parseCoseKey(altered)), algorithm);
        } catch (error) {
          assert.ok(isNatalisError(error), String(error));
        }
      }),
      { numRuns: 200 },
    );
  });
}

test("the public key of RFC 8152 appendix C.7.1 is read; its key id is not part of it", () => {
  const x = "65eda5a12577c2bae829437fe338701a10aaa375e1bb5b5de108de439c08551d";
  const y = "1e52ed75701163f7f9e40ddf9f341b3dc9ba860af7e0ca7ca7e9eecd0084d19c";
  const kid = "6d65726961646f632e6272616e64796275636b406275636b6c616e642e6578616d706c65";
  const published = `a52001215820${x}225820${y}0102025824${kid}`;
  const publicKey = parseCoseKey(fromHex(published));
  assert.equal(toHex(publicKey.subarray(-64)), x + y);
  assert.deepEqual([jwkOf(publicKey).crv, jwkOf(publicKey).x], ["P-256", Buffer.from(x, "hex").toString("base64url")]);
  assert.equal(toHex(encodeCoseKey(publicKey)), `a401022001215820${x}225820${y}`);
});

test("refused: private parts, under whatever key type", () => {
  const secret = new Uint8Array(32).fill(1);
  const d = { ES256: -4, ES384: -4, EdDSA: -4, "ML-DSA-44": -2, "ML-DSA-65": -2, "ML-DSA-87": -2 } as const;
  for (const { algorithm, publicKey } of keys)
    assert.throws(() => parseCoseKey(withParameter(publicKey, d[algorithm.name], secret)), { code: "NAT_COSE_KEY" });
});

test("refused: a key under the type or curve of another", () => {
  const [p256, p384, ed25519, mlDsa] = ["ES256", "ES384", "EdDSA", "ML-DSA-44"].map(
    (name) => keyOf(name).publicKey,
  ) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  const refusals: readonly [key: Uint8Array, label: number, value: CborValue][] = [
    [p256, -1, 2],
    [p384, -1, 1],
    [p256, -1, 6],
    [p256, 1, 1],
    [ed25519, -1, 1],
    [ed25519, -1, 7],
    [ed25519, 1, 2],
    [ed25519, 1, 7],
    [mlDsa, 3, -49],
    [mlDsa, 1, 2],
    [p256, 1, 4],
    [p256, 1, "EC2"],
    [p256, -1, "P-256"],
  ];
  for (const [key, label, value] of refusals)
    assert.throws(
      () => parseCoseKey(withParameter(key, label, value)),
      (error) => isNatalisError(error, "NAT_COSE_KEY") || isNatalisError(error, "NAT_CBOR_SHAPE"),
      `${label}: ${JSON.stringify(value)}`,
    );
});

test("refused: coordinates with leading zeros dropped or added, and a y that is a sign", () => {
  const { publicKey } = keyOf("ES256");
  const x = asBytes(parametersOf(publicKey).get(-2));
  for (const label of [-2, -3])
    for (const value of [x.subarray(1), concatBytes(fromHex("00"), x), new Uint8Array(0), true, null])
      assert.throws(() => parseCoseKey(withParameter(publicKey, label, value)), { code: "NAT_CBOR_SHAPE" });
});

test("refused: what is no key at all, and what is too long for one", () => {
  for (const value of [[], "key", 1, null, new Map(), new Map([[1, 2]])] as CborValue[])
    assert.throws(
      () => parseCoseKey(encodeCbor(value)),
      (error) => isNatalisError(error),
    );
  assert.throws(() => parseCoseKey(new Uint8Array(8193)), { code: "NAT_CBOR_SIZE" });
  assert.throws(() => parseCoseKey(new Uint8Array(0)), { code: "NAT_CBOR_TRUNCATED" });
  assert.throws(() => encodeCoseKey(new Uint8Array(91)), { code: "NAT_ALGORITHM_UNKNOWN" });
});
