// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyPairKeyObjectResult } from "node:crypto";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { concatBytes, isNatalisError, type KeyKind, type SignatureScheme } from "../kernel/index.ts";
import { algorithms } from "./algorithms.ts";
import { encodeBitString, encodeInteger, encodeNull, encodeOid, encodeSequence, encodeTagged } from "./der/index.ts";
import { readKeyFacts } from "./key-facts.ts";
import { canVerify, signatureSchemeFor } from "./signature-schemes.ts";

const unknown = (error: unknown) => isNatalisError(error, "NAT_ALGORITHM_UNKNOWN");
const spkiOf = ({ publicKey }: KeyPairKeyObjectResult) =>
  new Uint8Array(publicKey.export({ type: "spki", format: "der" }));

const keys: Readonly<Record<KeyKind, Uint8Array>> = {
  RSA: spkiOf(generateKeyPairSync("rsa", { modulusLength: 2048 })),
  "P-256": spkiOf(generateKeyPairSync("ec", { namedCurve: "P-256" })),
  "P-384": spkiOf(generateKeyPairSync("ec", { namedCurve: "P-384" })),
  "P-521": spkiOf(generateKeyPairSync("ec", { namedCurve: "P-521" })),
  Ed25519: spkiOf(generateKeyPairSync("ed25519")),
  Ed448: spkiOf(generateKeyPairSync("ed448")),
  "ML-DSA-44": spkiOf(generateKeyPairSync("ml-dsa-44")),
  "ML-DSA-65": spkiOf(generateKeyPairSync("ml-dsa-65")),
  "ML-DSA-87": spkiOf(generateKeyPairSync("ml-dsa-87")),
};
const kinds = Object.keys(keys) as KeyKind[];
const curves = ["P-256", "P-384", "P-521"] as const;

/** The identifiers, written from their definitions. */
const identifier = (oid: string, ...parameters: Uint8Array[]) => encodeSequence(encodeOid(oid), ...parameters);
const digestOids = {
  "SHA-1": "1.3.14.3.2.26",
  "SHA-256": "2.16.840.1.101.3.4.2.1",
  "SHA-384": "2.16.840.1.101.3.4.2.2",
  "SHA-512": "2.16.840.1.101.3.4.2.3",
} as const;
type Digest = keyof typeof digestOids;
const digests = Object.keys(digestOids) as Digest[];
/** RFC 5758 3.2, RFC 3279 2.2.3. */
const ecdsaOids: Readonly<Record<Digest, string>> = {
  "SHA-1": "1.2.840.10045.4.1",
  "SHA-256": "1.2.840.10045.4.3.2",
  "SHA-384": "1.2.840.10045.4.3.3",
  "SHA-512": "1.2.840.10045.4.3.4",
};
/** RFC 4055 section 5, RFC 3279 2.2.1. */
const pkcs1Oids: Readonly<Record<Digest, string>> = {
  "SHA-1": "1.2.840.113549.1.1.5",
  "SHA-256": "1.2.840.113549.1.1.11",
  "SHA-384": "1.2.840.113549.1.1.12",
  "SHA-512": "1.2.840.113549.1.1.13",
};
/** RFC 8410 section 3, RFC 9881 section 2: kind of key and of signature have one OID. */
const ownOids: readonly (readonly [kind: KeyKind, oid: string])[] = [
  ["Ed25519", "1.3.101.112"],
  ["Ed448", "1.3.101.113"],
  ["ML-DSA-44", "2.16.840.1.101.3.4.3.17"],
  ["ML-DSA-65", "2.16.840.1.101.3.4.3.18"],
  ["ML-DSA-87", "2.16.840.1.101.3.4.3.19"],
];

const hash = (digest: Digest) => identifier(digestOids[digest], encodeNull());
const bareHash = (digest: Digest) => identifier(digestOids[digest]);
const mask = (inner: Uint8Array) => identifier("1.2.840.113549.1.1.8", inner);
const pssOid = "1.2.840.113549.1.1.10";

interface PssFields {
  readonly hash?: Uint8Array;
  readonly mask?: Uint8Array;
  readonly salt?: Uint8Array;
  readonly trailer?: Uint8Array;
}

/** RSASSA-PSS-params with whatever fields are given. */
function parameters(fields: PssFields): Uint8Array {
  const all = [fields.hash, fields.mask, fields.salt, fields.trailer];
  return encodeSequence(...all.flatMap((field, number) => (field === undefined ? [] : [encodeTagged(number, field)])));
}

