// SPDX-License-Identifier: Apache-2.0
// Which schemes certificates and lists may be signed by, and of what strength: by the function, and by the codes that
// paths and lists are refused with.

import assert from "node:assert/strict";
import { constants, generateKeyPairSync, type KeyObject, type SigningOptions, sign } from "node:crypto";
import { describe, test } from "node:test";
import { generateKey, nodeSignatureVerifier } from "@natalis/node";
import { algorithms, encodeNull, encodeOid, encodeSequence } from "../formats/index.ts";
import type { SignatureAlgorithm, SignatureVerifier, Signer } from "../kernel/index.ts";
import {
  authorityExtensions,
  type Forged,
  forgeCertificate,
  forgeCertificateList,
} from "../testing/certificate-forge.ts";
import { certificateStatus, defaultPathLimits, PathBudget, type Strength, validatePath } from "./index.ts";
import { signatureFault } from "./signature-fault.ts";

const at = new Date("2026-11-24T12:00:00Z");
const rsa2048 = generateKeyPairSync("rsa", { modulusLength: 2048 });
const rsa1024 = generateKeyPairSync("rsa", { modulusLength: 1024 });
const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
const p521 = generateKeyPairSync("ec", { namedCurve: "P-521" });
const ed448 = generateKeyPairSync("ed448");

interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

interface Way {
  readonly name: string;
  readonly pair: KeyPair;
  readonly identifier: Uint8Array;
  readonly digest: string | null;
  readonly options?: SigningOptions;
}

const rsaWith = (oid: string) => encodeSequence(encodeOid(oid), encodeNull());
const sha256WithRsa = rsaWith("1.2.840.113549.1.1.11");
const sha1WithRsa = rsaWith("1.2.840.113549.1.1.5");
const sha1Pss = encodeSequence(encodeOid("1.2.840.113549.1.1.10"), encodeSequence());
const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 20 };

const strong: readonly Way[] = [
  { name: "RSA-2048 with SHA-256", pair: rsa2048, identifier: sha256WithRsa, digest: "sha256" },
  {
    name: "P-256 with SHA-512",
    pair: p256,
    identifier: encodeSequence(encodeOid("1.2.840.10045.4.3.4")),
    digest: "sha512",
  },
  {
    name: "P-521 with SHA-256",
    pair: p521,
    identifier: encodeSequence(encodeOid("1.2.840.10045.4.3.2")),
    digest: "sha256",
  },
  { name: "Ed448", pair: ed448, identifier: encodeSequence(encodeOid("1.3.101.113")), digest: null },
];
const weak: readonly Way[] = [
  { name: "RSA-2048 with SHA-1", pair: rsa2048, identifier: sha1WithRsa, digest: "sha1" },
  { name: "RSA-2048, PSS with SHA-1", pair: rsa2048, identifier: sha1Pss, digest: "sha1", options: pss },
  { name: "RSA-1024 with SHA-256", pair: rsa1024, identifier: sha256WithRsa, digest: "sha256" },
  { name: "RSA-1024 with SHA-1", pair: rsa1024, identifier: sha1WithRsa, digest: "sha1" },
  {
    name: "P-256 with SHA-1",
    pair: p256,
    identifier: encodeSequence(encodeOid("1.2.840.10045.4.1")),
    digest: "sha1",
  },
];

/** A signer of a kind that Natalis does not sign with; forging asks it for its identifier only. */
function signerOf({ pair: { publicKey, privateKey }, identifier, digest, options }: Way): Signer {
  const algorithm: SignatureAlgorithm = { ...algorithms.ES256, signatureIdentifier: identifier };
  return {
    algorithm,
    publicKey: new Uint8Array(publicKey.export({ type: "spki", format: "der" })),
    sign: (data) => new Uint8Array(sign(digest, data, { key: privateKey, ...options })),
  };
}

