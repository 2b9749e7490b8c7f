// SPDX-License-Identifier: Apache-2.0
// Makes evidence as hardware makes it, with whatever is wrong with it: roots, bindings, signatures over them, and the
// structures of each format. Only for showing what verifiers accept and refuse.

import {
  contextTag,
  encodeBoolean,
  encodeCbor,
  encodeCoseKey,
  encodeInteger,
  encodeOctetString,
  encodeSequence,
  encodeSetOf,
  encodeTagLengthValue,
  type CborKey,
  type CborValue,
  decodeCbor,
  signatureToCose,
  signSign1,
  tags,
} from "../formats/index.ts";
import { concatBytes, encodeUtf8, portableHash, type Signer, toBase64Url } from "../kernel/index.ts";
import { bindingValue, type Custody, type EvidenceBinding, type EvidenceRoot } from "../protect/index.ts";
import type { Forged } from "./certificate-forge.ts";

export function evidenceRoot(root: Forged, formats: readonly string[], cap: Custody = 4): EvidenceRoot {
  return { name: "test root", certificate: root.certificate, formats, cap };
}

/** The same word gives the same nonce and facts. */
export function evidenceBinding(publicKey: Uint8Array, word = "birth"): EvidenceBinding & { nonce: Uint8Array } {
  const digest = (text: string) => portableHash.sha256(encodeUtf8(`${text} of ${word}`));
  return { publicKey, nonce: digest("nonce"), factsHash: digest("facts") };
}

/** Of the birth key, over the binding value. */
export async function freshSignature(signer: Signer, binding: EvidenceBinding): Promise<Uint8Array> {
  return signer.sign(requiredValue(binding));
}

export function requiredValue(binding: EvidenceBinding): Uint8Array {
  const value = bindingValue(binding, portableHash);
  if (value === undefined) throw new TypeError("a binding without nonce");
  return value;
}

export interface ForgedKeyDescription {
  readonly challenge: Uint8Array;
  readonly attestationLevel?: number;
  readonly keyLevel?: number;
  /** Undefined: not stated. */
  readonly origin?: number | undefined;
  readonly purposes?: readonly number[];
  readonly rootOfTrust?: Uint8Array | undefined;
  /** Whole entries of the hardware's list, after the others. */
  readonly more?: readonly Uint8Array[];
}

/** KeyDescription of Android key attestation, of a key that may be trusted unless told otherwise. */
export function forgeKeyDescription(fields: ForgedKeyDescription): Uint8Array {
  const { attestationLevel = 1, keyLevel = attestationLevel, purposes = [2, 3], more = [] } = fields;
  const origin = "origin" in fields ? fields.origin : 0;
  const trust = "rootOfTrust" in fields ? fields.rootOfTrust : forgeRootOfTrust(true, 0);
  const enumerated = (value: number) => encodeInteger(value, tags.enumerated);
  return encodeSequence(
    encodeInteger(3),
    enumerated(attestationLevel),
    encodeInteger(4),
    enumerated(keyLevel),
    encodeOctetString(fields.challenge),
    encodeOctetString(new Uint8Array(0)),
    encodeSequence(explicit(701, encodeInteger(1_500_000_000_000))),
    encodeSequence(
      explicit(1, encodeSetOf(purposes.map((purpose) => encodeInteger(purpose)))),
      ...(origin === undefined ? [] : [explicit(702, encodeInteger(origin))]),
      ...(trust === undefined ? [] : [explicit(704, trust)]),
      ...more,
    ),
  );
}

/** @param state 0 verified, 1 self-signed, 2 unverified, 3 failed */
export function forgeRootOfTrust(locked: boolean, state: number, withHash = true): Uint8Array {
  const digest = encodeOctetString(portableHash.sha256(encodeUtf8("boot")));
  const fields = [digest, encodeBoolean(locked), encodeInteger(state, tags.enumerated)];
  return encodeSequence(...fields, ...(withHash ? [digest] : []));
}

/** [number] EXPLICIT, also of numbers that take more than one octet. */
export function explicit(number: number, content: Uint8Array): Uint8Array {
  if (number < 31) return encodeTagLengthValue(contextTag(number), content);
  const low = number < 128 ? [number] : [0x80 | (number >> 7), number & 0x7f];
  return concatBytes(Uint8Array.of(0xbf, ...low), encodeTagLengthValue(0, content).subarray(1));
}

export interface ForgedCborLayer {
  readonly issuer: Signer;
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** Undefined: none. */
  readonly mode?: CborValue | undefined;
  readonly keyUsage?: Uint8Array;
  readonly more?: readonly (readonly [number, CborValue])[];
}

/** A CBOR certificate of the Open Profile for DICE, untagged as the profile says. */
export async function forgeCborLayer(fields: ForgedCborLayer): Promise<Uint8Array> {
  const { issuer, publicKey, keyUsage = Uint8Array.of(0x20), more = [] } = fields;
  const mode = "mode" in fields ? fields.mode : Uint8Array.of(1);
  const claims: [CborKey, CborValue][] = [
    [1, "issuer"],
    [2, "subject"],
    [-4670545, portableHash.sha256(publicKey)],
    ...(mode === undefined ? [] : [[-4670551, mode] as [CborKey, CborValue]]),
    [-4670552, withKeyOperations(encodeCoseKey(publicKey))],
    [-4670553, keyUsage],
    ...more.map(([label, value]): [CborKey, CborValue] => [label, value]),
  ];
  const payload = encodeCbor(new Map(claims));
  return (await signSign1({ protectedHeader: new Map(), payload, signer: issuer })).subarray(1);
}

/** A COSE_Key as DICE writes it: with what it is for. */
export function withKeyOperations(key: Uint8Array, operations: readonly number[] = [2]): Uint8Array {
  return encodeCbor(new Map([...(decodeCbor(key) as ReadonlyMap<CborKey, CborValue>), [4, operations]]));
}

/** A token of claims. */
export function forgeToken(
  signer: Signer,
  claims: readonly (readonly [number, CborValue])[],
  unprotectedHeader: ReadonlyMap<CborKey, CborValue> = new Map(),
): Promise<Uint8Array> {
  const payload = encodeCbor(new Map(claims));
  return signSign1({ protectedHeader: new Map(), unprotectedHeader, payload, signer });
}

/** One entry of a manifest: a flattened JWS by the signer of a certificate. */
export async function forgeManifestEntry(
  { certificate, signer }: Forged,
  element: unknown,
  { header, protectedHeader = {} }: { readonly header?: unknown; readonly protectedHeader?: object } = {},
): Promise<Record<string, unknown>> {
  const digest = toBase64Url(portableHash.sha256(certificate.der));
  const encode = (value: unknown) => toBase64Url(encodeUtf8(JSON.stringify(value)));
  const signed = encode({ typ: "JWT", alg: signer.algorithm.name, "x5t#S256": digest, ...protectedHeader });
  const payload = encode(element);
  const signature = signatureToCose(signer.algorithm, await signer.sign(encodeUtf8(`${signed}.${payload}`)));
  return {
    payload,
    protected: signed,
    ...(header === undefined ? {} : { header }),
    signature: toBase64Url(signature),
  };
}