const pssFields = (digest: Digest, saltLength: number): PssFields => ({
  ...(digest === "SHA-1" ? {} : { hash: hash(digest), mask: mask(hash(digest)) }),
  ...(saltLength === 20 ? {} : { salt: encodeInteger(saltLength) }),
});
const pss = (digest: Digest, saltLength: number) => identifier(pssOid, parameters(pssFields(digest, saltLength)));

interface Known {
  readonly identifier: Uint8Array;
  readonly keys: readonly KeyKind[];
  readonly expected: Partial<SignatureScheme>;
}

const known: readonly Known[] = [
  ...digests.map((digest) => ({
    identifier: identifier(ecdsaOids[digest]),
    keys: curves,
    expected: { digest, legacy: digest === "SHA-1" },
  })),
  ...ownOids.map(([kind, oid]) => ({
    identifier: identifier(oid),
    keys: [kind],
    expected: { digest: undefined, legacy: false },
  })),
  ...digests.map((digest) => ({
    identifier: identifier(pkcs1Oids[digest], encodeNull()),
    keys: ["RSA"] as const,
    expected: { digest, padding: "PKCS1-v1_5" as const, legacy: digest === "SHA-1" },
  })),
  ...digests.flatMap((digest) =>
    [0, 20, 32, 33, 48, 64, 190].map((saltLength) => ({
      identifier: pss(digest, saltLength),
      keys: ["RSA"] as const,
      expected: { digest, padding: "PSS" as const, saltLength, legacy: digest === "SHA-1" },
    })),
  ),
];

test("each identifier means one scheme under the keys that it is for, and none under the others", () => {
  const names = new Set<string>();
  for (const { identifier: given, keys: fitting, expected } of known)
    for (const kind of kinds) {
      const scheme = signatureSchemeFor(given, keys[kind]);
      if (!fitting.includes(kind)) assert.equal(scheme, undefined);
      else {
        const { digest, padding, saltLength, legacy, key } = scheme as SignatureScheme;
        const seen = { digest, padding, saltLength, legacy };
        assert.deepEqual(seen, { padding: undefined, saltLength: undefined, ...expected }, scheme?.name);
        assert.equal(key, kind);
        names.add(scheme?.name as string);
      }
    }
  assert.equal(names.size, 4 * 3 + 5 + 4 + 4 * 7);
});

test("what Natalis signs with is the very entry of its table", () => {
  for (const algorithm of Object.values(algorithms))
    assert.equal(signatureSchemeFor(algorithm.signatureIdentifier, keys[algorithm.key]), algorithm);
});

test("names are as documented", () => {
  assert.equal(signatureSchemeFor(identifier(ecdsaOids["SHA-384"]), keys["P-256"])?.name, "P-256 with SHA-384");
  const pkcs1 = identifier(pkcs1Oids["SHA-256"], encodeNull());
  assert.equal(signatureSchemeFor(pkcs1, keys.RSA)?.name, "RSA PKCS#1 v1.5 with SHA-256");
  assert.equal(signatureSchemeFor(pss("SHA-256", 32), keys.RSA)?.name, "RSA PSS with SHA-256, salt 32");
});

test("RSA PKCS#1 v1.5: absent parameters are NULL, but for SHA-1 (RFC 4055 section 5)", () => {
  for (const digest of ["SHA-256", "SHA-384", "SHA-512"] as const) {
    const withNull = signatureSchemeFor(identifier(pkcs1Oids[digest], encodeNull()), keys.RSA);
    assert.deepEqual(signatureSchemeFor(identifier(pkcs1Oids[digest]), keys.RSA), withNull);
  }
  assert.throws(() => signatureSchemeFor(identifier(pkcs1Oids["SHA-1"]), keys.RSA), unknown);
});

test("RSASSA-PSS: hash identifiers without NULL mean the same (RFC 4055 2.1)", () => {
  const salt = encodeInteger(32);
  for (const [outer, inner] of [
    [bareHash, hash],
    [hash, bareHash],
    [bareHash, bareHash],
  ] as const) {
    const given = parameters({ hash: outer("SHA-256"), mask: mask(inner("SHA-256")), salt });
    const expected = signatureSchemeFor(pss("SHA-256", 32), keys.RSA);
    assert.deepEqual(signatureSchemeFor(identifier(pssOid, given), keys.RSA), expected);
  }
});

