// SPDX-License-Identifier: Apache-2.0
// TPMT_PUBLIC (TPM 2.0 Library Part 2, 12.2.4) of RSA and ECC keys: what a TPM tells of a key, and the template that it
// makes one from. Strict: parameters that no key of ours or of the EK credential profile has are refused.

import { concatBytes, type Digest } from "../../kernel/index.ts";
import {
  curveFacts,
  curveOf,
  digestIdentifier,
  digestOctets,
  digestOf,
  type TpmCurve,
  tpmAlgorithms,
} from "./algorithms.ts";
import { structureError } from "./errors.ts";
import { attributesValue, type ObjectAttribute, readAttributes } from "./object-attributes.ts";
import { readStructure, sized, type TpmReader, uint16, uint32 } from "./octets.ts";

/** AES in CFB mode, by which a storage key keeps its children. */
export type AesBits = 128 | 192 | 256;

export type RsaScheme =
  | { readonly name: "RSASSA" | "RSAPSS" | "OAEP"; readonly digest: Digest }
  | { readonly name: "RSAES" };
export interface EccScheme {
  readonly name: "ECDSA" | "ECDH";
  readonly digest: Digest;
}

interface CommonArea {
  /** By which the object's name is computed. */
  readonly nameDigest: Digest;
  readonly attributes: ReadonlySet<ObjectAttribute>;
  /** authPolicy; empty where there is none. */
  readonly policy: Uint8Array;
  /** Absent where the key stores nothing. */
  readonly aesBits?: AesBits | undefined;
}

export interface RsaPublicArea extends CommonArea {
  readonly type: "RSA";
  /** Absent: the user of the key chooses. */
  readonly scheme?: RsaScheme | undefined;
  readonly keyBits: number;
  /** 0 stands for 65537. */
  readonly exponent: number;
  /** In a template empty or zeros. */
  readonly modulus: Uint8Array;
}

export interface EccPublicArea extends CommonArea {
  readonly type: "ECC";
  readonly scheme?: EccScheme | undefined;
  readonly curve: TpmCurve;
  /** Big-endian, in some TPMs without leading zeros; in a template empty or zeros. */
  readonly x: Uint8Array;
  readonly y: Uint8Array;
}

export type PublicArea = RsaPublicArea | EccPublicArea;

const longestModulus = 512;
const keySizes: readonly number[] = [1024, 2048, 3072, 4096];
const aesSizes: readonly number[] = [128, 192, 256] satisfies AesBits[];

const rsaSchemes = { RSASSA: tpmAlgorithms.rsassa, RSAPSS: tpmAlgorithms.rsapss, OAEP: tpmAlgorithms.oaep } as const;
const eccSchemes = { ECDSA: tpmAlgorithms.ecdsa, ECDH: tpmAlgorithms.ecdh } as const;

/** @throws NAT_TPM_STRUCTURE */
export function parsePublicArea(bytes: Uint8Array): PublicArea {
  return readStructure(bytes, readPublicArea);
}

export function encodePublicArea(area: PublicArea): Uint8Array {
  const { type, nameDigest, attributes, policy, aesBits } = area;
  return concatBytes(
    uint16(type === "RSA" ? tpmAlgorithms.rsa : tpmAlgorithms.ecc),
    uint16(digestIdentifier(nameDigest)),
    uint32(attributesValue(attributes)),
    sized(policy),
    symmetric(aesBits),
    ...(area.type === "RSA" ? rsaParts(area) : eccParts(area)),
  );
}

function readPublicArea(reader: TpmReader): PublicArea {
  const type = reader.uint16();
  const nameDigest = digestOf(reader.uint16());
  const attributes = readAttributes(reader.uint32());
  const policy = reader.sized(64);
  if (policy.length !== 0 && policy.length !== digestOctets(nameDigest))
    throw structureError(`a policy of ${policy.length} octets under ${nameDigest}`);
  const common = { nameDigest, attributes, policy, aesBits: readSymmetric(reader) };
  if (type === tpmAlgorithms.rsa) return { type: "RSA", ...common, ...readRsa(reader) };
  if (type === tpmAlgorithms.ecc) return { type: "ECC", ...common, ...readEcc(reader) };
  throw structureError(`object type 0x${type.toString(16)}`);
}

