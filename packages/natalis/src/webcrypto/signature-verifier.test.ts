// SPDX-License-Identifier: Apache-2.0
// Verification by WebCrypto against OpenSSL's: the same verdict on everything, what is malformed never asked about, and
// nothing that changes while it waits.

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { generateKey, nodeSignatureVerifier } from "@natalis/node";
import * as fc from "fast-check";
import { algorithms, publicKeyInfo, signatureFromCose } from "../formats/index.ts";
import { concatBytes, encodeUtf8, fromHex, type SignatureScheme, toHex } from "../kernel/index.ts";
import { knownSignatures } from "../testing/index.ts";
import { webSignatureVerifier } from "./index.ts";

const data = encodeUtf8("born once");
const generated = Object.values(algorithms).map((scheme) => {
  const { signer } = generateKey(scheme);
  return { scheme, publicKey: signer.publicKey, data, signature: signer.sign(data) };
});
const foreign = knownSignatures.filter(({ scheme }) => !generated.some((ours) => ours.scheme === scheme));
const signed = [...generated, ...foreign];

for (const { scheme, publicKey, data, signature } of signed) {
  test(`${scheme.name}: the same verdict as OpenSSL's on whatever is flipped, cut or grown`, async () => {
    const fields = { publicKey, data, signature };
    const change = fc.record({
      field: fc.constantFrom("publicKey", "data", "signature"),
      at: fc.nat(),
      bit: fc.nat(7),
      kind: fc.constantFrom("flip", "cut", "grow", "none"),
    });
    await fc.assert(
      fc.asyncProperty(change, async ({ field, at, bit, kind }) => {
        const bytes = fields[field];
        const place = at % bytes.length;
        const changed = {
          flip: bytes.map((byte, i) => (i === place ? byte ^ (1 << bit) : byte)),
          cut: bytes.subarray(0, place),
          grow: concatBytes(bytes, Uint8Array.of(bit)),
          none: bytes,
        }[kind];
        const given = { ...fields, [field]: changed };
        const verdict = await webSignatureVerifier.verify(scheme, given.publicKey, given.data, given.signature);
        assert.equal(verdict, nodeSignatureVerifier.verify(scheme, given.publicKey, given.data, given.signature));
        if (kind === "none") assert.ok(verdict);
      }),
      { numRuns: 60 },
    );
  });

  test(`${scheme.name}: false under every other scheme and every other key`, async () => {
    for (const other of signed) {
      assert.equal(
        await webSignatureVerifier.verify(other.scheme, publicKey, data, signature),
        other.scheme === scheme,
      );
      const sameKey = toHex(other.publicKey) === toHex(publicKey);
      assert.equal(await webSignatureVerifier.verify(scheme, other.publicKey, data, signature), sameKey);
    }
  });

  test(`${scheme.name}: Buffers that change while it waits change nothing`, async () => {
    const given = [publicKey, data, signature].map((bytes) => Buffer.from(bytes)) as [Buffer, Buffer, Buffer];
    const pending = webSignatureVerifier.verify(scheme, ...given);
    for (const buffer of given) buffer.fill(0);
    assert.equal(await pending, true);
    const other = concatBytes(data, Uint8Array.of(1));
    const wrong = [publicKey, other, signature].map((bytes) => Buffer.from(bytes)) as typeof given;
    const refused = webSignatureVerifier.verify(scheme, ...wrong);
    wrong[1].fill(0);
    assert.equal(await refused, false);
  });
}

/** A runtime that would say yes to everything it is asked about. */
function credulousRuntime(t: { after(restore: () => void): void }) {
  const asked = mock.method(crypto.subtle, "verify", () => Promise.resolve(true));
  t.after(() => mock.restoreAll());
  return asked.mock;
}