describe("identifiers that are refused under every key", () => {
  const sha256 = pssFields("SHA-256", 32);
  const withPss = (fields: PssFields) => identifier(pssOid, parameters({ ...sha256, ...fields }));
  const sha224 = identifier("2.16.840.1.101.3.4.2.4", encodeNull());
  for (const [name, given] of [
    ["nothing", new Uint8Array()],
    ["no DER", Uint8Array.of(0x30, 0x80)],
    ["an empty sequence", encodeSequence()],
    ["ECDSA by SHA-1 with NULL (RFC 3279 2.2.3)", identifier(ecdsaOids["SHA-1"], encodeNull())],
    ["ECDSA with SHA-224", identifier("1.2.840.10045.4.3.1")],
    ["ECDSA with SHA3-256", identifier("2.16.840.1.101.3.4.3.10")],
    ["Ed25519 with NULL (RFC 8410 3)", identifier("1.3.101.112", encodeNull())],
    ["Ed448 with NULL", identifier("1.3.101.113", encodeNull())],
    ["ML-DSA-65 with NULL (RFC 9881 2)", identifier("2.16.840.1.101.3.4.3.18", encodeNull())],
    ["HashML-DSA-65 (RFC 9881 8.3)", identifier("2.16.840.1.101.3.4.3.33")],
    ["RSA with MD5", identifier("1.2.840.113549.1.1.4", encodeNull())],
    ["RSA with SHA-224", identifier("1.2.840.113549.1.1.14", encodeNull())],
    ["RSA with SHA-256 and an INTEGER", identifier(pkcs1Oids["SHA-256"], encodeInteger(0))],
    ["RSA with SHA-256 and NULL twice", identifier(pkcs1Oids["SHA-256"], encodeNull(), encodeNull())],
    ["rsaEncryption", identifier("1.2.840.113549.1.1.1", encodeNull())],
    ["DSA with SHA-256", identifier("2.16.840.1.101.3.4.3.2")],
    ["PSS without parameters (RFC 4055 3.1)", identifier(pssOid)],
    ["PSS with NULL", identifier(pssOid, encodeNull())],
    ["PSS with more after its parameters", identifier(pssOid, parameters(sha256), encodeNull())],
    ["PSS with a default hash written out", withPss({ hash: hash("SHA-1") })],
    ["PSS with a default hash written out without NULL", withPss({ hash: bareHash("SHA-1") })],
    ["PSS with a default mask written out", withPss({ mask: mask(hash("SHA-1")) })],
    ["PSS with a default salt written out", withPss({ salt: encodeInteger(20) })],
    ["PSS with the default trailer written out", withPss({ trailer: encodeInteger(1) })],
    ["PSS with another trailer", withPss({ trailer: encodeInteger(2) })],
    ["PSS with a negative salt", withPss({ salt: encodeInteger(-1) })],
    ["PSS with a salt beyond any modulus", withPss({ salt: encodeInteger(1n << 40n) })],
    ["PSS with a mask by another digest", withPss({ mask: mask(hash("SHA-512")) })],
    ["PSS with the default mask for SHA-256", identifier(pssOid, encodeSequence(encodeTagged(0, hash("SHA-256"))))],
    ["PSS with another mask generation", withPss({ mask: identifier("1.2.840.113549.1.1.9", hash("SHA-256")) })],
    ["PSS with SHA-224", withPss({ hash: sha224, mask: mask(sha224) })],
    ["PSS with a parameter to the digest", withPss({ hash: identifier(digestOids["SHA-256"], encodeInteger(1)) })],
    [
      "PSS with its fields in another order",
      identifier(pssOid, encodeSequence(encodeTagged(2, encodeInteger(32)), encodeTagged(0, hash("SHA-256")))),
    ],
    ["PSS with two values in a field", withPss({ salt: concatBytes(encodeInteger(32), encodeInteger(32)) })],
    ["PSS with a salt that is not minimal", withPss({ salt: Uint8Array.of(2, 2, 0, 32) })],
  ] as const)
    test(name, () => {
      for (const kind of kinds) assert.throws(() => signatureSchemeFor(given, keys[kind]), unknown, kind);
    });

  test("property: an identifier with a changed octet is refused or another one of the table", () => {
    const change = fc.tuple(fc.constantFrom(...known), fc.nat(), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(change, ([{ identifier: original, keys: fitting }, at, difference]) => {
        const place = at % original.length;
        const changed = original.with(place, (original[place] as number) ^ difference);
        try {
          const [before, after] = [original, changed].map((one) =>
            signatureSchemeFor(one, keys[fitting[0] as KeyKind]),
          );
          assert.notEqual(after?.name, before?.name);
        } catch (error) {
          assert.ok(unknown(error), String(error));
        }
      }),
    );
  });
});

test("a key that is refused is refused before the identifier is looked at", () => {
  const given = identifier(ecdsaOids["SHA-256"]);
  assert.throws(() => signatureSchemeFor(given, keys["P-256"].with(26, 2)), { code: "NAT_ALGORITHM_KEY" });
  assert.throws(() => signatureSchemeFor(given, encodeSequence()), { code: "NAT_ALGORITHM_KEY" });
});

