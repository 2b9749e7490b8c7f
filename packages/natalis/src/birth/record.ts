// SPDX-License-Identifier: Apache-2.0
// The birth record (DESIGN 3.2): everything about a birth as one deterministic CBOR map (RFC 8949 section 4.2.1). It
// is not signed by itself: the certificate commits to its SHA-256, the log entry to both. The salt keeps anyone from
// guessing a record until its hash fits.

import {
  asArray,
  asBytes,
  asMap,
  asText,
  asUnsigned,
  type CborMap,
  type CborValue,
  CborWriter,
  decodeCbor,
  majorTypes,
} from "../formats/index.ts";
import { type Hash, isNatalisError } from "../kernel/index.ts";
import { isNameText } from "../issue/index.ts";
import { birthError } from "./errors.ts";
import { type BirthFacts, checkFacts, encodeFacts, factCount, factKeys, factsOf } from "./facts.ts";

/** One statement of a secure element: its format and the SHA-256 of its bytes. */
export interface EvidenceReference {
  readonly format: string;
  readonly digest: Uint8Array;
  /** The cap of the root that it ends in was lifted: a simulator, say, was taken for hardware. */
  readonly capLifted?: true;
}

export interface BirthRecord extends BirthFacts {
  /** UUIDv7, 16 bytes. */
  readonly deviceId: Uint8Array;
  /** Id of the operator that asked for the birth. */
  readonly station: string;
  /** SHA-256 of the canonical SPKI. */
  readonly keyHash: Uint8Array;
  /** 0 to 4 (DESIGN 5). */
  readonly custody: number;
  /** At most 64. */
  readonly evidence: readonly EvidenceReference[];
  /** Ids of devices built into this one, at most 64. */
  readonly components: readonly Uint8Array[];
  /** Subject key identifier of the issuing authority, 20 bytes. */
  readonly authorityKeyId: Uint8Array;
  /** 16 random bytes. */
  readonly salt: Uint8Array;
  readonly profile: { readonly product: string; readonly version: number };
}

export interface EncodedRecord {
  readonly encodedRecord: Uint8Array;
  readonly factsHash: Uint8Array;
}

const recordVersion = 1;
const maximumRecordLength = 16_384;
const maximumListLength = 64;
/** Third item of a statement's reference, where the cap of its root was lifted. */
const capLiftedMark = 1;

/** Map keys of what the facts do not hold. Permanent. */
const keys = {
  version: 1,
  deviceId: 2,
  station: 10,
  keyHash: 11,
  custody: 12,
  evidence: 13,
  components: 14,
  authorityKeyId: 15,
  salt: 16,
  profile: 17,
} as const;

const allKeys: readonly number[] = [...Object.values(keys), ...factKeys];
const requiredCount = 8;
const factsHeadLength = 1;

/** @throws NAT_BIRTH_FACTS, NAT_BIRTH_RECORD where a field is not acceptable */
export function encodeBirthRecord(record: BirthRecord): Uint8Array {
  return encodeAround(record, encodeFacts(record));
}

/** The record and the hash of its facts, which it holds entry for entry. @throws as `encodeBirthRecord` */
export function encodeRecordAndFacts(record: BirthRecord, hash: Hash): EncodedRecord {
  const facts = encodeFacts(record);
  return { encodedRecord: encodeAround(record, facts), factsHash: hash.sha256(facts) };
}

const writer = new CborWriter();

/** Puts the other fields around the facts, whose keys are one run in the order of all keys. */
function encodeAround(record: BirthRecord, facts: Uint8Array): Uint8Array {
  checkRecord(record);
  const { evidence, components, profile } = record;
  const lists = Number(evidence.length > 0) + Number(components.length > 0);
  writer.reset();
  writer.head(majorTypes.map, requiredCount + factCount(record) + lists);
  writer.numberField(keys.version, recordVersion);
  writer.bytesField(keys.deviceId, record.deviceId);
  writer.encoded(facts.subarray(factsHeadLength));
  writer.textField(keys.station, record.station);
  writer.bytesField(keys.keyHash, record.keyHash);
  writer.numberField(keys.custody, record.custody);
  if (evidence.length > 0) writeEvidence(evidence);
  if (components.length > 0) writeComponents(components);
  writer.bytesField(keys.authorityKeyId, record.authorityKeyId);
  writer.bytesField(keys.salt, record.salt);
  writer.listField(keys.profile, 2);
  writer.text(profile.product);
  writer.head(majorTypes.unsigned, profile.version);
  return writer.written().slice();
}

