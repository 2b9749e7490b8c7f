// SPDX-License-Identifier: Apache-2.0
// The openssl command makes self-signed certificates by every scheme: the scheme is told from each, both verifiers say
// yes to it and no to any altered bit, as openssl itself and two JavaScript libraries do. ML-DSA is for openssl from 3.5
// on; RFC 9881's own certificates are in test/conformance.

import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { nodeSignatureVerifier } from "@natalis/node";
import { type Certificate, parseCertificate, parsePem, readKeyFacts, signatureSchemeFor } from "natalis/formats";
import type { SignatureScheme } from "natalis/kernel";
import { webSignatureVerifier } from "natalis/webcrypto";
import { scopeOf } from "../support/scope.ts";
import { certificatesPem } from "./papers.ts";
import { accepts, Desk, refuses } from "./peer.ts";
import * as peculiar from "./x509/peculiar.ts";
import * as pkijs from "./x509/pkijs.ts";
import { rsa8192Certificate } from "./x509/rsa-8192.ts";

const scope = scopeOf({ after });
const desk = new Desk(scope);

/** Options of `openssl genpkey`. */
const generating = (algorithm: string, ...options: readonly string[]) => [
  "-algorithm",
  algorithm,
  ...options.flatMap((option) => ["-pkeyopt", option]),
];
const keys = {
  p256: generating("EC", "ec_paramgen_curve:P-256"),
  p384: generating("EC", "ec_paramgen_curve:P-384"),
  p521: generating("EC", "ec_paramgen_curve:P-521"),
  ed25519: generating("ED25519"),
  ed448: generating("ED448"),
  rsa: generating("RSA", "rsa_keygen_bits:2048"),
  rsa1024: generating("RSA", "rsa_keygen_bits:1024"),
  rsa3072: generating("RSA", "rsa_keygen_bits:3072", "rsa_keygen_pubexp:3"),
  pss: generating("RSA-PSS", "rsa_keygen_bits:2048"),
  pssBound: generating(
    "RSA-PSS",
    "rsa_keygen_bits:2048",
    "rsa_pss_keygen_md:sha256",
    "rsa_pss_keygen_mgf1_md:sha256",
    "rsa_pss_keygen_saltlen:32",
  ),
  rsa512: generating("RSA", "rsa_keygen_bits:512"),
  secp256k1: generating("EC", "ec_paramgen_curve:secp256k1"),
  explicit: generating("EC", "ec_paramgen_curve:P-256", "ec_param_enc:explicit"),
} as const;
type Key = keyof typeof keys;

/** Who can be asked beside openssl: both libraries know WebCrypto's algorithms, neither knows id-RSASSA-PSS keys. */
interface Scheme {
  readonly key: Key;
  /** Options of `openssl req`. */
  readonly options: readonly string[];
  readonly name: string;
  readonly judges?: readonly { isSignedBy(certificate: Uint8Array, issuer: Uint8Array): Promise<boolean> }[];
}

const both = [peculiar, pkijs];
const pss = (salt: string) => ["-sigopt", "rsa_padding_mode:pss", "-sigopt", `rsa_pss_saltlen:${salt}`];
const schemes: readonly Scheme[] = [
  ...(["p256", "p384", "p521"] as const).flatMap((key) =>
    [1, 256, 384, 512].map((size) => ({
      key,
      options: [`-sha${size}`],
      name: nameOf(key, `SHA-${size}`),
      judges: both,
    })),
  ),
  { key: "ed25519", options: [], name: "EdDSA" },
  { key: "ed448", options: [], name: "Ed448" },
  ...(["rsa", "rsa1024", "rsa3072"] as const).flatMap((key) =>
    [1, 256, 384, 512].map((size) => ({
      key,
      options: [`-sha${size}`],
      name: `RSA PKCS#1 v1.5 with SHA-${size}`,
      judges: both,
    })),
  ),
  { key: "rsa", options: ["-sha1", ...pss("20")], name: "RSA PSS with SHA-1, salt 20", judges: both },
  { key: "rsa", options: ["-sha256", ...pss("32")], name: "RSA PSS with SHA-256, salt 32", judges: both },
  { key: "rsa", options: ["-sha256", ...pss("20")], name: "RSA PSS with SHA-256, salt 20", judges: both },
  { key: "rsa", options: ["-sha256", ...pss("0")], name: "RSA PSS with SHA-256, salt 0" },
  { key: "rsa", options: ["-sha384", ...pss("max")], name: "RSA PSS with SHA-384, salt 206", judges: both },
  { key: "rsa3072", options: ["-sha512", ...pss("digest")], name: "RSA PSS with SHA-512, salt 64", judges: both },
  { key: "pss", options: ["-sha512", ...pss("digest")], name: "RSA PSS with SHA-512, salt 64" },
  { key: "pssBound", options: ["-sha256", ...pss("32")], name: "RSA PSS with SHA-256, salt 32" },
  { key: "pssBound", options: ["-sha256", ...pss("48")], name: "RSA PSS with SHA-256, salt 48" },
];

