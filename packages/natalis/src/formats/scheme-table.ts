// SPDX-License-Identifier: Apache-2.0
// Every signature AlgorithmIdentifier that is verified, with its scheme: ECDSA with any digest under any curve (RFC 5758
// 3.2), EdDSA (RFC 8410), RSA PKCS#1 v1.5 (RFC 4055 section 5), the usual RSASSA-PSS, ML-DSA (RFC 9881). Parameters are
// absent but in RSA's: NULL there, or absent too, which RFC 4055 has verifiers accept of its own identifiers.

import { type Digest, fromHex, type KeyKind, type SignatureScheme } from "../kernel/index.ts";
import { algorithms } from "./algorithms.ts";
import type { PssParameters } from "./pss-parameters.ts";

export interface SchemeRow {
  /** DER AlgorithmIdentifier. */
  readonly identifier: Uint8Array;
  readonly scheme: SignatureScheme;
}

/** Of SHA-1 as in RFC 3279 2.2.3. */
const ecdsaIdentifiers: readonly (readonly [digest: Digest, identifier: string])[] = [
  ["SHA-256", "300a06082a8648ce3d040302"],
  ["SHA-384", "300a06082a8648ce3d040303"],
  ["SHA-512", "300a06082a8648ce3d040304"],
  ["SHA-1", "300906072a8648ce3d0401"],
];

/** With NULL, which RFC 5758 3.2 forbids: genuine attestation chains have it, and only the legacy policy takes it. */
const ecdsaNullIdentifiers: readonly (readonly [digest: Digest, identifier: string])[] = [
  ["SHA-256", "300c06082a8648ce3d0403020500"],
  ["SHA-384", "300c06082a8648ce3d0403030500"],
  ["SHA-512", "300c06082a8648ce3d0403040500"],
];

/** Of SHA-1 as in RFC 3279 2.2.1, where NULL is the only form. */
const pkcs1Identifiers: readonly (readonly [digest: Digest, identifier: string])[] = [
  ["SHA-256", "300d06092a864886f70d01010b0500"],
  ["SHA-384", "300d06092a864886f70d01010c0500"],
  ["SHA-512", "300d06092a864886f70d01010d0500"],
  ["SHA-1", "300d06092a864886f70d0101050500"],
  ["SHA-256", "300b06092a864886f70d01010b"],
  ["SHA-384", "300b06092a864886f70d01010c"],
  ["SHA-512", "300b06092a864886f70d01010d"],
];

/** With a salt as long as the digest, and NULL within both hash identifiers; others are parsed (pss-parameters.ts). */
const pssIdentifiers: readonly (readonly [parameters: PssParameters, identifier: string])[] = [
  [{ digest: "SHA-256", saltLength: 32 }, pssIdentifier("01", "20")],
  [{ digest: "SHA-384", saltLength: 48 }, pssIdentifier("02", "30")],
  [{ digest: "SHA-512", saltLength: 64 }, pssIdentifier("03", "40")],
];

const edwards448: SignatureScheme = { name: "Ed448", title: "Ed448", key: "Ed448", digest: undefined, legacy: false };

/** By kind of key, the likely ones first. */
export const schemeTable: Readonly<Record<KeyKind, readonly SchemeRow[]>> = {
  RSA: [
    ...pkcs1Identifiers.map(([digest, identifier]) => row(pkcs1Scheme(digest), identifier)),
    ...pssIdentifiers.map(([parameters, identifier]) => row(pssScheme(parameters), identifier)),
  ],
  "P-256": ecdsaRows("P-256"),
  "P-384": ecdsaRows("P-384"),
  "P-521": ecdsaRows("P-521"),
  Ed25519: [algorithmRow("EdDSA")],
  Ed448: [row(edwards448, "300506032b6571")],
  "ML-DSA-44": [algorithmRow("ML-DSA-44")],
  "ML-DSA-65": [algorithmRow("ML-DSA-65")],
  "ML-DSA-87": [algorithmRow("ML-DSA-87")],
};

/** RSASSA-PSS with MGF1 and the digest of the message (RFC 8017 section 8.1). */
export function pssScheme({ digest, saltLength }: PssParameters): SignatureScheme {
  const name = `RSA PSS with ${digest}, salt ${saltLength}`;
  return { name, title: name, key: "RSA", digest, padding: "PSS", saltLength, legacy: digest === "SHA-1" };
}

function pkcs1Scheme(digest: Digest): SignatureScheme {
  const name = `RSA PKCS#1 v1.5 with ${digest}`;
  return { name, title: name, key: "RSA", digest, padding: "PKCS1-v1_5", legacy: digest === "SHA-1" };
}

function ecdsaRows(key: KeyKind): SchemeRow[] {
  return [
    ...ecdsaIdentifiers.map(([digest, identifier]) => row(ecdsaScheme(key, digest), identifier)),
    ...ecdsaNullIdentifiers.map(([digest, identifier]) => row(ecdsaNullScheme(key, digest), identifier)),
  ];
}

/** Ours where we sign with it, so that a scheme is one object. */
function ecdsaScheme(key: KeyKind, digest: Digest): SignatureScheme {
  const ours = Object.values(algorithms).find((algorithm) => algorithm.key === key && algorithm.digest === digest);
  const name = `${key} with ${digest}`;
  return ours ?? { name, title: `ECDSA ${name}`, key, digest, legacy: digest === "SHA-1" };
}

function ecdsaNullScheme(key: KeyKind, digest: Digest): SignatureScheme {
  const name = `${key} with ${digest}, NULL parameters`;
  return { name, title: `ECDSA ${name}`, key, digest, legacy: true };
}

function algorithmRow(name: keyof typeof algorithms): SchemeRow {
  return { identifier: algorithms[name].signatureIdentifier, scheme: algorithms[name] };
}

function row(scheme: SignatureScheme, identifier: string): SchemeRow {
  return { identifier: fromHex(identifier), scheme };
}

function pssIdentifier(digest: string, saltLength: string): string {
  const hash = `300d06096086480165030402${digest}0500`;
  return `304106092a864886f70d01010a3034a00f${hash}a11c301a06092a864886f70d010108${hash}a2030201${saltLength}`;
}
