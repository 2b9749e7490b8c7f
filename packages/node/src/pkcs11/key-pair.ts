// SPDX-License-Identifier: Apache-2.0
// Key pairs in a token: found by their label, made inside. The two halves are two objects; what joins them is their
// CKA_ID (PKCS#11 2.40, 4.7 and 4.8).

import { publicKeyInfo } from "natalis/formats";
import { encodeUtf8, type SignatureAlgorithm, toHex } from "natalis/kernel";
import { nodeEntropy } from "../entropy.ts";
import { type Attribute, attributes, type Handle, objectClasses, returnValues } from "./cryptoki.ts";
import { pkcs11Error } from "./errors.ts";
import { type KeyKind, keyKinds, kindOfAlgorithm, kindOfParameters, rawKeyIn } from "./key-kinds.ts";
import { describe, isRefusal, refusalIn } from "./refusal.ts";
import type { OpenSession } from "./token-session.ts";
import { describeKey, type KeyName } from "./uri.ts";

export interface KeyPair {
  readonly kind: KeyKind;
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** Good in the session it was found in. */
  readonly privateKey: Handle;
}

/** CKA_LABEL has no limit; ours is that of people's patience. */
const longestLabel = 64;

/** @throws NAT_PKCS11_KEY, NAT_PKCS11_ALGORITHM */
export function findKeyPair(opened: OpenSession, name: KeyName): KeyPair {
  const privateKeys = findByName(opened, objectClasses.privateKey, name);
  const [privateKey, second] = privateKeys;
  if (privateKey === undefined || second !== undefined)
    throw pkcs11Error("NAT_PKCS11_KEY", `${privateKeys.length} private keys are ${describeKey(name)}`);
  const publicKey = findPublicHalf(opened, privateKey, name);
  const kind = kindOf(opened, publicKey);
  return { kind, publicKey: readPublicKey(opened, publicKey, kind), privateKey };
}

/**
 * Makes a key pair that cannot leave the token. A label names one key: one that is taken is refused.
 * @throws NAT_PKCS11_LABEL, NAT_PKCS11_ALGORITHM
 */
export function makeKeyPair(opened: OpenSession, label: string, algorithm: SignatureAlgorithm): void {
  const { cryptoki, session } = opened;
  if (label === "" || label.length > longestLabel)
    throw pkcs11Error("NAT_PKCS11_LABEL", `a key's label has 1 to ${longestLabel} characters`);
  const kind = offeredKind(opened, algorithm);
  if (isNameTaken(opened, label)) throw pkcs11Error("NAT_PKCS11_LABEL", `${JSON.stringify(label)} names a key already`);
  const names = [
    { type: attributes.token, value: true },
    { type: attributes.label, value: bufferOf(encodeUtf8(label)) },
    { type: attributes.id, value: bufferOf(nodeEntropy.bytes(16)) },
  ];
  try {
    const mechanism = { mechanism: kind.generating };
    cryptoki.C_GenerateKeyPair(session, mechanism, [...names, ...publicTemplate(kind)], [...names, ...privateTemplate]);
  } catch (cause) {
    const refusal = refusalIn(cause);
    if (refusal === undefined || !unknownCurve.includes(refusal.value)) throw cause;
    throw pkcs11Error("NAT_PKCS11_ALGORITHM", `${algorithm.title}: ${describe(refusal)}`, cause);
  }
}

/** Whether a private or a public key has this name. */
export function isNameTaken(opened: OpenSession, name: KeyName): boolean {
  return Object.values(objectClasses).some((one) => findByName(opened, one, name).length > 0);
}

/** The value of one attribute, or undefined where the object has none of that type. */
export function readAttribute({ cryptoki, session }: OpenSession, object: Handle, type: number): Buffer | undefined {
  try {
    return cryptoki.C_GetAttributeValue(session, object, [{ type }])[0]?.value;
  } catch (error) {
    if (isRefusal(error, returnValues.attributeTypeInvalid)) return undefined;
    throw error;
  }
}

