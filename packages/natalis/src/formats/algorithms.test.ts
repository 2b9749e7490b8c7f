// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import {
  concatBytes,
  fromHex,
  isNatalisError,
  type SignatureAlgorithm,
  type SignatureAlgorithmName,
  toHex,
} from "../kernel/index.ts";
import {
  algorithmOfPublicKey,
  algorithmOfSignatureIdentifier,
  algorithms,
  publicKeyInfo,
  rawPublicKey,
  signatureFromCose,
  signatureToCose,
} from "./algorithms.ts";
import { encodeBitString, encodeInteger, encodeNull, encodeOid, encodeSequence } from "./der/index.ts";

const message = Uint8Array.of(1, 2, 3);
const unknown = (error: unknown) => isNatalisError(error, "NAT_ALGORITHM_UNKNOWN");
const badKey = (error: unknown) => isNatalisError(error, "NAT_ALGORITHM_KEY");
const badSignature = (error: unknown) => isNatalisError(error, "NAT_ALGORITHM_SIGNATURE");

/** OpenSSL, through Node, is the judge of every row. */
const generators: Readonly<Record<SignatureAlgorithmName, () => { publicKey: KeyObject; privateKey: KeyObject }>> = {
  ES256: () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
  ES384: () => generateKeyPairSync("ec", { namedCurve: "P-384" }),
  EdDSA: () => generateKeyPairSync("ed25519"),
  "ML-DSA-44": () => generateKeyPairSync("ml-dsa-44"),
  "ML-DSA-65": () => generateKeyPairSync("ml-dsa-65"),
  "ML-DSA-87": () => generateKeyPairSync("ml-dsa-87"),
};
const digests: Partial<Record<SignatureAlgorithmName, string>> = { ES256: "sha256", ES384: "sha384" };

/** The identifiers, written from their definitions: RFC 5758 3.2, RFC 8410 3, RFC 9881 2. */
const signatureOids: Readonly<Record<SignatureAlgorithmName, string>> = {
  ES256: "1.2.840.10045.4.3.2",
  ES384: "1.2.840.10045.4.3.3",
  EdDSA: "1.3.101.112",
  "ML-DSA-44": "2.16.840.1.101.3.4.3.17",
  "ML-DSA-65": "2.16.840.1.101.3.4.3.18",
  "ML-DSA-87": "2.16.840.1.101.3.4.3.19",
};

const all: readonly SignatureAlgorithm[] = Object.values(algorithms);

for (const algorithm of all)
  describe(algorithm.name, () => {
    const { publicKey, privateKey } = generators[algorithm.name]();
    const spki = new Uint8Array(publicKey.export({ type: "spki", format: "der" }));
    const signature = new Uint8Array(sign(digests[algorithm.name] ?? null, message, privateKey));

    test("is found by OpenSSL's key and by the identifier of its OID alone", () => {
      assert.equal(algorithmOfPublicKey(spki), algorithm);
      const identifier = encodeSequence(encodeOid(signatureOids[algorithm.name]));
      assert.equal(algorithmOfSignatureIdentifier(identifier), algorithm);
    });

    test("takes the raw key out and puts it back", () => {
      const raw = rawPublicKey(algorithm, spki);
      assert.equal(raw.length, algorithm.publicKeyLength);
      assert.deepEqual(publicKeyInfo(algorithm, raw), spki);
    });

    test("carries OpenSSL's signature to COSE and back", () => {
      const cose = signatureToCose(algorithm, signature);
      assert.equal(cose.length, algorithm.coseSignatureLength);
      assert.deepEqual(signatureFromCose(algorithm, cose), signature);
      const key = { key: publicKey, dsaEncoding: "ieee-p1363" } as const;
      assert.ok(verify(digests[algorithm.name] ?? null, message, key, cose));
    });

    test("names the COSE algorithm that it emits first among those it accepts", () => {
      assert.equal(algorithm.coseAccepted[0], algorithm.coseAlgorithm);
    });

    test("refuses keys that are cut, grown or of another algorithm", () => {
      for (const key of [
        spki.subarray(1),
        spki.subarray(0, -1),
        concatBytes(spki, Uint8Array.of(0)),
        new Uint8Array(),
      ]) {
        assert.throws(() => algorithmOfPublicKey(key), unknown);
        assert.throws(() => rawPublicKey(algorithm, key), badKey);
      }
      const other = all.find(({ name }) => name !== algorithm.name) as SignatureAlgorithm;
      assert.throws(() => rawPublicKey(other, spki), badKey);
      assert.throws(() => publicKeyInfo(algorithm, spki), badKey);
    });

    test("refuses signatures of a wrong length", () => {
      const cose = signatureToCose(algorithm, signature);
      assert.throws(() => signatureFromCose(algorithm, cose.subarray(1)), badSignature);
      assert.throws(() => signatureFromCose(algorithm, concatBytes(cose, cose)), badSignature);
      assert.throws(() => signatureToCose(algorithm, signature.subarray(1)), badSignature);
      assert.throws(() => signatureToCose(algorithm, concatBytes(signature, Uint8Array.of(0))), badSignature);
    });
  });