async function forge(way: Way): Promise<{ root: Forged; leaf: Forged }> {
  const root = await forgeCertificate({ name: way.name, signer: signerOf(way), extensions: authorityExtensions() });
  const leaf = await forgeCertificate({ name: "leaf", issuer: root, signer: generateKey(algorithms.ES256).signer });
  return { root, leaf };
}

async function statusOf(way: Way, strength?: Strength) {
  const { root, leaf } = await forge(way);
  const list = await forgeCertificateList({
    issuer: root,
    thisUpdate: at,
    nextUpdate: new Date("2026-12-01T00:00:00Z"),
  });
  return certificateStatus({
    certificate: leaf.certificate,
    issuer: root.certificate,
    evidence: { lists: [list], responses: [], policy: { unknown: "refuse", clockSkew: 0 } },
    candidates: [],
    at,
    verifier: nodeSignatureVerifier,
    budget: new PathBudget(defaultPathLimits),
    strength,
    validateSigner: () => assert.fail("the issuer signed the list itself"),
  });
}

async function pathOf(way: Way, strength?: Strength) {
  const { root, leaf } = await forge(way);
  const parties = { certificate: leaf.certificate, intermediates: [], anchors: [root.certificate] };
  return validatePath({ ...parties, at, verifier: nodeSignatureVerifier, strength });
}

const neverAsked: SignatureVerifier = { verify: () => assert.fail("the verifier was asked") };

describe("strong signatures hold with either strength", () => {
  for (const way of strong)
    test(way.name, async () => {
      for (const strength of [undefined, "current", "legacy"] as const) {
        assert.equal((await pathOf(way, strength)).certificates.length, 2);
        assert.equal((await statusOf(way, strength)).state, "good");
      }
    });
});

describe("weak signatures hold with legacy strength only", () => {
  for (const way of weak)
    test(way.name, async () => {
      assert.equal((await pathOf(way, "legacy")).certificates.length, 2);
      assert.equal((await statusOf(way, "legacy")).state, "good");
      for (const strength of [undefined, "current"] as const) {
        await assert.rejects(pathOf(way, strength), { code: "NAT_PATH_WEAK" });
        const status = await statusOf(way, strength);
        assert.deepEqual(status.state === "unknown" && status.causes.map(({ code }) => code), ["NAT_CRL_WEAK"]);
      }
    });

  test("and are not verified otherwise", async () => {
    for (const way of weak) {
      const { root, leaf } = await forge(way);
      const fault = await signatureFault(leaf.certificate, root.certificate.publicKey, neverAsked, "current");
      assert.equal(fault, "weak");
    }
  });
});

describe("what is wrong with a signature", () => {
  const [rsaWay, ecdsaWay] = strong as [Way, Way];
  const faultOf = (leaf: Forged, key: Uint8Array, verifier = nodeSignatureVerifier as SignatureVerifier) =>
    signatureFault(leaf.certificate, key, verifier, "legacy");

  test("nothing", async () => {
    const { root, leaf } = await forge(rsaWay);
    assert.equal(await faultOf(leaf, root.certificate.publicKey), undefined);
  });

  test("it is by another key", async () => {
    const { leaf } = await forge(rsaWay);
    assert.equal(await faultOf(leaf, signerOf({ ...rsaWay, pair: rsa1024 }).publicKey), "signature");
  });

  test("its algorithm is for another kind of key: the verifier is not asked", async () => {
    const { leaf } = await forge(rsaWay);
    assert.equal(await faultOf(leaf, signerOf(ecdsaWay).publicKey, neverAsked), "algorithm");
  });

  test("its algorithm or the key is not verified here", async () => {
    const { root, leaf } = await forge({ ...rsaWay, identifier: rsaWith("1.2.840.113549.1.1.4") });
    await assert.rejects(faultOf(leaf, root.certificate.publicKey), { code: "NAT_ALGORITHM_UNKNOWN" });
    const short = generateKeyPairSync("rsa", { modulusLength: 768 });
    const { publicKey } = signerOf({ ...rsaWay, pair: short });
    await assert.rejects(faultOf(leaf, publicKey), { code: "NAT_ALGORITHM_KEY" });
  });
});
