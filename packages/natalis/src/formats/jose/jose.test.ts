// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { generateKey, nodeSignatureVerifier } from "@natalis/node";
import { encodeUtf8, toBase64Url } from "../../kernel/index.ts";
import { algorithms, signatureToCose } from "../algorithms.ts";
import type { JsonValue } from "../json/index.ts";
import { parseJsonWebKey, parseJsonWebSignature, verifyJsonWebSignature } from "./index.ts";

const encode = (value: unknown) => toBase64Url(encodeUtf8(JSON.stringify(value)));
const { ES256, EdDSA } = algorithms;

function signed(protectedHeader: unknown, algorithm = ES256, key = generateKey(algorithm).signer) {
  const [header, payload] = [encode(protectedHeader), encode({ hello: "world" })];
  const signature = toBase64Url(signatureToCose(algorithm, key.sign(encodeUtf8(`${header}.${payload}`))));
  return { jws: { protected: header, payload, signature }, publicKey: key.publicKey };
}

const verify = (jws: JsonValue, publicKey: Uint8Array) =>
  verifyJsonWebSignature(parseJsonWebSignature(jws), publicKey, nodeSignatureVerifier);

for (const algorithm of Object.values(algorithms))
  test(`a signature by ${algorithm.name}`, async () => {
    const { jws, publicKey } = signed({ alg: algorithm.name }, algorithm);
    await verify(jws, publicKey);
    const other = generateKey(algorithm).signer.publicKey;
    await assert.rejects(verify(jws, other), { code: "NAT_JOSE_SIGNATURE" });
    await assert.rejects(verify({ ...jws, payload: encode({}) }, publicKey), { code: "NAT_JOSE_SIGNATURE" });
    await assert.rejects(verify({ ...jws, signature: "AAAA" }, publicKey), { code: "NAT_JOSE_SIGNATURE" });
  });

test("the example of RFC 7515 A.3", async () => {
  const key = {
    kty: "EC",
    crv: "P-256",
    x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
  };
  const jws = {
    protected: "eyJhbGciOiJFUzI1NiJ9",
    payload: "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
    signature: "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
  };
  await verify(jws, parseJsonWebKey(key));
});

test("the key decides the algorithm", async () => {
  for (const alg of ["none", "HS256", "ES384", "RS256", undefined, 7]) {
    const { jws, publicKey } = signed({ alg });
    await assert.rejects(verify(jws, publicKey), { name: "NatalisError", code: "NAT_JOSE_ALGORITHM" });
  }
  const { jws, publicKey } = signed({ alg: "Ed25519" }, EdDSA);
  await verify(jws, publicKey);
});

test("headers that ask for more, or repeat what is protected, are refused", async () => {
  const { jws } = signed({ alg: "ES256", kid: "a" });
  const critical = signed({ alg: "ES256", crit: ["exp"] });
  assert.throws(() => parseJsonWebSignature(critical.jws), { code: "NAT_JOSE_HEADER" });
  for (const header of [{ alg: "ES256" }, { crit: [] }, { kid: "b" }])
    assert.throws(() => parseJsonWebSignature({ ...jws, header }), { code: "NAT_JOSE_HEADER" });
  assert.deepEqual(parseJsonWebSignature({ ...jws, header: { uniqueId: "1" } }).header, { uniqueId: "1" });
});

test("other shapes are refused", async () => {
  const { jws } = signed({ alg: "ES256" });
  const bad: JsonValue[] = [null, [], "a.b.c", {}, { ...jws, protected: 1 }, { ...jws, payload: "=" }];
  for (const value of [...bad, { ...jws, protected: encode([]) }, { ...jws, protected: "e30x" }, { ...jws, header: 1 }])
    assert.throws(() => parseJsonWebSignature(value), { name: "NatalisError", code: "NAT_JOSE_FORM" });
});

const pairs = {
  "P-256": () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
  "P-384": () => generateKeyPairSync("ec", { namedCurve: "P-384" }),
  Ed25519: () => generateKeyPairSync("ed25519"),
};

for (const [curve, generate] of Object.entries(pairs))
  test(`a key of ${curve}, as Node writes it`, () => {
    const { publicKey, privateKey } = generate();
    const der = new Uint8Array(publicKey.export({ type: "spki", format: "der" }));
    const key = publicKey.export({ format: "jwk" }) as Record<string, string>;
    assert.deepEqual(parseJsonWebKey({ ...key, kid: "0", x5c: [] }), der);
    const leaked = privateKey.export({ format: "jwk" }) as Record<string, string>;
    assert.throws(() => parseJsonWebKey(leaked), { code: "NAT_JOSE_KEY" });
    assert.deepEqual(
      createPublicKey({ key: leaked, format: "jwk" }).export({ type: "spki", format: "der" }),
      Buffer.from(der),
    );
  });

test("other keys are refused", () => {
  const key = pairs["P-256"]().publicKey.export({ format: "jwk" }) as { x: string; y: string };
  const bad: JsonValue[] = [
    null,
    {},
    { kty: "RSA", n: "AQAB", e: "AQAB" },
    { ...key, kty: "OKP" },
    { ...key, crv: "P-521" },
  ];
  const worse: JsonValue[] = [
    { ...key, crv: "toString" },
    { ...key, x: key.x.slice(0, -2) },
    { ...key, y: 7 },
    { ...key, y: "+" },
  ];
  for (const value of [...bad, ...worse])
    assert.throws(() => parseJsonWebKey(value), { name: "NatalisError", code: "NAT_JOSE_KEY" });
});
