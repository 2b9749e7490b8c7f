// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { concatBytes, fromHex, isNatalisError, type KeyKind } from "../kernel/index.ts";
import { encodeBitString, encodeInteger, encodeNull, encodeOid, encodeSequence } from "./der/index.ts";
import { readKeyFacts } from "./key-facts.ts";
import { rsaEncryptionKey } from "./rsa-keys.ts";

const spkiOf = ({ publicKey }: { publicKey: KeyObject }) =>
  new Uint8Array(publicKey.export({ type: "spki", format: "der" }));
const ec = (namedCurve: string) => spkiOf(generateKeyPairSync("ec", { namedCurve }));

/** OpenSSL, through Node, is the judge of every kind. */
const kinds: readonly (readonly [kind: KeyKind, key: Uint8Array, bits: number, signature: number | undefined])[] = [
  ["P-256", ec("P-256"), 256, undefined],
  ["P-384", ec("P-384"), 384, undefined],
  ["P-521", ec("P-521"), 521, undefined],
  ["Ed25519", spkiOf(generateKeyPairSync("ed25519")), 256, 64],
  ["Ed448", spkiOf(generateKeyPairSync("ed448")), 456, 114],
  ["ML-DSA-44", spkiOf(generateKeyPairSync("ml-dsa-44")), 10_496, 2420],
  ["ML-DSA-65", spkiOf(generateKeyPairSync("ml-dsa-65")), 15_616, 3309],
  ["ML-DSA-87", spkiOf(generateKeyPairSync("ml-dsa-87")), 20_736, 4627],
  ["RSA", spkiOf(generateKeyPairSync("rsa", { modulusLength: 2048 })), 2048, 256],
];

for (const [kind, key, bits, signatureLength] of kinds)
  describe(kind, () => {
    test("is told from OpenSSL's key", () => {
      const facts = readKeyFacts(key);
      assert.deepEqual(
        [facts.kind, facts.bits, facts.weak, facts.signatureLength],
        [kind, bits, false, signatureLength],
      );
    });

    test("property: damaged, it is refused with a catalogue code or is another key of its kind", () => {
      const change = fc.tuple(fc.nat(key.length - 1), fc.integer({ min: 1, max: 255 }));
      fc.assert(
        fc.property(change, ([at, difference]) => {
          const changed = key.with(at, (key[at] as number) ^ difference);
          const facts = factsOrCode(changed);
          if (typeof facts !== "string") assert.equal(facts.kind, kind);
        }),
      );
    });

    test("is refused cut or grown", () => {
      for (const other of [key.subarray(1), key.subarray(0, -1), concatBytes(key, Uint8Array.of(0))])
        assert.equal(factsOrCode(other), "NAT_ALGORITHM_KEY");
    });
  });

test("property: any bytes are a key or refused", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => void factsOrCode(bytes)));
});

const rsaIdentifier = encodeSequence(encodeOid("1.2.840.113549.1.1.1"), encodeNull());
const pss = encodeOid("1.2.840.113549.1.1.10");
const sha256Parameters = fromHex(
  "3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120",
);
const oddOf = (bits: number) => (1n << BigInt(bits - 1)) | 1n;
const modulus = oddOf(2048);

function rsa(n: bigint, e: number | bigint = 65_537, identifier = rsaIdentifier): Uint8Array {
  return encodeSequence(identifier, encodeBitString(encodeSequence(encodeInteger(n), encodeInteger(e))));
}

