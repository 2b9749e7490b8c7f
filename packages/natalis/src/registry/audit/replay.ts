// SPDX-License-Identifier: Apache-2.0
// Lives every device's life again from the entries alone, by the rules of `lifecycle` and `sequence`, and notes
// whatever could not have happened. It goes on after a problem as well as it can.

import { attributeValues, keyIdentifier, leafHash, oids, parseCertificate, TiledTree } from "../../formats/index.ts";
import { equalBytes, type Hash, isNatalisError, type MessageAuthenticator, toHex } from "../../kernel/index.ts";
import {
  type NewOperator,
  parseAuthorityBody,
  parseBornBody,
  parseLifecycleBody,
  parseOperatorBody,
  parseRefusedBirthBody,
  type StationAuthority,
} from "../body.ts";
import { bodyHash, entryTypes, type PublicEntry, parsePublicEntry, parseStateEntry } from "../entry.ts";
import { type LifecycleEventType, nextState, reasonOf } from "../lifecycle.ts";
import { revocationOf, stationRow } from "../plan-event.ts";
import type { KeptEvidenceStore } from "../admission-ports.ts";
import type { BirthIndex, BornFacts, DeviceStore, OperatorRow, StoredEntry } from "../ports.ts";
import { encodeStateLeaf, noOwner } from "../state-leaf.ts";
import { unitTag } from "../unit-tag.ts";
import { isValidAt } from "../validity.ts";
import { factsDigest, type ReadFacts, type ReadKeptEvidence, type RecordedBirth } from "./facts.ts";
import type { IncidentWalk } from "./incident-walk.ts";
import { ReplayedDevices } from "./replayed-devices.ts";
import { ReplayedRows } from "./replayed-rows.ts";
import type { Findings } from "./report.ts";

export interface ReplayInput {
  readonly findings: Findings;
  readonly devices: Pick<DeviceStore, "device">;
  readonly births: Pick<BirthIndex, "birthByEvidence">;
  readonly keptEvidence: KeptEvidenceStore;
  readonly incidents: IncidentWalk;
  readonly readFacts: ReadFacts;
  /** Absent: what is kept of evidence is not looked at. */
  readonly readKeptEvidence?: ReadKeptEvidence;
  /** Holds the registry's key; without it unit tags are taken as they stand. */
  readonly authenticator?: MessageAuthenticator;
  readonly hash: Hash;
}

/** An entry with its place and its body; undefined where the stored body is not the one that the entry commits to. */
interface Told {
  readonly index: number;
  readonly entry: PublicEntry;
  readonly body: Uint8Array | undefined;
}

const lifecycleTypes: ReadonlyMap<number, LifecycleEventType> = new Map(
  (["suspended", "resumed", "revoked", "retired"] as const).map((type) => [entryTypes[type], type]),
);

export class Replay {
  readonly devices = new ReplayedDevices();
  readonly rows = new ReplayedRows();
  readonly states: TiledTree;
  readonly #input: ReplayInput;
  #time = 0;
  #closed = true;

  constructor(input: ReplayInput) {
    this.#input = input;
    this.states = new TiledTree(0, { readTile: () => undefined }, input.hash);
  }

  /** Time of the newest entry. */
  get time(): number {
    return this.#time;
  }

  /** Whether the newest entry is a state entry, as the last of every commit is. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** Replays one entry; answers whether it is a state entry. */
  async apply(stored: StoredEntry): Promise<boolean> {
    this.#closed = stored.type === entryTypes.state;
    try {
      if (this.#closed) await this.#closeCommit(stored);
      else await this.#applyEvent(stored);
    } catch (error) {
      if (!isNatalisError(error)) throw error;
      this.#input.findings.add("entry", stored.index, error);
    }
    return this.#closed;
  }

  async #closeCommit(stored: StoredEntry): Promise<void> {
    const { findings } = this.#input;
    const entry = parseStateEntry(stored.entry);
    this.#requireColumns(stored, { time: entry.time, deviceId: null });
    findings.require(stored.body.length === 0, "body", stored.index, "A state entry has a body.");
    findings.require(entry.devices === this.devices.count, "state", stored.index, "It counts other devices.");
    const isRoot = equalBytes(entry.stateRoot, await this.states.root());
    findings.require(isRoot, "state", stored.index, "The states of the devices have another root.");
  }