test("what is malformed is false before the runtime is asked", async (t) => {
  const runtime = credulousRuntime(t);
  const verify = (scheme: SignatureScheme, publicKey: Uint8Array, signature: Uint8Array) =>
    webSignatureVerifier.verify(scheme, publicKey, data, signature);
  for (const { scheme, publicKey, signature } of signed) {
    assert.equal(await verify(scheme, publicKey, signature.subarray(1)), false);
    assert.equal(await verify(scheme, publicKey, concatBytes(signature, Uint8Array.of(0))), false);
    assert.equal(await verify(scheme, publicKey.subarray(1), signature), false);
    assert.equal(await verify(scheme, concatBytes(publicKey, Uint8Array.of(0)), signature), false);
  }
  const { publicKey } = signed[0] as (typeof signed)[number];
  const notDer = [
    "3006020100020101",
    "3006020101020100",
    "3006020181020101",
    "300702020001020101",
    "30060201010201",
    "",
  ];
  for (const hex of notDer) assert.equal(await verify(algorithms.ES256, publicKey, fromHex(hex)), false, hex);
  assert.equal(runtime.callCount(), 0);
});

/** Every encoding of a point whose order divides 8, as published with "Taming the many EdDSAs" (Chalkias et al.). */
const smallOrder = [
  "0100000000000000000000000000000000000000000000000000000000000000",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0000000000000000000000000000000000000000000000000000000000000080",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
  "0100000000000000000000000000000000000000000000000000000000000080",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
].map(fromHex);

test("Ed25519: a key or an R of small order is false, whatever the runtime would say", async (t) => {
  const runtime = credulousRuntime(t);
  const { EdDSA } = algorithms;
  const { publicKey, signature } = signed.find(({ scheme }) => scheme === EdDSA) as (typeof signed)[number];
  for (const point of smallOrder) {
    const weakKey = publicKeyInfo(EdDSA, point);
    const weakSignature = concatBytes(point, signature.subarray(32));
    assert.equal(await webSignatureVerifier.verify(EdDSA, weakKey, data, signature), false, `key ${toHex(point)}`);
    assert.equal(await webSignatureVerifier.verify(EdDSA, publicKey, data, weakSignature), false, `R ${toHex(point)}`);
  }
  assert.equal(runtime.callCount(), 0);
  assert.equal(await webSignatureVerifier.verify(EdDSA, publicKey, data, signature), true);
  assert.equal(runtime.callCount(), 1);
});

test("a point that is not on its curve is no key", async () => {
  for (const [algorithm, length] of [
    [algorithms.ES256, 64],
    [algorithms.ES384, 96],
  ] as const) {
    const offCurve = publicKeyInfo(algorithm, concatBytes(Uint8Array.of(4), new Uint8Array(length).fill(1)));
    const signature = signatureFromCose(algorithm, new Uint8Array(length).fill(1));
    assert.equal(await webSignatureVerifier.verify(algorithm, offCurve, data, signature), false);
  }
});

/** A runtime of which one function fails so. */
function failingRuntime(t: { after(restore: () => void): void }, failing: "importKey" | "verify", name: string) {
  mock.method(crypto.subtle, failing, () => Promise.reject(new DOMException("It is not offered.", name)));
  t.after(() => mock.restoreAll());
}

const verifyKnown = async ({ scheme, publicKey, data: known, signature }: (typeof signed)[number]) =>
  webSignatureVerifier.verify(scheme, publicKey, known, signature);
const unsupported = { code: "NAT_WEBCRYPTO_UNSUPPORTED" };

for (const failing of ["importKey", "verify"] as const)
  test(`what the runtime does not support in ${failing} is said of every scheme`, async (t) => {
    failingRuntime(t, failing, "NotSupportedError");
    for (const known of signed) await assert.rejects(verifyKnown(known), unsupported, known.scheme.name);
  });

test("an RSA key that is in our bounds and not in the runtime's is unsupported; another key is none", async (t) => {
  failingRuntime(t, "importKey", "DataError");
  for (const known of signed)
    if (known.scheme.key === "RSA") await assert.rejects(verifyKnown(known), unsupported);
    else assert.equal(await verifyKnown(known), false);
});

test("another failure of the runtime is passed on as it is", async (t) => {
  failingRuntime(t, "verify", "OperationError");
  for (const known of signed) await assert.rejects(verifyKnown(known), { name: "OperationError" });
});