describe("RSA", () => {
  for (const bits of [1024, 1031, 2047, 2048, 2049, 3072, 4096, 8191, 8192])
    test(`${bits} bits`, () => {
      const facts = readKeyFacts(rsa(oddOf(bits)));
      assert.deepEqual([facts.kind, facts.bits, facts.weak], ["RSA", bits, bits < 2048]);
      assert.equal(facts.signatureLength, Math.ceil(bits / 8));
    });

  test("public exponents of 2 to 64 bits", () => {
    for (const exponent of [3, 5, 17, 65_537, oddOf(64), (1n << 64n) - 1n])
      assert.equal(readKeyFacts(rsa(modulus, exponent)).kind, "RSA");
  });

  const raw = encodeSequence(encodeInteger(modulus), encodeInteger(3));
  const under = (key: Uint8Array, identifier = rsaIdentifier) => encodeSequence(identifier, encodeBitString(key));
  for (const [name, key] of [
    ["1023 bits", rsa(oddOf(1023))],
    ["8193 bits", rsa(oddOf(8193))],
    ["16,384 bits", rsa(oddOf(16_384))],
    ["a modulus of 0", rsa(0n)],
    ["a negative modulus", rsa(-oddOf(2048))],
    ["an even modulus", rsa(modulus + 1n)],
    ["an exponent of 0", rsa(modulus, 0)],
    ["an exponent of 1", rsa(modulus, 1)],
    ["an exponent of 2", rsa(modulus, 2)],
    ["an even exponent", rsa(modulus, 65_536)],
    ["a negative exponent", rsa(modulus, -3)],
    ["an exponent of 65 bits", rsa(modulus, oddOf(65))],
    ["a modulus alone", under(encodeSequence(encodeInteger(modulus)))],
    ["a third integer", under(encodeSequence(encodeInteger(modulus), encodeInteger(3), encodeInteger(3)))],
    ["bytes after it", under(concatBytes(raw, Uint8Array.of(0)))],
    ["no sequence", under(encodeInteger(modulus))],
    ["a modulus with a zero too many", under(fromHex(`3082010a02820103000080${"01".repeat(256)}020103`))],
    ["unused bits", encodeSequence(rsaIdentifier, encodeBitString(raw.with(raw.length - 1, 2), 1))],
    ["a third field", encodeSequence(rsaIdentifier, encodeBitString(raw), encodeNull())],
  ] as const)
    test(`refused: ${name}`, () => assert.equal(factsOrCode(key), "NAT_ALGORITHM_KEY"));

  for (const [name, identifier] of [
    ["rsaEncryption without parameters", encodeSequence(encodeOid("1.2.840.113549.1.1.1"))],
    ["rsaEncryption with a parameter", encodeSequence(encodeOid("1.2.840.113549.1.1.1"), encodeInteger(1))],
    ["id-RSASSA-PSS with NULL", encodeSequence(pss, encodeNull())],
    ["id-RSASSA-PSS with more after its parameters", encodeSequence(pss, sha256Parameters, encodeNull())],
    ["id-RSAES-OAEP", encodeSequence(encodeOid("1.2.840.113549.1.1.7"))],
  ] as const)
    test(`refused: ${name}`, () => assert.equal(factsOrCode(rsa(modulus, 3, identifier)), "NAT_ALGORITHM_UNKNOWN"));
});

describe("RSA under id-RSASSA-PSS", () => {
  const generate = (options: object) => spkiOf(generateKeyPairSync("rsa-pss", { modulusLength: 2048, ...options }));

  test("without parameters it is bound to PSS alone", () => {
    const { kind, bits, padding, pss: bound } = readKeyFacts(generate({}));
    assert.deepEqual([kind, bits, padding, bound], ["RSA", 2048, "PSS", undefined]);
  });

  for (const [digest, hashAlgorithm, saltLength] of [
    ["SHA-1", "sha1", 20],
    ["SHA-256", "sha256", 32],
    ["SHA-384", "sha384", 0],
    ["SHA-512", "sha512", 20],
  ] as const)
    test(`OpenSSL's with ${digest} and a salt of ${saltLength}`, () => {
      const facts = readKeyFacts(generate({ hashAlgorithm, mgf1HashAlgorithm: hashAlgorithm, saltLength }));
      assert.deepEqual([facts.padding, facts.pss], ["PSS", { digest, saltLength }]);
    });

  test("its rsaEncryption form is the same key", () => {
    const key = generate({ hashAlgorithm: "sha256", mgf1HashAlgorithm: "sha256", saltLength: 32 });
    const plain = rsaEncryptionKey(key);
    assert.deepEqual(readKeyFacts(plain), { ...readKeyFacts(rsa(modulus)), bits: 2048 });
    assert.deepEqual(plain.subarray(-270), key.subarray(-270));
    assert.deepEqual(rsaEncryptionKey(rsa(modulus)), rsa(modulus));
  });
});

