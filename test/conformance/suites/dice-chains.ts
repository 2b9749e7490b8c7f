// SPDX-License-Identifier: Apache-2.0
// Certificates of the Open Profile for DICE, of both kinds and of five algorithms. They are known answers: the key that
// signed each is derived, as the profile says, from a CDI of zeros or of one word; ECDSA's is found by the signature.
// All state layers that are not configured: their chains hold, and policy refuses them.

import { ed25519 } from "@noble/curves/ed25519.js";
import { p256, p384 } from "@noble/curves/nist.js";
import { ml_dsa65, ml_dsa87 } from "@noble/post-quantum/ml-dsa.js";
import {
  algorithms,
  asBytes,
  asMap,
  asText,
  assembleSigned,
  attributeValues,
  type Certificate,
  type CborValue,
  decodeCbor,
  encodeCbor,
  encodeName,
  encodeTbsCertificate,
  joinEcdsaIntegers,
  oids,
  parseCertificate,
  parseCoseKey,
  parseSign1,
  publicKeyInfo,
  signedBytes,
} from "natalis/formats";
import {
  encodeUtf8,
  fromHex,
  isNatalisError,
  portableDigests,
  type SignatureAlgorithm,
  type SignatureAlgorithmName,
  toHex,
} from "natalis/kernel";
import { dice, encodeDiceStatement, type EvidenceRoot } from "natalis/protect";
import type { ConformanceSuite, SuiteCase, SuitePorts, VectorFiles } from "./suite.ts";

const folder = "attestation/dice";

export const diceChains: ConformanceSuite = {
  name: "DICE certificates",
  sources: [{ folder, pattern: /\.(?:cbor|der)$/ }],
  count: 41 * 3,
  cases: (files: VectorFiles) => [...files].flatMap(([file, bytes]) => casesOf(file.slice(folder.length + 1), bytes)),
};

/** What both kinds of certificate say. */
interface Sample {
  readonly bytes: Uint8Array;
  readonly algorithm: SignatureAlgorithm;
  readonly publicKey: Uint8Array;
  /** Identifier of the key that signed it: hexadecimal. */
  readonly issuer: string;
  readonly signed: Uint8Array;
  /** r and s joined for ECDSA. */
  readonly signature: Uint8Array;
}

const names: Readonly<Record<string, SignatureAlgorithmName>> = {
  Ed25519: "EdDSA",
  P256: "ES256",
  P384: "ES384",
  Mldsa65: "ML-DSA-65",
  Mldsa87: "ML-DSA-87",
};

function casesOf(file: string, bytes: Uint8Array): SuiteCase[] {
  const [, kind, name = ""] = /^(cbor|x509)_([A-Za-z0-9]+)_/.exec(file) ?? [];
  const algorithm = algorithms[names[name] as SignatureAlgorithmName];
  const sample = kind === "cbor" ? cborSample(bytes, algorithm) : x509Sample(bytes, algorithm);
  const holds = "NAT_EVIDENCE_BOOT_STATE";
  const refused = kind === "cbor" ? "NAT_EVIDENCE_ROOT" : "NAT_EVIDENCE_CHAIN";
  const asking = (title: string, expected: string, run: (ports: SuitePorts) => Promise<string>): SuiteCase => {
    return { name: `${file}: ${title}`, topic: file, expected, run };
  };
  return [
    asking("as it is", holds, async (ports) => verify(sample, await issuerKey(sample), ports)),
    asking("under its own key", refused, (ports) => verify(sample, sample.publicKey, ports)),
    asking("signature altered", refused, async (ports) =>
      verify(
        { ...sample, bytes: bytes.with(bytes.length - 1, (bytes.at(-1) as number) ^ 1) },
        await issuerKey(sample),
        ports,
      ),
    ),
  ];
}

async function verify({ bytes, publicKey, issuer }: Sample, rootKey: Uint8Array, ports: SuitePorts): Promise<string> {
  const root: EvidenceRoot = { name: "UDS", certificate: certificateOf(rootKey, issuer), formats: ["dice"], cap: 4 };
  const at = new Date("2026-11-24T12:00:00Z");
  const statement = encodeDiceStatement({ certificates: [bytes] });
  try {
    const context = { at, roots: [root], ...ports };
    const { custody } = await dice().verify(statement, { publicKey, factsHash: new Uint8Array(32) }, context);
    return `custody ${custody}`;
  } catch (error) {
    if (isNatalisError(error)) return error.code;
    throw error;
  }
}

