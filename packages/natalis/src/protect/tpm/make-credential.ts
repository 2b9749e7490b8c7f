// SPDX-License-Identifier: Apache-2.0
// TPM2_MakeCredential without a TPM (TPM 2.0 Library Part 1, 24 and annexes B.10.4, C.6.4): a secret that only the TPM
// with this endorsement key can open, and only while an object of this name is loaded in it.

import { rawPublicKey } from "../../formats/index.ts";
import { type Awaitable, concatBytes, type Digest, type Entropy } from "../../kernel/index.ts";
import { curveFacts, digestOctets } from "./algorithms.ts";
import { structureError } from "./errors.ts";
import { deriveA, deriveE, type Hmac, terminated } from "./key-derivation.ts";
import { readStructure, sized } from "./octets.ts";
import type { EccPublicArea, PublicArea } from "./public-area.ts";
import { coordinate, publicKeyOf } from "./public-key.ts";

/**
 * Guarantee: the primitives as their standards define them, randomness from a cryptographically secure source; keys
 * are DER SubjectPublicKeyInfo.
 */
export interface CredentialCryptography {
  readonly hmac: Hmac;
  /** RSAES-OAEP (RFC 8017 7.1) with this digest, also in MGF1. */
  encryptOaep(publicKey: Uint8Array, digest: Digest, label: Uint8Array, message: Uint8Array): Awaitable<Uint8Array>;
  /** Elliptic curve Diffie-Hellman of a key pair made for this once: its public key, and the x-coordinate shared. */
  agree(publicKey: Uint8Array): Awaitable<{ readonly ephemeral: Uint8Array; readonly secret: Uint8Array }>;
  /** AES in CFB mode (SP 800-38A 6.3, whole blocks fed back) under an initial vector of zeros. */
  encryptCfb(key: Uint8Array, message: Uint8Array): Awaitable<Uint8Array>;
}

/** What TPM2_ActivateCredential is given. */
export interface Credential {
  /** TPMS_ID_OBJECT: content of TPM2B_ID_OBJECT. */
  readonly credentialBlob: Uint8Array;
  /** Content of TPM2B_ENCRYPTED_SECRET. */
  readonly encryptedSecret: Uint8Array;
}

const identityLabel = "IDENTITY";
const nothing = new Uint8Array(0);

/**
 * @param secret at most as long as the endorsement key's name digest
 * @throws NAT_TPM_STRUCTURE where the key is no storage key, or the secret too long for it
 */
export async function makeCredential(
  endorsementKey: PublicArea,
  objectName: Uint8Array,
  secret: Uint8Array,
  ports: { readonly entropy: Entropy; readonly cryptography: CredentialCryptography },
): Promise<Credential> {
  const { nameDigest, aesBits } = endorsementKey;
  const octets = digestOctets(nameDigest);
  if (aesBits === undefined || secret.length > octets)
    throw structureError(`a credential of ${secret.length} octets for a key under ${nameDigest}`);
  const { cryptography } = ports;
  const { seed, encryptedSecret } = await newSeed(endorsementKey, octets, ports);
  const derive = (label: string, context: Uint8Array, bits: number) =>
    deriveA(cryptography.hmac, nameDigest, seed, label, context, bits);
  const identity = await cryptography.encryptCfb(await derive("STORAGE", objectName, aesBits), sized(secret));
  const integrityKey = await derive("INTEGRITY", nothing, 8 * octets);
  const integrity = await cryptography.hmac(nameDigest, integrityKey, concatBytes(identity, objectName));
  return { credentialBlob: concatBytes(sized(integrity), identity), encryptedSecret };
}

/** The two parts of a credential as tpm2-tools keep them in a file: magic, version, TPM2B_ID_OBJECT, TPM2B_ENCRYPTED_SECRET. */
export function encodeCredentialFile({ credentialBlob, encryptedSecret }: Credential): Uint8Array {
  return concatBytes(credentialFileHead, sized(credentialBlob), sized(encryptedSecret));
}

/** @throws NAT_TPM_STRUCTURE */
export function parseCredentialFile(bytes: Uint8Array): Credential {
  return readStructure(bytes, (reader) => {
    const head = reader.octets(credentialFileHead.length);
    if (!head.every((octet, i) => octet === credentialFileHead[i])) throw structureError("no credential file");
    return { credentialBlob: reader.sized(longestBlob), encryptedSecret: reader.sized(longestSecret) };
  });
}

const credentialFileHead = Uint8Array.of(0xba, 0xdc, 0xc0, 0xde, 0, 0, 0, 1);
const longestBlob = 2 + 64 + 2 + 64;
const longestSecret = 512;

async function newSeed(
  endorsementKey: PublicArea,
  octets: number,
  { entropy, cryptography }: { readonly entropy: Entropy; readonly cryptography: CredentialCryptography },
): Promise<{ seed: Uint8Array; encryptedSecret: Uint8Array }> {
  if (endorsementKey.type === "ECC") return agreedSeed(endorsementKey, octets, cryptography);
  const seed = entropy.bytes(octets);
  const label = terminated(identityLabel);
  const publicKey = publicKeyOf(endorsementKey);
  return { seed, encryptedSecret: await cryptography.encryptOaep(publicKey, endorsementKey.nameDigest, label, seed) };
}

async function agreedSeed(
  endorsementKey: EccPublicArea,
  octets: number,
  cryptography: CredentialCryptography,
): Promise<{ seed: Uint8Array; encryptedSecret: Uint8Array }> {
  const { octets: width, algorithm } = curveFacts(endorsementKey.curve);
  const { ephemeral, secret } = await cryptography.agree(publicKeyOf(endorsementKey));
  const point = rawPublicKey(algorithm, ephemeral);
  const [x, y] = [point.subarray(1, 1 + width), point.subarray(1 + width)];
  const parties = [x, coordinate(endorsementKey.x, width)] as const;
  const seed = deriveE(endorsementKey.nameDigest, secret, identityLabel, parties, 8 * octets);
  return { seed, encryptedSecret: concatBytes(sized(x), sized(y)) };
}