describe("keys of other kinds that are refused", () => {
  const p256 = kinds[0]?.[1] as Uint8Array;
  const point = p256.subarray(26);
  const curveKey = (identifier: Uint8Array, key: Uint8Array) => encodeSequence(identifier, encodeBitString(key));
  const named = (curve: string) => encodeSequence(encodeOid("1.2.840.10045.2.1"), encodeOid(curve));
  const compressed = concatBytes(Uint8Array.of(2 + ((point.at(-1) as number) & 1)), point.subarray(1, 33));
  for (const [name, key, code] of [
    ["compressed point", curveKey(named("1.2.840.10045.3.1.7"), compressed), "NAT_ALGORITHM_KEY"],
    ["hybrid point", p256.with(26, 0x06), "NAT_ALGORITHM_KEY"],
    ["point at infinity", curveKey(named("1.2.840.10045.3.1.7"), new Uint8Array(1)), "NAT_ALGORITHM_KEY"],
    ["point of another curve", curveKey(named("1.3.132.0.34"), point), "NAT_ALGORITHM_KEY"],
    [
      "Ed448 key under Ed25519",
      curveKey(encodeSequence(encodeOid("1.3.101.112")), new Uint8Array(57)),
      "NAT_ALGORITHM_KEY",
    ],
    ["secp256k1", ec("secp256k1"), "NAT_ALGORITHM_UNKNOWN"],
    ["brainpoolP256r1", ec("brainpoolP256r1"), "NAT_ALGORITHM_UNKNOWN"],
    ["X25519", spkiOf(generateKeyPairSync("x25519")), "NAT_ALGORITHM_UNKNOWN"],
    ["DSA", spkiOf(generateKeyPairSync("dsa", { modulusLength: 1024, divisorLength: 160 })), "NAT_ALGORITHM_UNKNOWN"],
    ["SLH-DSA", spkiOf(generateKeyPairSync("slh-dsa-sha2-128s")), "NAT_ALGORITHM_UNKNOWN"],
    [
      "explicit curve parameters (RFC 5480 2.1.1)",
      spkiOf(generateKeyPairSync("ec", { namedCurve: "P-256", paramEncoding: "explicit" })),
      "NAT_ALGORITHM_UNKNOWN",
    ],
    [
      "curve key without parameters",
      curveKey(encodeSequence(encodeOid("1.2.840.10045.2.1")), point),
      "NAT_ALGORITHM_UNKNOWN",
    ],
    [
      "Ed25519 with NULL (RFC 8410 3)",
      curveKey(encodeSequence(encodeOid("1.3.101.112"), encodeNull()), new Uint8Array(32)),
      "NAT_ALGORITHM_UNKNOWN",
    ],
    [
      "ML-DSA-44 with NULL (RFC 9881 2)",
      curveKey(encodeSequence(encodeOid("2.16.840.1.101.3.4.3.17"), encodeNull()), new Uint8Array(1312)),
      "NAT_ALGORITHM_UNKNOWN",
    ],
  ] as const)
    test(name, () => assert.equal(factsOrCode(key), code));
});

/** The code where it is refused; any other exception is a fault. */
function factsOrCode(key: Uint8Array) {
  try {
    return readKeyFacts(key);
  } catch (error) {
    assert.ok(isNatalisError(error) && error.code.startsWith("NAT_ALGORITHM_"), String(error));
    return error.code;
  }
}
