// SPDX-License-Identifier: Apache-2.0
// The facts of a birth: what was born, when and where. They are fields 3 to 9 of the birth record (DESIGN 3.2), and
// are hashed on their own where evidence commits to them and where a retry is told from another request.

import { asBytes, asText, asUnsigned, type CborMap, CborWriter, majorTypes } from "../formats/index.ts";
import type { Hash } from "../kernel/index.ts";
import { isNameText, isSerialText } from "../issue/index.ts";
import { birthError } from "./errors.ts";

export interface BirthFacts {
  /** 1 to 64 visible characters, as all texts here. */
  readonly maker: string;
  readonly model: string;
  /** PrintableString repertoire, 1 to 64 characters. */
  readonly serial: string;
  readonly hardwareRevision?: string;
  /** SHA-256, SHA-384 or SHA-512 of the firmware: 32, 48 or 64 bytes. */
  readonly firmwareDigest?: Uint8Array;
  /** Unix seconds. */
  readonly bornAt: number;
  readonly facility: string;
}

/** Map keys in the record. Permanent. */
const keys = {
  maker: 3,
  model: 4,
  serial: 5,
  hardwareRevision: 6,
  firmwareDigest: 7,
  bornAt: 8,
  facility: 9,
} as const;

export const factKeys: readonly number[] = Object.values(keys);

const digestLengths = [32, 48, 64];

/** @throws NAT_BIRTH_FACTS naming the first fact that is not acceptable */
export function checkFacts(facts: BirthFacts): void {
  const { hardwareRevision, firmwareDigest } = facts;
  requireName("maker", facts.maker);
  requireName("model", facts.model);
  requireName("facility", facts.facility);
  if (hardwareRevision !== undefined) requireName("hardware revision", hardwareRevision);
  if (!isSerialText(facts.serial)) throw refused("serial", "1 to 64 characters of PrintableString");
  if (firmwareDigest !== undefined && !digestLengths.includes(firmwareDigest.length))
    throw refused("firmware digest", "32, 48 or 64 bytes");
  if (!Number.isSafeInteger(facts.bornAt) || facts.bornAt < 0) throw refused("born at", "Unix seconds");
}

/** The deterministic CBOR map of the facts. @throws NAT_BIRTH_FACTS */
export function factsBytes(facts: BirthFacts): Uint8Array {
  return encodeFacts(facts).slice();
}

/** SHA-256 of the facts. @throws NAT_BIRTH_FACTS */
export function factsHash(facts: BirthFacts, hash: Hash): Uint8Array {
  return hash.sha256(encodeFacts(facts));
}

const writer = new CborWriter();

/** The bytes of the facts as a view, good until the next facts are encoded. @throws NAT_BIRTH_FACTS */
export function encodeFacts(facts: BirthFacts): Uint8Array {
  checkFacts(facts);
  writer.reset();
  writer.head(majorTypes.map, factCount(facts));
  writer.textField(keys.maker, facts.maker);
  writer.textField(keys.model, facts.model);
  writer.textField(keys.serial, facts.serial);
  if (facts.hardwareRevision !== undefined) writer.textField(keys.hardwareRevision, facts.hardwareRevision);
  if (facts.firmwareDigest !== undefined) writer.bytesField(keys.firmwareDigest, facts.firmwareDigest);
  writer.numberField(keys.bornAt, facts.bornAt);
  writer.textField(keys.facility, facts.facility);
  return writer.written();
}

/** How many entries the facts take in a map. */
export function factCount({ hardwareRevision, firmwareDigest }: BirthFacts): number {
  return 5 + Number(hardwareRevision !== undefined) + Number(firmwareDigest !== undefined);
}

/** The facts in a decoded record. @throws NAT_CBOR_SHAPE */
export function factsOf(map: CborMap): BirthFacts {
  return {
    maker: asText(map.get(keys.maker)),
    model: asText(map.get(keys.model)),
    serial: asText(map.get(keys.serial)),
    ...(map.has(keys.hardwareRevision) && { hardwareRevision: asText(map.get(keys.hardwareRevision)) }),
    ...(map.has(keys.firmwareDigest) && { firmwareDigest: asBytes(map.get(keys.firmwareDigest)) }),
    bornAt: asUnsigned(map.get(keys.bornAt)),
    facility: asText(map.get(keys.facility)),
  };
}

function requireName(name: string, value: string): void {
  if (!isNameText(value)) throw refused(name, "1 to 64 visible characters");
}

function refused(name: string, due: string): Error {
  return birthError("NAT_BIRTH_FACTS", `${name} must be ${due}`);
}