  async #applyEvent(stored: StoredEntry): Promise<void> {
    const { findings, hash } = this.#input;
    const entry = parsePublicEntry(stored.entry);
    this.#requireColumns(stored, entry);
    findings.require(entry.type === stored.type, "entry", stored.index, "Its row tells another type.");
    const isBody = equalBytes(bodyHash(stored.salt, stored.body, hash), entry.bodyHash);
    findings.require(isBody, "body", stored.index, "The body is not the one that the entry commits to.");
    const told = { index: stored.index, entry, body: isBody ? stored.body : undefined };
    const lifecycle = lifecycleTypes.get(entry.type);
    if (lifecycle !== undefined) return this.#applyLifecycle(told, lifecycle);
    if (entry.type === entryTypes.born) return this.#applyBirth(told);
    if (entry.type === entryTypes.refusedBirth) return this.#applyRefusal(told);
    return entry.type === entryTypes.authority ? this.#applyAuthority(told) : this.#applyOperator(told);
  }

  #requireColumns(stored: StoredEntry, told: Pick<PublicEntry, "time" | "deviceId">): void {
    const { findings } = this.#input;
    const isSameDevice = toHex(stored.deviceId ?? noId) === toHex(told.deviceId ?? noId);
    const isSame = isSameDevice && stored.time === told.time;
    findings.require(isSame, "entry", stored.index, "Its row tells another device or time.");
    findings.require(told.time >= this.#time, "entry", stored.index, "It is older than the entry before it.");
    this.#time = told.time;
  }

  async #applyBirth(told: Told): Promise<void> {
    const { index, entry } = told;
    const { findings, hash } = this.#input;
    const [id, keyHash, unit] = [entry.deviceId, entry.keyHash, entry.unitTag] as [Uint8Array, Uint8Array, Uint8Array];
    const taken = this.devices.taken(id, keyHash, unit);
    findings.require(taken === undefined, "lifecycle", index, `A second birth of the same ${taken}.`);
    findings.require(entry.ordinal === this.devices.count, "lifecycle", index, "The ordinal is not the next one.");
    const device = await this.#deviceOf(told);
    if (device === undefined) return;
    const now = { ordinal: this.devices.count, since: entry.time, lastEntry: index };
    const leaf = { ...device, id, keyHash, ...newborn, ...now };
    this.devices.add(leaf, unit, factsDigest({ ...device, unitTag: unit, bornEntry: index }, hash));
    await this.states.append(leafHash(encodeStateLeaf(leaf), hash));
    this.#countBirth(told, device);
    await this.#checkEvidence(index, device, this.devices.count - 1);
    this.#requireStation(index, device);
  }

  /** What was born, by its documents; where those are damaged, the row has to do, and the audit goes on with it. */
  async #deviceOf(told: Told): Promise<RecordedBirth | undefined> {
    const { readFacts, devices } = this.#input;
    try {
      if (told.body === undefined) return await devices.device(told.entry.deviceId as Uint8Array);
      const documents = parseBornBody(told.body);
      const facts = readFacts(documents);
      await this.#checkFacts(told, facts, this.#input.hash.sha256(documents.certificate));
      return facts;
    } catch (error) {
      if (!isNatalisError(error)) throw error;
      this.#input.findings.add("body", told.index, error);
      return devices.device(told.entry.deviceId as Uint8Array);
    }
  }

  async #checkFacts({ index, entry }: Told, facts: RecordedBirth, certificateHash: Uint8Array): Promise<void> {
    const { findings, authenticator } = this.#input;
    const isDevice = equalBytes(facts.id, entry.deviceId as Uint8Array);
    const isKey = equalBytes(facts.keyHash, entry.keyHash as Uint8Array);
    findings.require(isDevice && isKey, "body", index, "The birth record is of another device or key.");
    const isCertificate = equalBytes(facts.certificateHash, certificateHash);
    findings.require(isCertificate, "body", index, "The facts are of another certificate.");
    if (authenticator === undefined) return;
    const isUnit = equalBytes(await unitTag(facts, authenticator), entry.unitTag as Uint8Array);
    findings.require(isUnit, "body", index, "The unit tag is of another unit.");
  }

  /** What a station issued is of the station that its authority was enrolled for, of its product and of its time. */
  #requireStation(index: number, { issuer, station, product, bornAt }: BornFacts): void {
    const bounds = this.rows.stations.get(issuer);
    if (bounds === undefined) return;
    const isOwn = bounds.operator === station && bounds.product === product;
    const isInTime = bounds.notBefore <= bornAt && bornAt <= bounds.notAfter;
    this.#input.findings.require(isOwn && isInTime, "operator", index, `${bounds.operator} may not have borne this.`);
  }

  #countBirth({ index, entry }: Told, { station, product }: RecordedBirth): void {
    const { findings } = this.#input;
    const operator = this.rows.operators.get(station);
    const hasQuota = operator?.quota === undefined || operator.born < operator.quota;
    const isAllowed = operator?.state === "active" && hasQuota;
    findings.require(isAllowed, "operator", index, `${station} was not enrolled or had used up its quota.`);
    const isInTime = operator === undefined || isValidAt(operator, entry.time);
    findings.require(isInTime, "operator", index, `The enrolment of ${station} was not valid then.`);
    if (operator !== undefined) this.rows.countBirth(operator);
    this.rows.countProduct(product);
  }

  /** Refusing evidence that was used before rests on an index; what it has lost could be used again. */
  async #checkEvidence(index: number, { evidence = [] }: RecordedBirth, ordinal: number): Promise<void> {
    for (const digest of evidence) {
      const holder = await this.#input.births.birthByEvidence([digest]);
      const isHolder = holder?.ordinal === ordinal;
      this.#input.findings.require(isHolder, "device", index, "The index of evidence names another birth or none.");
    }
    if (evidence.length > 0) await this.#checkKept(index, evidence, ordinal);
  }

  /** The record has the digests; the statements themselves stand in no entry, and could be changed where they are kept. */
  async #checkKept(index: number, evidence: readonly Uint8Array[], ordinal: number): Promise<void> {
    const { keptEvidence, readKeptEvidence, findings } = this.#input;
    if (readKeptEvidence === undefined) return;
    try {
      const body = await keptEvidence.keptEvidence(ordinal);
      const kept = body === undefined ? [] : readKeptEvidence(body);
      const isSame =
        kept.length === evidence.length && kept.every((digest, i) => equalBytes(digest, evidence[i] as Uint8Array));
      findings.require(isSame, "evidence", index, "The statements that are kept are not those that the record names.");
    } catch (error) {
      if (!isNatalisError(error)) throw error;
      findings.add("evidence", index, error);
    }
  }

  async #applyRefusal({ index, entry, body }: Told): Promise<void> {
    if (body === undefined) return;
    const { findings, incidents } = this.#input;
    const { station, code, deviceId, unrecorded = 0 } = parseRefusedBirthBody(body);
    findings.require(this.rows.operators.has(station), "incident", index, `${station} was not enrolled.`);
    const isDevice = deviceId === undefined || this.devices.find(deviceId) !== undefined;
    findings.require(isDevice, "incident", index, "The device was never born.");
    const [keyHash, unit] = [entry.keyHash, entry.unitTag] as [Uint8Array, Uint8Array];
    const device = deviceId === undefined ? {} : { deviceId };
    await incidents.meet({
      entry: index,
      time: entry.time,
      station,
      code,
      keyHash,
      unitTag: unit,
      ...device,
      unrecorded,
    });
  }

  async #applyLifecycle({ index, entry, body }: Told, type: LifecycleEventType): Promise<void> {
    const { findings, hash } = this.#input;
    const id = entry.deviceId as Uint8Array;
    const found = this.devices.find(id);
    if (found === undefined) return findings.add("lifecycle", index, "The device was never born.");
    const { ordinal, leaf } = found;
    findings.require(entry.ordinal === ordinal, "lifecycle", index, "The ordinal is not the device's.");
    findings.require(entry.previous === leaf.lastEntry, "lifecycle", index, "It names another entry as previous.");
    const after = { ...leaf, state: nextState(leaf.state, type), since: entry.time, lastEntry: index };
    this.devices.change(ordinal, after);
    await this.states.replace(ordinal, leafHash(encodeStateLeaf(after), hash));
    if (body === undefined) return;
    const told = parseLifecycleBody(body);
    const reason = reasonOf(type, told.reason);
    // The row names issuer and serial; that it repeats its birth is checked with all the rows.
    const row = await this.#input.devices.device(id);
    if (row !== undefined) this.rows.revoke(revocationOf({ ...row, ...after }, reason, told.invalidityDate));
  }

  #applyAuthority({ index, entry, body }: Told): void {
    const { findings, hash } = this.#input;
    if (body === undefined) return;
    const { kind, keyId, certificate } = parseAuthorityBody(body);
    const { publicKey } = parseCertificate(certificate);
    const isKey = equalBytes(hash.sha256(publicKey), entry.keyHash as Uint8Array);
    const isIdentifier = toHex(keyIdentifier(publicKey, hash)) === keyId;
    findings.require(isKey && isIdentifier, "authority", index, "The certificate is of another key.");
    this.rows.authorities.push({ kind, keyId, certificate, certificateHash: hash.sha256(certificate), entry: index });
  }

  #applyOperator({ index, body }: Told): void {
    const { findings } = this.#input;
    const { operators } = this.rows;
    if (body === undefined) return;
    const told = parseOperatorBody(body);
    if (told.enrolled !== undefined) {
      const isNew = !operators.has(told.enrolled.id);
      findings.require(isNew, "operator", index, `${told.enrolled.id} was enrolled before.`);
      const row: OperatorRow = { ...told.enrolled, born: 0, state: "active", enrolledEntry: index, lastEntry: index };
      operators.set(row.id, row);
      if (told.authority !== undefined) this.#applyStation(index, told.enrolled, told.authority);
      return;
    }
    const operator = operators.get(told.revoked);
    const wasActive = operator?.state === "active";
    findings.require(wasActive, "operator", index, `${told.revoked} was not enrolled.`);
    if (wasActive) operators.set(operator.id, { ...operator, state: "revoked", lastEntry: index });
  }

  #applyStation(index: number, { id: operator, products: [product] }: NewOperator, authority: StationAuthority): void {
    const { findings, hash } = this.#input;
    const { keyId, certificate, notBefore, notAfter } = authority;
    const { publicKey, subject } = parseCertificate(certificate);
    const isKey = toHex(keyIdentifier(publicKey, hash)) === keyId;
    const isName = attributeValues(subject, oids.commonName).join() === operator;
    findings.require(isKey && isName, "authority", index, "The certificate is of another station or key.");
    const isNew = !this.rows.authorities.some((row) => row.keyId === keyId);
    findings.require(isNew, "authority", index, "The station's key was an authority's before.");
    this.rows.authorities.push(stationRow(authority, index, hash));
    this.rows.stations.set(keyId, { operator, product, notBefore, notAfter });
  }
}

const noId = new Uint8Array(0);
const newborn = { state: "active", owner: noOwner } as const;