describe("RSASSA-PSS and the key", () => {
  const odd = (bits: number) => (1n << BigInt(bits - 1)) | 1n;
  const key = (bits: number, keyIdentifier: Uint8Array) =>
    encodeSequence(keyIdentifier, encodeBitString(encodeSequence(encodeInteger(odd(bits)), encodeInteger(65_537))));
  const plain = identifier("1.2.840.113549.1.1.1", encodeNull());

  test("the salt fits the modulus (RFC 8017 9.1.1)", () => {
    for (const [bits, digest, most] of [
      [2048, "SHA-256", 222],
      [2048, "SHA-512", 190],
      [2049, "SHA-256", 222],
      [2050, "SHA-256", 223],
      [1024, "SHA-512", 62],
      [1025, "SHA-1", 106],
    ] as const) {
      const scheme = (saltLength: number) => signatureSchemeFor(pss(digest, saltLength), key(bits, plain));
      assert.equal(scheme(most)?.saltLength, most);
      assert.equal(scheme(most + 1), undefined);
    }
  });

  test("a key under id-RSASSA-PSS signs with no other padding", () => {
    const unbound = key(2048, identifier(pssOid));
    for (const digest of digests) {
      assert.equal(signatureSchemeFor(pss(digest, 20), unbound)?.digest, digest);
      assert.equal(signatureSchemeFor(identifier(pkcs1Oids[digest], encodeNull()), unbound), undefined);
    }
  });

  test("its parameters bind the digest, and the salt from below (RFC 4055 3.1)", () => {
    const bound = key(2048, pss("SHA-256", 32));
    for (const saltLength of [32, 33, 222])
      assert.equal(signatureSchemeFor(pss("SHA-256", saltLength), bound)?.saltLength, saltLength);
    for (const given of [pss("SHA-256", 31), pss("SHA-256", 0), pss("SHA-384", 48), pss("SHA-1", 32)])
      assert.equal(signatureSchemeFor(given, bound), undefined);
    const legacy = key(2048, pss("SHA-1", 20));
    assert.equal(signatureSchemeFor(pss("SHA-1", 20), legacy)?.legacy, true);
    assert.equal(signatureSchemeFor(pss("SHA-256", 32), legacy), undefined);
  });
});

describe("canVerify", () => {
  const can = (scheme: SignatureScheme, kind: KeyKind, length: number) =>
    canVerify(scheme, readKeyFacts(keys[kind]), keys[kind], new Uint8Array(length).fill(7));

  test("asks for the signature's one length, where there is one", () => {
    const rsa = signatureSchemeFor(pss("SHA-256", 32), keys.RSA) as SignatureScheme;
    const ed448 = signatureSchemeFor(identifier("1.3.101.113"), keys.Ed448) as SignatureScheme;
    for (const [scheme, kind, length] of [
      [rsa, "RSA", 256],
      [ed448, "Ed448", 114],
      [algorithms.EdDSA, "Ed25519", 64],
      [algorithms["ML-DSA-44"], "ML-DSA-44", 2420],
    ] as const) {
      assert.ok(can(scheme, kind, length));
      for (const other of [0, length - 1, length + 1]) assert.ok(!can(scheme, kind, other));
    }
    assert.ok(can(algorithms.ES256, "P-256", 8) && can(algorithms.ES256, "P-256", 72));
  });

  test("asks for a key of the scheme and for a padding", () => {
    for (const kind of kinds) assert.equal(can(algorithms.ES256, kind, 72), kind === "P-256");
    const unpadded: SignatureScheme = { name: "RSA", title: "RSA", key: "RSA", digest: "SHA-256", legacy: false };
    assert.ok(!can(unpadded, "RSA", 256));
    assert.ok(!can({ ...unpadded, digest: undefined, padding: "PSS" }, "RSA", 256));
  });

  test("refuses points of small order", () => {
    const { EdDSA } = algorithms;
    assert.ok(!canVerify(EdDSA, readKeyFacts(keys.Ed25519), keys.Ed25519, new Uint8Array(64)));
  });
});

test("ECDSA with NULL, which RFC 5758 3.2 forbids, is for the legacy policy", () => {
  for (const digest of ["SHA-256", "SHA-384", "SHA-512"] as const) {
    const scheme = signatureSchemeFor(identifier(ecdsaOids[digest], encodeNull()), keys["P-256"]);
    assert.deepEqual([scheme?.key, scheme?.digest, scheme?.legacy], ["P-256", digest, true]);
  }
});
