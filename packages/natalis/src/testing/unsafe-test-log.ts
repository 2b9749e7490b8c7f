// SPDX-License-Identifier: Apache-2.0
// A whole registry in memory with a log key of its own, for tests of whatever rests on registries: real entries, trees,
// checkpoints and proofs over devices that nobody made. Birth records and certificates in it are made up.

import {
  algorithms,
  encodeLogPolicy,
  type NoteSigner,
  noteSigner,
  parseLogPolicy,
  verifierKey,
} from "../formats/index.ts";
import { decodeUtf8, encodeUtf8, fromHex, type Hash, portableHash, toHex } from "../kernel/index.ts";
import {
  type BornBody,
  type BornEvent,
  type EventOutcome,
  type LifecycleEvent,
  type NewDevice,
  type NewOperator,
  type OperatorEnrolledEvent,
  type ProofTrust,
  type RecordedBirth,
  type RefusedBirthEvent,
  type RegistryEvent,
  Sequencer,
} from "../registry/index.ts";
import { generateKeyPair, signerFromKeyPair, webSignatureVerifier } from "../webcrypto/index.ts";
import { testingError } from "./errors.ts";
import { InsecureSeededEntropy } from "./insecure-seeded-entropy.ts";
import { VolatileInsecureMirror, VolatileInsecureRegistry } from "./memory-registry.ts";

export const testOrigin = "log.example/unsafe-test";
/** The station that made-up births name; `openUnsafeTestLog` enrols it. */
export const testStation = "station-1";
/** The issuer that made-up births name. */
export const testIssuer = "a1".repeat(20);
/** Time of the first commit. */
export const testStart = new Date("2026-03-01T12:00:00Z");

const hash: Hash = portableHash;

/** A registry with its log key; every commit is a second after the one before. */
export class UnsafeTestLog {
  readonly registry: VolatileInsecureRegistry;
  readonly mirror: VolatileInsecureMirror;
  readonly signers: readonly NoteSigner[];
  readonly trust: ProofTrust;
  readonly sequencer: Sequencer;
  #seconds = 0;

  constructor(
    registry: VolatileInsecureRegistry,
    mirror: VolatileInsecureMirror,
    signers: readonly NoteSigner[],
    trust: ProofTrust,
  ) {
    this.registry = registry;
    this.mirror = mirror;
    this.signers = signers;
    this.trust = trust;
    const entropy = new InsecureSeededEntropy(`salts ${registry.tables.entries.length}`);
    this.sequencer = new Sequencer({ stores: registry.stores, mirror, origin: testOrigin, signers, entropy, hash });
  }