function nameOf(key: "p256" | "p384" | "p521", digest: string): string {
  const curve = `P-${key.slice(1)}`;
  const ours = new Map([
    ["P-256 with SHA-256", "ES256"],
    ["P-384 with SHA-384", "ES384"],
  ]);
  return ours.get(`${curve} with ${digest}`) ?? `${curve} with ${digest}`;
}

before(async () => {
  const all = Object.keys(keys) as Key[];
  await Promise.all(all.map((key) => accepts("openssl", "genpkey", ...keys[key], "-out", desk.path(`${key}.key`))));
});

suite("certificates that openssl made", () => {
  for (const { key, options, name, judges = [] } of schemes)
    test(`${key}: ${name}`, async () => {
      const der = await makeCertificate(key, options);
      await holds(parseCertificate(der), name);
      for (const { isSignedBy } of judges) assert.equal(await isSignedBy(der, der), true);
    });

  test("RSA of 8192 bits", () => holds(parseCertificate(rsa8192Certificate), "RSA PKCS#1 v1.5 with SHA-512"));

  test("openssl judges as we do", async () => {
    for (const [key, options] of [
      ["p521", ["-sha512"]],
      ["ed448", []],
      ["pssBound", ["-sha256", ...pss("32")]],
      ["rsa3072", ["-sha384"]],
    ] as const) {
      const der = await makeCertificate(key, options);
      const judge = (file: string, content: Uint8Array) => {
        const path = desk.put(file, certificatesPem(content));
        return ["verify", "-check_ss_sig", "-CAfile", path, path];
      };
      await accepts("openssl", ...judge("good.pem", der));
      const altered = der.with(der.length - 5, (der.at(-5) as number) ^ 1);
      await refuses(/certificate signature failure/, "openssl", ...judge("altered.pem", altered));
    }
  });
});

suite("certificates that openssl made and we refuse by name", () => {
  for (const [name, key, options, code] of [
    ["RSA of 512 bits", "rsa512", ["-sha256"], "NAT_ALGORITHM_KEY"],
    ["secp256k1", "secp256k1", ["-sha256"], "NAT_ALGORITHM_UNKNOWN"],
    ["P-256 by its parameters instead of its name", "explicit", ["-sha256"], "NAT_ALGORITHM_UNKNOWN"],
    ["ECDSA with SHA-224", "p256", ["-sha224"], "NAT_ALGORITHM_UNKNOWN"],
    ["RSA with MD5", "rsa", ["-md5"], "NAT_ALGORITHM_UNKNOWN"],
    ["RSA with SHA-512/256", "rsa", ["-sha512-256"], "NAT_ALGORITHM_UNKNOWN"],
    [
      "PSS whose mask is by another digest",
      "rsa",
      ["-sha256", ...pss("32"), "-sigopt", "rsa_mgf1_md:sha1"],
      "NAT_ALGORITHM_UNKNOWN",
    ],
  ] as const)
    test(name, async () => {
      const { publicKey, signatureIdentifier } = parseCertificate(await makeCertificate(key, options));
      assert.throws(() => signatureSchemeFor(signatureIdentifier, publicKey), { code });
    });

  test("a key of 1024 bits is weak", async () => {
    for (const [key, weak] of [
      ["rsa1024", true],
      ["rsa", false],
    ] as const)
      assert.equal(readKeyFacts(parseCertificate(await makeCertificate(key, ["-sha256"])).publicKey).weak, weak);
  });
});

async function makeCertificate(key: Key, options: readonly string[]): Promise<Uint8Array> {
  const made = ["req", "-x509", "-new", "-key", desk.path(`${key}.key`), "-subj", "/CN=scheme", ...options];
  const [der] = parsePem(await accepts("openssl", ...made), "CERTIFICATE");
  assert.ok(der !== undefined);
  return der;
}

async function holds({ publicKey, signatureIdentifier, tbs, signature }: Certificate, name: string): Promise<void> {
  const scheme = signatureSchemeFor(signatureIdentifier, publicKey) as SignatureScheme;
  assert.equal(scheme.name, name);
  const flipped = (bytes: Uint8Array, at: number) => bytes.with(at, (bytes[at] as number) ^ 1);
  for (const verifier of [nodeSignatureVerifier, webSignatureVerifier]) {
    assert.equal(await verifier.verify(scheme, publicKey, tbs, signature), true);
    for (const at of [5, tbs.length >> 1, tbs.length - 1])
      assert.equal(await verifier.verify(scheme, publicKey, flipped(tbs, at), signature), false);
    for (const at of [0, signature.length >> 1, signature.length - 1])
      assert.equal(await verifier.verify(scheme, publicKey, tbs, flipped(signature, at)), false);
  }
}
