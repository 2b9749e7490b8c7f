// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, type KeyObject } from "node:crypto";
import { test } from "node:test";
import { concatBytes, fromBase64Url, isNatalisError } from "../../kernel/index.ts";
import type { ObjectAttribute } from "./object-attributes.ts";
import { encodePublicArea, type PublicArea } from "./public-area.ts";
import { endorsementTemplates } from "./endorsement-templates.ts";
import { objectName, publicKeyOf } from "./public-key.ts";

const common = { nameDigest: "SHA-256", attributes: new Set<ObjectAttribute>(), policy: new Uint8Array(0) } as const;
const spki = (key: KeyObject) => new Uint8Array(key.export({ format: "der", type: "spki" }));
const field = (key: KeyObject, name: "n" | "x" | "y") => fromBase64Url(String(key.export({ format: "jwk" })[name]));

test("RSA keys are what OpenSSL writes, with the exponent said or not", () => {
  for (const keyBits of [2048, 3072]) {
    const { publicKey } = generateKeyPairSync("rsa", { modulusLength: keyBits });
    const modulus = field(publicKey, "n");
    for (const exponent of [0, 65537])
      assert.deepEqual(publicKeyOf({ ...common, type: "RSA", keyBits, exponent, modulus }), spki(publicKey));
  }
});

test("elliptic curve keys are what OpenSSL writes", () => {
  for (const curve of ["P-256", "P-384"] as const) {
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: curve });
    const area = { ...common, type: "ECC", curve, x: field(publicKey, "x"), y: field(publicKey, "y") } as const;
    assert.deepEqual(publicKeyOf(area), spki(publicKey));
  }
});

test("a coordinate without its leading zeros is the same key", () => {
  const y = new Uint8Array(32).fill(7);
  const full = { ...common, type: "ECC", curve: "P-256", x: new Uint8Array(32).with(31, 5), y } as const;
  assert.deepEqual(publicKeyOf({ ...full, x: Uint8Array.of(5) }), publicKeyOf(full));
});

test("a template holds no key", () => {
  for (const { area } of endorsementTemplates.filter(({ range }) => range === "high"))
    assert.throws(
      () => publicKeyOf(area),
      (error) => isNatalisError(error, "NAT_TPM_STRUCTURE"),
    );
});

test("a modulus is as long as it says", () => {
  const area = { ...common, type: "RSA", keyBits: 2048, exponent: 0 } as const;
  for (const modulus of [new Uint8Array(255).fill(0xff), new Uint8Array(256), new Uint8Array(256).with(255, 1)])
    assert.throws(
      () => publicKeyOf({ ...area, modulus }),
      (error) => isNatalisError(error, "NAT_TPM_STRUCTURE"),
    );
});

test("a name is the digest of the whole area behind the digest's identifier", () => {
  const digests = [
    ["SHA-256", "sha256", Uint8Array.of(0, 0x0b)],
    ["SHA-384", "sha384", Uint8Array.of(0, 0x0c)],
  ] as const;
  for (const [nameDigest, name, identifier] of digests) {
    const area: PublicArea = {
      ...common,
      nameDigest,
      type: "ECC",
      curve: "P-256",
      x: new Uint8Array(32),
      y: new Uint8Array(1),
    };
    const bytes = encodePublicArea(area);
    const digest = new Uint8Array(createHash(name).update(bytes).digest());
    assert.deepEqual(objectName(bytes), concatBytes(identifier, digest));
  }
});