  /** The time of the newest commit, or of the start. */
  get now(): Date {
    return new Date(testStart.getTime() + this.#seconds * 1000);
  }

  /** Commits the events as one batch; answers what became of each. */
  async commit(...events: RegistryEvent[]): Promise<readonly EventOutcome[]> {
    this.#seconds += 1;
    return (await this.sequencer.commit(events, this.now)).outcomes;
  }

  /** Commits one event that must be entered. */
  async enter(event: RegistryEvent): Promise<Extract<EventOutcome, { kind: "entered" }>> {
    const [outcome] = await this.commit(event);
    if (outcome?.kind !== "entered") throw outcome?.error ?? testingError("NAT_TESTING_CONTRACT", "no outcome");
    return outcome;
  }

  /** The same log key over other storage, as after a restart or a restored backup. */
  over(registry: VolatileInsecureRegistry, mirror = this.mirror): UnsafeTestLog {
    return new UnsafeTestLog(registry, mirror, this.signers, this.trust);
  }
}

/** A registry with one commit: the test station is enrolled. */
export async function openUnsafeTestLog(): Promise<UnsafeTestLog> {
  const signer = await signerFromKeyPair(await generateKeyPair(algorithms.EdDSA));
  const vkey = verifierKey(testOrigin, signer.publicKey, hash);
  const policy = parseLogPolicy(`log ${vkey}\nquorum none\n`, hash);
  const trust = { policy: parseLogPolicy(encodeLogPolicy(policy), hash), verifier: webSignatureVerifier, hash };
  const signers = [noteSigner(testOrigin, signer, hash)];
  const log = new UnsafeTestLog(new VolatileInsecureRegistry(), new VolatileInsecureMirror(), signers, trust);
  await log.enter(enrolment(testStation));
  return log;
}

export function enrolment(id: string, changes: Partial<NewOperator> = {}): OperatorEnrolledEvent {
  const tokenHash = hash.sha256(encodeUtf8(`token of ${id}`));
  const operator = { id, name: id, role: "station", tokenHash, products: ["meter"], ...changes } as const;
  return { type: "operator-enrolled", actor: "init", operator };
}

/**
 * The birth of a made-up device. The same number gives the same device, key, unit and serial; evidence and terms are
 * given.
 */
export function madeUpBirth(
  number: number,
  changes: Partial<NewDevice> = {},
  rest: Pick<BornEvent, "evidence" | "keptEvidence" | "terms"> = {},
): BornEvent {
  const certificate = encodeUtf8(`certificate of ${number}`);
  const facts = {
    id: part(`id ${number}`, 16),
    product: "meter",
    maker: "Example",
    model: "M-1",
    serial: `S-${number}`,
    facility: "hall 1",
    station: testStation,
    custody: 0,
    keyHash: part(`key ${number}`, 32),
    factsHash: part(`facts ${number}`, 32),
    certificateSerial: part(`serial ${number}`, 16).fill(0x40, 0, 1),
    certificateHash: hash.sha256(certificate),
    issuer: testIssuer,
    bornAt: Math.floor(testStart.getTime() / 1000),
  };
  const device = { ...facts, unitTag: madeUpUnitTag(`Example M-1 S-${number}`), ...changes };
  return { type: "born", device, record: recordOf(device, rest.evidence), certificate, ...rest };
}

/** A refused birth of the key and the unit of a made-up device. */
export function refusedBirth(number: number, changes: Partial<RefusedBirthEvent> = {}): RefusedBirthEvent {
  const { keyHash, unitTag } = madeUpBirth(number).device;
  const code = "NAT_BIRTH_KEY_REUSED";
  return { type: "birth-refused", actor: testStation, station: testStation, code, keyHash, unitTag, ...changes };
}

export function lifecycleEvent(
  type: LifecycleEvent["type"],
  deviceId: Uint8Array,
  rest: Partial<LifecycleEvent> = {},
): LifecycleEvent {
  return { actor: "registrar-1", deviceId, ...rest, type };
}

/** Reads the facts back out of a made-up record, as an audit asks. */
export function readMadeUpFacts({ record }: BornBody): RecordedBirth {
  try {
    return JSON.parse(decodeUtf8(record), (_, value: unknown) => bytesOrValue(value)) as RecordedBirth;
  } catch (cause) {
    throw testingError("NAT_TESTING_CONTRACT", "no made-up record", cause);
  }
}

const bytesMark = "bytes:";

function recordOf(device: NewDevice, evidence: readonly Uint8Array[] | undefined): Uint8Array {
  const replace = (_: string, value: unknown) => (value instanceof Uint8Array ? bytesMark + toHex(value) : value);
  return encodeUtf8(JSON.stringify({ ...device, unitTag: undefined, evidence }, replace));
}

function bytesOrValue(value: unknown): unknown {
  return typeof value === "string" && value.startsWith(bytesMark) ? fromHex(value.slice(bytesMark.length)) : value;
}

function madeUpUnitTag(unit: string): Uint8Array {
  return part(`unit ${unit}`, 32);
}

function part(label: string, length: number): Uint8Array {
  return hash.sha256(encodeUtf8(label)).slice(0, length);
}