const unknownCurve: readonly number[] = [
  returnValues.mechanismInvalid,
  returnValues.domainParametersInvalid,
  returnValues.curveNotSupported,
];

const publicTemplate = ({ parameters: [parameters] }: KeyKind): Attribute[] => [
  { type: attributes.private, value: false },
  { type: attributes.verify, value: true },
  { type: attributes.ecParameters, value: bufferOf(parameters) },
];

/** Not readable, not wrappable, and only after a login; it signs and does nothing else. */
const privateTemplate: readonly Attribute[] = [
  { type: attributes.private, value: true },
  { type: attributes.sensitive, value: true },
  { type: attributes.extractable, value: false },
  { type: attributes.sign, value: true },
];

function offeredKind({ cryptoki, slot }: OpenSession, algorithm: SignatureAlgorithm): KeyKind {
  const kind = kindOfAlgorithm(algorithm);
  if (kind === undefined)
    throw pkcs11Error("NAT_PKCS11_ALGORITHM", `${algorithm.title}: only ${keyKinds.map(titleOf).join(", ")}`);
  const offered = cryptoki.C_GetMechanismList(slot);
  if (!offered.includes(kind.generating) || !offered.includes(kind.signing))
    throw pkcs11Error("NAT_PKCS11_ALGORITHM", `${algorithm.title} is not among the token's mechanisms`);
  return kind;
}

function titleOf({ algorithm }: KeyKind): string {
  return algorithm.title;
}

function findByName(opened: OpenSession, objectClass: number, name: KeyName): Handle[] {
  const { label, id } = typeof name === "string" ? { label: name } : name;
  return find(opened, [
    { type: attributes.objectClass, value: objectClass },
    ...(label === undefined ? [] : [{ type: attributes.label, value: bufferOf(encodeUtf8(label)) }]),
    ...(id === undefined ? [] : [{ type: attributes.id, value: bufferOf(id) }]),
  ]);
}

/** The public key with the private one's id; where it has none, with its label. */
function findPublicHalf(opened: OpenSession, privateKey: Handle, name: KeyName): Handle {
  const id = readAttribute(opened, privateKey, attributes.id);
  const isPublic = { type: attributes.objectClass, value: objectClasses.publicKey };
  const halves =
    id === undefined || id.length === 0
      ? findByName(opened, objectClasses.publicKey, name)
      : find(opened, [isPublic, { type: attributes.id, value: id }]);
  const [half, second] = halves;
  if (half === undefined || second !== undefined)
    throw pkcs11Error("NAT_PKCS11_KEY", `${halves.length} public keys belong to ${describeKey(name)}`);
  return half;
}

/** Two are as many as we need to know of: one is right, more are too many. */
function find({ cryptoki, session }: OpenSession, template: readonly Attribute[]): Handle[] {
  cryptoki.C_FindObjectsInit(session, template);
  try {
    return cryptoki.C_FindObjects(session, 2);
  } finally {
    cryptoki.C_FindObjectsFinal(session);
  }
}

function kindOf(opened: OpenSession, publicKey: Handle): KeyKind {
  const parameters = readAttribute(opened, publicKey, attributes.ecParameters);
  const kind = parameters && kindOfParameters(parameters);
  if (kind === undefined)
    throw pkcs11Error("NAT_PKCS11_ALGORITHM", `EC parameters ${parameters === undefined ? "none" : toHex(parameters)}`);
  return kind;
}

function readPublicKey(opened: OpenSession, publicKey: Handle, { algorithm }: KeyKind): Uint8Array {
  const point = readAttribute(opened, publicKey, attributes.ecPoint);
  const raw = point && rawKeyIn(point, algorithm);
  if (raw === undefined || (algorithm.ecdsaIntegerLength !== undefined && raw[0] !== 0x04))
    throw pkcs11Error("NAT_PKCS11_KEY", `the public key is not an uncompressed point of ${algorithm.title}`);
  return publicKeyInfo(algorithm, raw);
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