function readSymmetric(reader: TpmReader): AesBits | undefined {
  const algorithm = reader.uint16();
  if (algorithm === tpmAlgorithms.null) return undefined;
  const keyBits = algorithm === tpmAlgorithms.aes ? reader.uint16() : 0;
  if (!isAesBits(keyBits) || reader.uint16() !== tpmAlgorithms.cfb)
    throw structureError(`symmetric algorithm 0x${algorithm.toString(16)}, or no AES in CFB mode`);
  return keyBits;
}

function isAesBits(keyBits: number): keyBits is AesBits {
  return aesSizes.includes(keyBits);
}

function readRsa(reader: TpmReader): Pick<RsaPublicArea, "scheme" | "keyBits" | "exponent" | "modulus"> {
  const scheme = readRsaScheme(reader);
  const keyBits = reader.uint16();
  if (!keySizes.includes(keyBits)) throw structureError(`RSA of ${keyBits} bits`);
  return { scheme, keyBits, exponent: reader.uint32(), modulus: reader.sized(longestModulus) };
}

function readRsaScheme(reader: TpmReader): RsaScheme | undefined {
  const identifier = reader.uint16();
  if (identifier === tpmAlgorithms.null) return undefined;
  if (identifier === tpmAlgorithms.rsaes) return { name: "RSAES" };
  return { name: schemeName(rsaSchemes, identifier), digest: digestOf(reader.uint16()) };
}

function readEcc(reader: TpmReader): Pick<EccPublicArea, "scheme" | "curve" | "x" | "y"> {
  const scheme = readEccScheme(reader);
  const curve = curveOf(reader.uint16());
  const derivation = reader.uint16();
  if (derivation !== tpmAlgorithms.null) throw structureError(`key derivation 0x${derivation.toString(16)}`);
  const { octets } = curveFacts(curve);
  return { scheme, curve, x: reader.sized(octets), y: reader.sized(octets) };
}

function readEccScheme(reader: TpmReader): EccScheme | undefined {
  const identifier = reader.uint16();
  if (identifier === tpmAlgorithms.null) return undefined;
  return { name: schemeName(eccSchemes, identifier), digest: digestOf(reader.uint16()) };
}

function schemeName<Name extends string>(schemes: Readonly<Record<Name, number>>, identifier: number): Name {
  const [name] = Object.entries(schemes).find(([, known]) => known === identifier) ?? [];
  if (name === undefined) throw structureError(`scheme 0x${identifier.toString(16)}`);
  return name as Name;
}

function symmetric(aesBits: AesBits | undefined): Uint8Array {
  if (aesBits === undefined) return uint16(tpmAlgorithms.null);
  return concatBytes(uint16(tpmAlgorithms.aes), uint16(aesBits), uint16(tpmAlgorithms.cfb));
}

function rsaParts({ scheme, keyBits, exponent, modulus }: RsaPublicArea): Uint8Array[] {
  return [rsaScheme(scheme), uint16(keyBits), uint32(exponent), sized(modulus)];
}

function rsaScheme(scheme: RsaScheme | undefined): Uint8Array {
  if (scheme === undefined) return uint16(tpmAlgorithms.null);
  if (scheme.name === "RSAES") return uint16(tpmAlgorithms.rsaes);
  return concatBytes(uint16(rsaSchemes[scheme.name]), uint16(digestIdentifier(scheme.digest)));
}

function eccParts({ scheme, curve, x, y }: EccPublicArea): Uint8Array[] {
  const chosen =
    scheme === undefined ? [tpmAlgorithms.null] : [eccSchemes[scheme.name], digestIdentifier(scheme.digest)];
  return [...chosen.map(uint16), uint16(curveFacts(curve).identifier), uint16(tpmAlgorithms.null), sized(x), sized(y)];
}