function cborSample(bytes: Uint8Array, algorithm: SignatureAlgorithm): Sample {
  const sign1 = parseSign1(bytes);
  const claims = asMap(decodeCbor(sign1.payload, { anyKeyOrder: true }));
  const key = asMap(decodeCbor(asBytes(claims.get(-4670552)), { anyKeyOrder: true }));
  const withoutOperations = new Map([...key].filter(([label]) => label !== 4)) as ReadonlyMap<number, CborValue>;
  return {
    bytes,
    algorithm,
    publicKey: parseCoseKey(encodeCbor(withoutOperations)),
    issuer: asText(claims.get(1)),
    signed: signedBytes(sign1),
    signature: sign1.signature,
  };
}

function x509Sample(bytes: Uint8Array, algorithm: SignatureAlgorithm): Sample {
  const { publicKey, issuer, tbs, signature } = parseCertificate(bytes);
  const width = algorithm.ecdsaIntegerLength;
  return {
    bytes,
    algorithm,
    publicKey,
    issuer: attributeValues(issuer, oids.serialNumber)[0] ?? "",
    signed: tbs,
    signature: width === undefined ? signature : joinEcdsaIntegers(signature, width),
  };
}

const keySalt = fromHex(
  "63b6a04d2c077fc10f639f21da793844356cc2b0b441b3a77124035c03f8e1be6035d31f282821a7450a02222ab1b3cff1679b05ab1ca5d1affb789ccd2b0b3b",
);
const idSalt = fromHex(
  "dbdbaebc8020da9ff0dd5a24c83aa5a54286dfc263031e329b4da148430659fe62cdb5b7e1e00fc680306711eb444af77209359496fcff1db9520ba51c7b29ea",
);
const sha512 = portableDigests["SHA-512"];
const cdis = [new Uint8Array(32), sha512(sha512(encodeUtf8("cdi_attest"))).slice(0, 32)];

/** The key whose identifier the certificate names. */
async function issuerKey(sample: Sample): Promise<Uint8Array> {
  for (const raw of await candidates(sample))
    if ((await identifierOf(raw, sample.algorithm)) === sample.issuer) return publicKeyInfo(sample.algorithm, raw);
  throw new Error(`no key of the identifier ${sample.issuer}`);
}

async function candidates({ algorithm, signed, signature }: Sample): Promise<readonly Uint8Array[]> {
  const seeds = await Promise.all(cdis.map((cdi) => derive(cdi, keySalt, "Key Pair", 32)));
  if (algorithm.name === "EdDSA") return seeds.map((seed) => ed25519.getPublicKey(seed));
  if (algorithm.name === "ML-DSA-65") return seeds.map((seed) => ml_dsa65.keygen(seed).publicKey);
  if (algorithm.name === "ML-DSA-87") return seeds.map((seed) => ml_dsa87.keygen(seed).publicKey);
  const curve = algorithm.name === "ES256" ? p256 : p384;
  const digest = portableDigests[algorithm.name === "ES256" ? "SHA-256" : "SHA-384"](signed);
  return [0, 1].map((bit) => {
    const recoverable = curve.Signature.fromBytes(signature, "compact").addRecoveryBit(bit);
    return recoverable.recoverPublicKey(digest).toBytes(false);
  });
}

/** 20 octets of the public key, points without the octet that says their form; the highest bit is cleared. */
async function identifierOf(raw: Uint8Array, { ecdsaIntegerLength }: SignatureAlgorithm): Promise<string> {
  const id = await derive(ecdsaIntegerLength === undefined ? raw : raw.subarray(1), idSalt, "ID", 20);
  return toHex(id.with(0, (id[0] as number) & 0x7f));
}

/** HKDF with SHA-512 (RFC 5869). */
async function derive(secret: Uint8Array, salt: Uint8Array, info: string, length: number): Promise<Uint8Array> {
  const key = await crypto.subtle.importKey("raw", Uint8Array.from(secret), "HKDF", false, ["deriveBits"]);
  const parameters = {
    name: "HKDF",
    hash: "SHA-512",
    salt: Uint8Array.from(salt),
    info: Uint8Array.from(encodeUtf8(info)),
  };
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, key, 8 * length));
}

/** A root is known by its key and name: nobody asks for its signature. */
function certificateOf(publicKey: Uint8Array, identifier: string): Certificate {
  const name = encodeName([{ oid: oids.serialNumber, value: identifier }]);
  const { signatureIdentifier } = algorithms.EdDSA;
  const tbs = encodeTbsCertificate({
    serialNumber: Uint8Array.of(1),
    signatureIdentifier,
    issuer: name,
    notBefore: new Date("2018-03-22T23:59:59Z"),
    notAfter: new Date("9999-12-31T23:59:59Z"),
    subject: name,
    publicKey,
    extensions: [{ oid: oids.subjectKeyIdentifier, critical: false, value: fromHex("0401aa") }],
  });
  return parseCertificate(assembleSigned(tbs, signatureIdentifier, new Uint8Array(64)));
}
