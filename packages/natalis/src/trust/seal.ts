// SPDX-License-Identifier: Apache-2.0
// The payload of a seal: what one signature of a device states about a batch of records. Deterministic CBOR inside a
// COSE_Sign1; a seals file is such messages one after the other, a CBOR sequence (RFC 8742).

import {
  asArray,
  asBytes,
  asInteger,
  asMap,
  asText,
  asUnsigned,
  type CborMap,
  type CborValue,
  decodeCbor,
  decodeCborSequence,
  encodeCbor,
  headerLabels,
  parseSign1,
  parseX5chain,
  sign1Tag,
} from "../formats/index.ts";
import { trustError } from "./errors.ts";

/** The `typ` header (RFC 9596) of seals, so that no other signed message passes for one. */
export const sealType = "application/vnd.natalis.seal+cose";

/** A log's size and root, of a checkpoint that the device had seen: the seal was made after it. */
export interface SealCheckpoint {
  readonly size: number;
  readonly root: Uint8Array;
}

export interface Seal {
  /** UUID, 16 bytes. */
  readonly deviceId: Uint8Array;
  /** Counts the times that the device lost its place; a new one starts at sequence number 0. */
  readonly epoch: number;
  /** Sequence number of the first record; records are numbered without a hole through all seals of an epoch. */
  readonly first: number;
  /** Records in the batch, 1 to 65,536. */
  readonly count: number;
  /** Smallest and largest device time, microseconds; the order of records is their position, never their time. */
  readonly earliest: number;
  readonly latest: number;
  /** RFC 9162 root over the leaf hashes, 32 bytes. */
  readonly root: Uint8Array;
  /** SHA-256 of the previous seal's Sig_structure; absent exactly at the start of an epoch. */
  readonly previous?: Uint8Array;
  /** Names the encoding of the records, 1 to 64 characters. */
  readonly schema: string;
  /** Only a device's very first seal may lack it. */
  readonly checkpoint?: SealCheckpoint;
}

/** The most records that one seal may speak for. */
export const largestBatch = 65_536;

const fields = {
  deviceId: 1,
  epoch: 2,
  first: 3,
  count: 4,
  earliest: 5,
  latest: 6,
  root: 7,
  previous: 8,
  schema: 9,
  checkpoint: 10,
} as const;

const sealLimits = { maximumBytes: 1024, maximumDepth: 2 } as const;
const longestSchema = 64;
const hashLength = 32;
/** No seal has less than 128 bytes. */
const sequenceLimits = {
  maximumBytes: 64 << 20,
  maximumItems: 1 << 19,
  maximumDepth: 8,
  tags: [sign1Tag],
  anyKeyOrder: true,
} as const;

/** @throws NAT_SEAL_FORM */
export function encodeSealPayload(seal: Seal): Uint8Array {
  requireForm(seal);
  const map = new Map<number, CborValue>([
    [fields.deviceId, seal.deviceId],
    [fields.epoch, seal.epoch],
    [fields.first, seal.first],
    [fields.count, seal.count],
    [fields.earliest, seal.earliest],
    [fields.latest, seal.latest],
    [fields.root, seal.root],
    [fields.schema, seal.schema],
  ]);
  if (seal.previous !== undefined) map.set(fields.previous, seal.previous);
  if (seal.checkpoint !== undefined) map.set(fields.checkpoint, [seal.checkpoint.size, seal.checkpoint.root]);
  return encodeCbor(map);
}

/** @throws NAT_SEAL_FORM and the NAT_CBOR_ errors of malformed bytes. */
export function parseSealPayload(bytes: Uint8Array): Seal {
  const map = asMap(decodeCbor(bytes, sealLimits), Object.values(fields));
  const previous = map.get(fields.previous);
  const seal: Seal = {
    deviceId: asBytes(map.get(fields.deviceId)),
    epoch: asUnsigned(map.get(fields.epoch)),
    first: asUnsigned(map.get(fields.first)),
    count: asUnsigned(map.get(fields.count)),
    earliest: asInteger(map.get(fields.earliest)),
    latest: asInteger(map.get(fields.latest)),
    root: asBytes(map.get(fields.root)),
    schema: asText(map.get(fields.schema)),
    ...(previous === undefined ? {} : { previous: asBytes(previous) }),
    ...checkpointOf(map),
  };
  requireForm(seal);
  return seal;
}

/** The seals of a seals file of at most 64 MiB and 524,288 seals, each as its bytes. @throws the NAT_CBOR_ errors */
export function parseSealSequence(bytes: Uint8Array): Uint8Array[] {
  return decodeCborSequence(bytes, sequenceLimits);
}

/**
 * The certificates that travel with seals: the first x5chain found, leaf first, or none. They are a help and prove
 * nothing: their path is to be verified like any other.
 * @throws the NAT_COSE_ and NAT_CBOR_ errors of malformed seals
 */
export function certificatesOfSeals(seals: readonly Uint8Array[]): readonly Uint8Array[] {
  for (const seal of seals) {
    const chain = parseSign1(seal).unprotectedHeader.get(headerLabels.x5chain);
    if (chain !== undefined) return parseX5chain(chain);
  }
  return [];
}

function checkpointOf(map: CborMap): Pick<Seal, "checkpoint"> {
  const item = map.get(fields.checkpoint);
  if (item === undefined) return {};
  const [size, root] = asArray(item, 2);
  return { checkpoint: { size: asUnsigned(size), root: asBytes(root, hashLength) } };
}

function requireForm(seal: Seal): void {
  const { epoch, first, earliest, latest, checkpoint } = seal;
  requireThat(seal.deviceId.length === 16, "a device id that is not 16 bytes");
  requireThat(isNumber(epoch) && isNumber(first), `epoch ${epoch}, sequence number ${first}`);
  requireThat(seal.root.length === hashLength, "a root that is not 32 bytes");
  requireThat(isNumber(seal.count) && seal.count >= 1 && seal.count <= largestBatch, `a count of ${seal.count}`);
  requireThat(isNumber(first + seal.count), "sequence numbers beyond 2^53");
  requireThat(Number.isSafeInteger(earliest) && Number.isSafeInteger(latest), "times beyond 2^53");
  requireThat(earliest <= latest, "a first time after the last");
  requireThat(seal.schema.length >= 1 && seal.schema.length <= longestSchema, "a schema of no or too much text");
  requireThat((seal.previous === undefined) === (first === 0), "a previous seal exactly where an epoch starts");
  requireThat(seal.previous === undefined || seal.previous.length === hashLength, "a previous hash not of 32 bytes");
  const veryFirst = epoch === 0 && first === 0;
  requireThat(checkpoint !== undefined || veryFirst, "no checkpoint in a later seal than the very first");
  const isKnown = checkpoint === undefined || (isNumber(checkpoint.size) && checkpoint.root.length === hashLength);
  requireThat(isKnown, "a checkpoint that is no log size and root");
}

/** From 0 to 2^53 - 1. */
function isNumber(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function requireThat(holds: boolean, otherwise: string): void {
  if (!holds) throw trustError("NAT_SEAL_FORM", otherwise);
}