describe("keys outside of the table", () => {
  const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ type: "spki", format: "der" });
  const compressed = encodeSequence(
    encodeSequence(encodeOid("1.2.840.10045.2.1"), encodeOid("1.2.840.10045.3.1.7")),
    encodeBitString(concatBytes(Uint8Array.of(2 + ((p256.at(-1) as number) & 1)), p256.subarray(27, 59))),
  );
  const hybrid = Uint8Array.from(p256);
  hybrid[26] = 0x06;
  for (const [name, key] of [
    ["compressed point", compressed],
    ["hybrid point", hybrid],
    ["RSA", generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({ type: "spki", format: "der" })],
    ["Ed448", generateKeyPairSync("ed448").publicKey.export({ type: "spki", format: "der" })],
    [
      "secp256k1",
      generateKeyPairSync("ec", { namedCurve: "secp256k1" }).publicKey.export({ type: "spki", format: "der" }),
    ],
  ] as const)
    test(name, () => assert.throws(() => algorithmOfPublicKey(new Uint8Array(key)), unknown));

  test("Ed25519 with NULL parameters", () => {
    const key = encodeSequence(
      encodeSequence(encodeOid("1.3.101.112"), encodeNull()),
      encodeBitString(new Uint8Array(32)),
    );
    assert.throws(() => algorithmOfPublicKey(key), unknown);
  });

  test("property: any changed bit of the prefix, and of the point's first octet, makes it unknown", () => {
    const spki = new Uint8Array(p256);
    fc.assert(
      fc.property(fc.nat(27 * 8 - 1), (bit) => {
        const changed = Uint8Array.from(spki);
        changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
        assert.throws(() => algorithmOfPublicKey(changed), unknown);
      }),
    );
  });
});

describe("signature identifiers outside of the table", () => {
  for (const [name, identifier] of [
    ["ecdsa-with-SHA256 with NULL parameters", encodeSequence(encodeOid("1.2.840.10045.4.3.2"), encodeNull())],
    ["ecdsa-with-SHA1", encodeSequence(encodeOid("1.2.840.10045.4.1"))],
    ["ecdsa-with-SHA512", encodeSequence(encodeOid("1.2.840.10045.4.3.4"))],
    ["nothing", new Uint8Array()],
  ] as const)
    test(name, () => assert.throws(() => algorithmOfSignatureIdentifier(identifier), unknown));
});

describe("ECDSA signatures that are refused", () => {
  const one = encodeInteger(1);
  for (const [name, signature] of [
    ["nothing", new Uint8Array()],
    ["one integer", encodeSequence(one)],
    ["three integers", encodeSequence(one, one, one)],
    ["bytes after it", concatBytes(encodeSequence(one, one), Uint8Array.of(0))],
    ["r = 0", encodeSequence(encodeInteger(0), one)],
    ["s = 0", encodeSequence(one, encodeInteger(0))],
    ["negative r", encodeSequence(encodeInteger(-1), one)],
    ["r of 33 octets", encodeSequence(encodeInteger(1n << 256n), one)],
    ["s of 33 octets", encodeSequence(one, encodeInteger(1n << 256n))],
    ["r with padding", fromHex("300702020001020101")],
    ["long form of a short length", fromHex("308106020101020101")],
    ["indefinite length", fromHex("30800201010201010000")],
  ] as const)
    test(name, () => assert.throws(() => signatureToCose(algorithms.ES256, signature), badSignature));

  test("r or s of zeros, in COSE", () => {
    const zeroR = concatBytes(new Uint8Array(32), new Uint8Array(32).fill(1));
    const zeroS = concatBytes(new Uint8Array(32).fill(1), new Uint8Array(32));
    assert.throws(() => signatureFromCose(algorithms.ES256, zeroR), badSignature);
    assert.throws(() => signatureFromCose(algorithms.ES256, zeroS), badSignature);
  });
});

test("property: every r and s of any size comes back", () => {
  const integer = fc.bigInt({ min: 1n, max: (1n << 256n) - 1n });
  fc.assert(
    fc.property(integer, integer, (r, s) => {
      const signature = encodeSequence(encodeInteger(r), encodeInteger(s));
      const cose = signatureToCose(algorithms.ES256, signature);
      assert.equal(BigInt(`0x${toHex(cose.subarray(0, 32))}`), r);
      assert.deepEqual(signatureFromCose(algorithms.ES256, cose), signature);
    }),
  );
});

test("property: any bytes are a signature or refused", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (signature) => {
      try {
        assert.deepEqual(signatureFromCose(algorithms.ES256, signatureToCose(algorithms.ES256, signature)), signature);
      } catch (error) {
        assert.ok(badSignature(error), String(error));
      }
    }),
  );
});
