// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { test } from "node:test";
import {
  Algorithms as ForeignAlgorithms,
  Headers,
  ProtectedHeaders,
  Sign1 as ForeignSign1,
  UnprotectedHeaders,
} from "@auth0/cose";
import { generateKey, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import * as cbor2 from "cbor2";
import * as fc from "fast-check";
import { concatBytes, encodeUtf8, fromHex, isNatalisError, toHex } from "../../kernel/index.ts";
import { algorithms, signatureFromCose } from "../algorithms.ts";
import { type CborKey, type CborMap, type CborValue, decodeCbor, encodeCbor, Tagged } from "../cbor/index.ts";
import {
  encodeCoseKey,
  encodeSign1Structure,
  encodeX5chain,
  encodeX5t,
  headerLabels,
  parseCoseKey,
  parseSign1,
  parseX5chain,
  parseX5t,
  signedBytes,
  signSign1,
  verifySign1,
} from "./index.ts";

const signers = Object.values(algorithms).map((algorithm) => generateKey(algorithm).signer);
const [signer, other] = [generateKey(algorithms.ES256).signer, generateKey(algorithms.ES256).signer];
const payload = encodeUtf8("This is the content.");
const protectedHeader: CborMap = new Map<CborKey, CborValue>([[headerLabels.type, "application/example+cose"]]);
const message = await signSign1({ protectedHeader, payload, signer });
const verify = (bytes: Uint8Array, publicKey = signer.publicKey) =>
  verifySign1(parseSign1(bytes), publicKey, nodeSignatureVerifier);
const map = (...entries: [CborKey, CborValue][]): CborMap => new Map(entries);
const encoded = (...entries: [CborKey, CborValue][]) => encodeCbor(map(...entries));

/** A message of arbitrary parts, signed rightly by `signer`. */
async function craft(protectedBytes: Uint8Array, unprotectedHeader: CborMap): Promise<Uint8Array> {
  const der = signer.sign(encodeSign1Structure(protectedBytes, payload));
  const template = await signSign1({ protectedHeader: new Map(), payload, signer: { ...signer, sign: () => der } });
  return encodeCbor([protectedBytes, unprotectedHeader, payload, parseSign1(template).signature]);
}

for (const each of signers) {
  const { name } = each.algorithm;
  test(`${name}: what is signed verifies, tagged and bare, with external data where given`, async () => {
    const externalAad = Uint8Array.of(1, 2);
    const bytes = await signSign1({ protectedHeader, payload, signer: each, externalAad });
    for (const form of [bytes, bytes.subarray(1)]) {
      const sign1 = parseSign1(form);
      await verifySign1(sign1, each.publicKey, nodeSignatureVerifier, externalAad);
      assert.deepEqual(sign1.payload, payload);
      assert.equal(sign1.protectedHeader.get(headerLabels.algorithm), each.algorithm.coseAlgorithm);
      await assert.rejects(verifySign1(sign1, each.publicKey, nodeSignatureVerifier), { code: "NAT_COSE_SIGNATURE" });
    }
  });

  test(`${name}: another kind of key is refused whatever the header says`, async () => {
    const bytes = await signSign1({ protectedHeader, payload, signer: each });
    for (const { algorithm, publicKey } of signers)
      if (algorithm !== each.algorithm) await assert.rejects(verify(bytes, publicKey), { code: "NAT_COSE_ALGORITHM" });
  });

  test(`${name}: its COSE_Key round trips`, () => {
    assert.deepEqual(parseCoseKey(encodeCoseKey(each.publicKey)), each.publicKey);
  });
}

test("@auth0/cose verifies what we sign, with external data too", async () => {
  const externalAAD = Uint8Array.of(0xaa, 0xbb);
  for (const each of signers.filter(({ algorithm }) => ["ES256", "ES384", "EdDSA"].includes(algorithm.name))) {
    const bytes = await signSign1({ protectedHeader, payload, signer: each });
    const key = createPublicKey({ key: Buffer.from(each.publicKey), format: "der", type: "spki" });
    await ForeignSign1.decode(bytes).verify(key);
    const bound = await signSign1({ protectedHeader, payload, signer: each, externalAad: externalAAD });
    await ForeignSign1.decode(bound).verify(key, { externalAAD });
    await assert.rejects(ForeignSign1.decode(bound).verify(key));
  }
});

test("we verify what @auth0/cose signs", async () => {
  for (const name of ["ES256", "ES384", "EdDSA"] as const) {
    const { pkcs8, signer: own } = generateKey(algorithms[name]);
    const theirs = await ForeignSign1.sign(
      new ProtectedHeaders([[Headers.Algorithm, ForeignAlgorithms[name]]]),
      new UnprotectedHeaders([[Headers.KeyID, Uint8Array.of(1)]]),
      payload,
      createPrivateKey({ key: Buffer.from(pkcs8), format: "der", type: "pkcs8" }),
    );
    const sign1 = parseSign1(theirs.encode());
    assert.deepEqual(sign1.payload, payload);
    await verifySign1(sign1, own.publicKey, nodeSignatureVerifier);
    const withData = verifySign1(sign1, own.publicKey, nodeSignatureVerifier, Uint8Array.of(1));
    await assert.rejects(withData, { code: "NAT_COSE_SIGNATURE" });
  }
});

test("RFC 8152 appendix C.2.1, byte for byte: what is signed, and that the published signature is over it", async () => {
  const x = "bac5b11cad8f99f9c72b05cf4b9e26d244dc189f745228255a219a86d6a09eff";
  const y = "20138bf82dc1b6d562be0fa54ab7804a3a64b6d72ccfed6b6fb6ed28bbfc117e";
  const signature =
    "8eb33e4ca31d1c465ab05aac34cc6b23d58fef5c083106c4d25a91aef0b0117e" +
    "2af9a291aa32e14ab834dc56ed2a223444547e01f11d3b0916e5a4c345cacb36";
  const content = "54546869732069732074686520636f6e74656e742e";
  const published = fromHex(`d28443a10126a10442313154546869732069732074686520636f6e74656e742e5840${signature}`);
  const sign1 = parseSign1(published);
  assert.equal(toHex(signedBytes(sign1)), `846a5369676e61747572653143a1012640${content}`);
  assert.deepEqual(sign1.unprotectedHeader.get(headerLabels.keyId), encodeUtf8("11"));
  assert.deepEqual(sign1.payload, payload);
  await verifySign1(sign1, parseCoseKey(fromHex(`a401022001215820${x}225820${y}`)), nodeSignatureVerifier);
  await assert.rejects(verify(published), { code: "NAT_COSE_SIGNATURE" });
});

test("the verifier is given the key's algorithm, the Sig_structure and the signature as X.509 has it", async () => {
  const given: unknown[][] = [];
  const recording = {
    verify(...told: unknown[]) {
      given.push(told);
      return true;
    },
  };
  const sign1 = parseSign1(message);
  await verifySign1(sign1, signer.publicKey, recording);
  const der = signatureFromCose(signer.algorithm, sign1.signature);
  assert.deepEqual(given, [[signer.algorithm, signer.publicKey, signedBytes(sign1), der]]);
  const refusing = { verify: () => Promise.resolve(false) };
  await assert.rejects(verifySign1(sign1, signer.publicKey, refusing), { code: "NAT_COSE_SIGNATURE" });
});

test("r or s of zero never reaches the verifier", async () => {
  const { protectedBytes, unprotectedHeader, signature } = parseSign1(message);
  const mustNotRun = { verify: () => assert.fail("it was asked") };
  const zero = new Uint8Array(32);
  for (const wrong of [concatBytes(zero, signature.subarray(32)), concatBytes(signature.subarray(0, 32), zero)]) {
    const sign1 = parseSign1(encodeCbor([protectedBytes, unprotectedHeader, payload, wrong]));
    await assert.rejects(verifySign1(sign1, signer.publicKey, mustNotRun), { code: "NAT_ALGORITHM_SIGNATURE" });
  }
});

test("refused: a key outside the table, whatever the message", async () => {
  const compressed = concatBytes(signer.publicKey.subarray(0, 26), fromHex("02"), signer.publicKey.subarray(27));
  for (const key of [compressed, new Uint8Array(0), signer.publicKey.subarray(1)])
    await assert.rejects(verify(message, key), { code: "NAT_ALGORITHM_UNKNOWN" });
});

test("nothing is signed that could not be read: a label in both buckets, crit that nobody knows", async () => {
  const mustNotRun = { ...signer, sign: () => assert.fail("it was asked") };
  const sign = (protectedOnes: CborMap, unprotectedHeader: CborMap) =>
    signSign1({ protectedHeader: protectedOnes, unprotectedHeader, payload, signer: mustNotRun });
  await assert.rejects(sign(map([16, "a"]), map([16, "a"])), { code: "NAT_COSE_HEADER" });
  await assert.rejects(sign(map(), map([1, -7])), { code: "NAT_COSE_HEADER" });
  await assert.rejects(sign(map([2, [99]], [99, 0]), map()), { code: "NAT_COSE_CRITICAL" });
  await assert.rejects(sign(map(), map([2, [1]])), { code: "NAT_COSE_CRITICAL" });
});

test("the algorithm is the signer's, whatever the caller wrote", async () => {
  const bytes = await signSign1({ protectedHeader: map([1, -35]), payload, signer });
  assert.equal(parseSign1(bytes).protectedHeader.get(headerLabels.algorithm), -7);
  await verify(bytes);
});

test("a signer that gives another algorithm's signature is found out before anything leaves", async () => {
  for (const sign of [() => new Uint8Array(64), () => new Uint8Array(0), () => fromHex("3006020100020101")])
    await assert.rejects(signSign1({ protectedHeader, payload, signer: { ...signer, sign } }), {
      code: "NAT_ALGORITHM_SIGNATURE",
    });
});

test("payloads may be empty, and a message of more than 1 MiB is not parsed", async () => {
  await verify(await signSign1({ protectedHeader, payload: new Uint8Array(0), signer }));
  assert.throws(() => parseSign1(new Uint8Array((1 << 20) + 1)), { code: "NAT_CBOR_SIZE" });
});

test("cbor2 reads our COSE_Key as RFC 9052 section 7 has it", () => {
  const key = cbor2.decode<Map<number, unknown>>(encodeCoseKey(signer.publicKey), { preferMap: true });
  assert.deepEqual([key.get(1), key.get(-1)], [2, 1]);
  const raw = signer.publicKey.subarray(-64);
  assert.deepEqual(concatBytes(key.get(-2) as Uint8Array, key.get(-3) as Uint8Array), new Uint8Array(raw));
});

test("the fully specified algorithms of RFC 9864 are accepted for their key", async () => {
  const bytes = await craft(encoded([headerLabels.algorithm, -9]), new Map());
  await verify(bytes);
  await assert.rejects(verify(await craft(encoded([headerLabels.algorithm, -51]), new Map())), {
    code: "NAT_COSE_ALGORITHM",
  });
});

test("an empty protected header may be a0 and is signed as the empty byte string", async () => {
  const empty = new Uint8Array(0);
  const structure = encodeSign1Structure(fromHex("a0"), payload);
  assert.deepEqual(structure, encodeSign1Structure(empty, payload));
  for (const form of [empty, fromHex("a0")]) await verify(await craft(form, map([headerLabels.algorithm, -7])));
});

test("another key, another payload, another header: refused", async () => {
  await assert.rejects(verify(message, other.publicKey), { code: "NAT_COSE_SIGNATURE" });
  const { protectedBytes, unprotectedHeader, signature } = parseSign1(message);
  const changed = encodeCbor([protectedBytes, unprotectedHeader, encodeUtf8("this"), signature]);
  await assert.rejects(verify(changed), { code: "NAT_COSE_SIGNATURE" });
  const relabelled = encodeCbor([encoded([1, -7], [16, "else"]), unprotectedHeader, payload, signature]);
  await assert.rejects(verify(relabelled), { code: "NAT_COSE_SIGNATURE" });
});

test("no algorithm, or one named in text: refused", async () => {
  await assert.rejects(verify(await craft(new Uint8Array(0), new Map())), { code: "NAT_COSE_ALGORITHM" });
  await assert.rejects(verify(await craft(encoded([1, "ES256"]), new Map())), { code: "NAT_COSE_ALGORITHM" });
});

test("a signature of another length is refused before the verifier sees it", async () => {
  const { protectedBytes, unprotectedHeader, signature } = parseSign1(message);
  for (const wrong of [signature.subarray(1), new Uint8Array(0), concatBytes(signature, fromHex("00"))])
    await assert.rejects(verify(encodeCbor([protectedBytes, unprotectedHeader, payload, wrong])), {
      code: "NAT_COSE_SIGNATURE",
    });
});

const malformed: readonly [title: string, bytes: Uint8Array, code: string][] = [
  ["three parts", encodeCbor([new Uint8Array(0), new Map(), payload]), "NAT_COSE_FORM"],
  ["five parts", encodeCbor([new Uint8Array(0), new Map(), payload, payload, payload]), "NAT_COSE_FORM"],
  ["not an array", encoded([1, 2]), "NAT_COSE_FORM"],
  ["text of four characters", encodeCbor("abcd"), "NAT_COSE_FORM"],
  ["a detached payload", encodeCbor([new Uint8Array(0), new Map(), null, payload]), "NAT_COSE_FORM"],
  ["a protected header outside a byte string", encodeCbor([new Map(), new Map(), payload, payload]), "NAT_COSE_FORM"],
  ["an unprotected header in a byte string", encodeCbor([payload, payload, payload, payload]), "NAT_COSE_FORM"],
  ["no signature", encodeCbor([new Uint8Array(0), new Map(), payload, null]), "NAT_COSE_FORM"],
  ["tag 18 twice", encodeCbor(new Tagged(18, new Tagged(18, 0))), "NAT_COSE_FORM"],
  ["another tag", encodeCbor(new Tagged(98, [])), "NAT_CBOR_UNSUPPORTED"],
  ["a protected header that is no map", encodeCbor([fromHex("80"), new Map(), payload, payload]), "NAT_COSE_HEADER"],
  [
    "a protected header that is no CBOR",
    encodeCbor([fromHex("a1"), new Map(), payload, payload]),
    "NAT_CBOR_TRUNCATED",
  ],
  ["a label twice", encodeCbor([fromHex("a201260126"), new Map(), payload, payload]), "NAT_CBOR_DUPLICATE_KEY"],
  ["a label in both buckets", encodeCbor([encoded([1, -7]), map([1, -7]), payload, payload]), "NAT_COSE_HEADER"],
  [
    "crit naming what nobody knows",
    encodeCbor([encoded([2, [-70001]], [-70001, 0]), new Map(), payload, payload]),
    "NAT_COSE_CRITICAL",
  ],
  ["crit naming what is absent", encodeCbor([encoded([2, [16]]), new Map(), payload, payload]), "NAT_COSE_CRITICAL"],
  ["crit naming text", encodeCbor([encoded([2, ["a"]], ["a", 1]), new Map(), payload, payload]), "NAT_COSE_CRITICAL"],
  ["an empty crit", encodeCbor([encoded([2, []]), new Map(), payload, payload]), "NAT_COSE_CRITICAL"],
  ["crit that is no list", encodeCbor([encoded([2, 16], [16, "a"]), new Map(), payload, payload]), "NAT_COSE_CRITICAL"],
  [
    "crit unprotected",
    encodeCbor([new Uint8Array(0), map([2, [16]], [16, ""]), payload, payload]),
    "NAT_COSE_CRITICAL",
  ],
];
for (const [title, bytes, code] of malformed)
  test(`refused: ${title}`, () => assert.throws(() => parseSign1(bytes), { name: "NatalisError", code }));

test("crit naming a header that is present and understood is accepted", () => {
  parseSign1(encodeCbor([encoded([2, [16]], [16, "a"]), new Map(), payload, payload]));
});

test("damaged messages give a catalogue error, or verify as the same statement", async () => {
  const statement = toHex(signedBytes(parseSign1(message)));
  await fc.assert(
    fc.asyncProperty(
      fc.nat(message.length - 1),
      fc.integer({ min: 1, max: 255 }),
      fc.nat(2),
      async (at, change, kind) => {
        const damaged = [
          message.map((byte, i) => (i === at ? byte ^ change : byte)),
          message.subarray(0, at),
          concatBytes(message, Uint8Array.of(change)),
        ][kind] as Uint8Array;
        try {
          await verify(damaged);
          assert.equal(toHex(signedBytes(parseSign1(damaged))), statement);
        } catch (error) {
          assert.ok(isNatalisError(error), String(error));
        }
      },
    ),
    { numRuns: 400 },
  );
});

test("x5t is the hash of the certificate under -16", () => {
  const certificate = fromHex("3003020101");
  const value = encodeX5t(certificate, nodeHash);
  assert.deepEqual(value, [-16, nodeHash.sha256(certificate)]);
  assert.deepEqual(parseX5t(decodeCbor(encodeCbor(value))), nodeHash.sha256(certificate));
  const digest = new Uint8Array(32);
  for (const bad of [undefined, digest, [-16], [-15, digest], [-16, digest.subarray(1)], [-16, "a"], [-16, digest, 0]])
    assert.throws(() => parseX5t(bad), { code: "NAT_COSE_HEADER" });
});

test("x5chain is one byte string or an array of several (RFC 9360 section 2)", () => {
  const [leaf, issuer] = [fromHex("3001"), fromHex("3002")];
  assert.equal(encodeX5chain([leaf]), leaf);
  assert.deepEqual(parseX5chain(leaf), [leaf]);
  assert.deepEqual(parseX5chain(encodeX5chain([leaf, issuer])), [leaf, issuer]);
  for (const bad of [undefined, [], [leaf], [leaf, 1], new Array(11).fill(leaf), "a"])
    assert.throws(() => parseX5chain(bad as CborValue | undefined), { code: "NAT_COSE_HEADER" });
  assert.throws(() => encodeX5chain([]), { code: "NAT_COSE_HEADER" });
  assert.throws(() => encodeX5chain(new Array(11).fill(leaf)), { code: "NAT_COSE_HEADER" });
});

const x = new Uint8Array(32).fill(1);
const refusedKeys: readonly [title: string, key: Uint8Array, code: string][] = [
  ["a private part", encoded([1, 2], [-1, 1], [-2, x], [-3, x], [-4, x]), "NAT_COSE_KEY"],
  ["an unknown curve", encoded([1, 2], [-1, 3], [-2, x], [-3, x]), "NAT_COSE_KEY"],
  ["an unknown key type", encoded([1, 3], [-1, x], [-2, x]), "NAT_COSE_KEY"],
  ["a compressed point", encoded([1, 2], [-1, 1], [-2, x], [-3, true]), "NAT_CBOR_SHAPE"],
  ["a short coordinate", encoded([1, 2], [-1, 1], [-2, x.subarray(1)], [-3, x]), "NAT_CBOR_SHAPE"],
  ["the wrong alg", encoded([1, 2], [3, -35], [-1, 1], [-2, x], [-3, x]), "NAT_COSE_KEY"],
  ["an Ed25519 key of 31 bytes", encoded([1, 1], [-1, 6], [-2, x.subarray(1)]), "NAT_COSE_KEY"],
  ["AKP without alg", encoded([1, 7], [-1, new Uint8Array(1312)]), "NAT_COSE_KEY"],
  ["AKP with ES256", encoded([1, 7], [3, -7], [-1, new Uint8Array(65)]), "NAT_COSE_KEY"],
  ["AKP with a seed", encoded([1, 7], [3, -48], [-1, new Uint8Array(1312)], [-2, x]), "NAT_COSE_KEY"],
  ["no map", encodeCbor([]), "NAT_CBOR_SHAPE"],
];
for (const [title, key, code] of refusedKeys)
  test(`refused COSE_Key: ${title}`, () => assert.throws(() => parseCoseKey(key), { name: "NatalisError", code }));

test("a key id and a fitting alg are allowed in a COSE_Key, in any order", () => {
  const raw = signer.publicKey.subarray(-64);
  const parts: [CborKey, CborValue][] = [
    [2, x],
    [3, -9],
    [-1, 1],
    [-2, raw.subarray(0, 32)],
    [-3, raw.subarray(32)],
  ];
  assert.deepEqual(parseCoseKey(encoded([1, 2], ...parts)), signer.publicKey);
});