/** Accepts exactly what `encodeBirthRecord` writes. @throws NAT_BIRTH_RECORD */
export function parseBirthRecord(bytes: Uint8Array): BirthRecord {
  try {
    const record = recordOf(asMap(decodeCbor(bytes, { maximumBytes: maximumRecordLength }), allKeys));
    checkFacts(record);
    checkRecord(record);
    return record;
  } catch (cause) {
    if (!isNatalisError(cause) || cause.code === "NAT_BIRTH_RECORD") throw cause;
    throw birthError("NAT_BIRTH_RECORD", cause.message, cause);
  }
}

function checkRecord(record: BirthRecord): void {
  const sound =
    record.deviceId.length === 16 &&
    /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/.test(record.station) &&
    record.keyHash.length === 32 &&
    Number.isInteger(record.custody) &&
    record.custody >= 0 &&
    record.custody <= 4 &&
    record.evidence.length <= maximumListLength &&
    record.evidence.every(({ format, digest }) => isNameText(format) && digest.length === 32) &&
    record.components.length <= maximumListLength &&
    record.components.every((id) => id.length === 16) &&
    record.authorityKeyId.length === 20 &&
    record.salt.length === 16 &&
    isProfileName(record.profile);
  if (!sound) throw birthError("NAT_BIRTH_RECORD", "a field is out of its bounds");
}

function isProfileName({ product, version }: BirthRecord["profile"]): boolean {
  return /^[a-z0-9-]{1,32}$/.test(product) && Number.isSafeInteger(version) && version >= 1;
}

function writeEvidence(evidence: readonly EvidenceReference[]): void {
  writer.listField(keys.evidence, evidence.length);
  for (const { format, digest, capLifted } of evidence) {
    writer.head(majorTypes.array, capLifted === true ? 3 : 2);
    writer.text(format);
    writer.bytes(digest);
    if (capLifted === true) writer.head(majorTypes.unsigned, capLiftedMark);
  }
}

function writeComponents(components: readonly Uint8Array[]): void {
  writer.listField(keys.components, components.length);
  for (const id of components) writer.bytes(id);
}

function recordOf(map: CborMap): BirthRecord {
  const version = asUnsigned(map.get(keys.version));
  if (version !== recordVersion) throw birthError("NAT_BIRTH_RECORD", `version ${version}`);
  const profile = asArray(map.get(keys.profile), 2);
  return {
    ...factsOf(map),
    deviceId: asBytes(map.get(keys.deviceId)),
    station: asText(map.get(keys.station)),
    keyHash: asBytes(map.get(keys.keyHash)),
    custody: asUnsigned(map.get(keys.custody)),
    evidence: listOf(map, keys.evidence).map(evidenceOf),
    components: listOf(map, keys.components).map((id) => asBytes(id)),
    authorityKeyId: asBytes(map.get(keys.authorityKeyId)),
    salt: asBytes(map.get(keys.salt)),
    profile: { product: asText(profile[0]), version: asUnsigned(profile[1]) },
  };
}

/** Absent means empty; an empty list is refused, so that one record has one encoding. */
function listOf(map: CborMap, key: number): readonly CborValue[] {
  if (!map.has(key)) return [];
  const list = asArray(map.get(key));
  if (list.length === 0) throw birthError("NAT_BIRTH_RECORD", `field ${key} is an empty list`);
  return list;
}

function evidenceOf(item: CborValue): EvidenceReference {
  const isLifted = Array.isArray(item) && item.length === 3;
  const [format, digest, mark] = asArray(item, isLifted ? 3 : 2);
  if (isLifted && asUnsigned(mark) !== capLiftedMark) throw birthError("NAT_BIRTH_RECORD", "a mark of evidence");
  return { format: asText(format), digest: asBytes(digest), ...(isLifted && { capLifted: true }) };
}
