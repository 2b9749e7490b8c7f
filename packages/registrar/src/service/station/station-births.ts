// SPDX-License-Identifier: Apache-2.0
// Births on a line without a connection: admitted, prepared, held against every rule and signed as the registrar itself
// does it, by the same code; in the journal, on disk, before they are answered. What only the registrar can know, whether
// key and unit were born elsewhere, it says when they are brought in: until then they are provisional.

import { FileJournal, type JournalPlace, nodeHash } from "@natalis/node";
import { attestationGone, bornFactsReader, type KnownFacts, parseBirthRecord, type Principal } from "natalis/birth";
import { parseCertificationRequest } from "natalis/formats";
import type { Clock } from "natalis/kernel";
import { type DeviceRow, noOwner, registryError } from "natalis/registry";
import { pipelineError } from "../../pipeline/errors.ts";
import type { BirthPreparer } from "../../pipeline/nursery.ts";
import type { BirthInput } from "../births.ts";
import { AuthorityKeys } from "../authority-keys.ts";
import { withCarriedEvidence } from "../carried-evidence.ts";
import { serviceError } from "../errors.ts";
import { BirthRegister, shortText, unitKey } from "./birth-register.ts";
import type { Enrolment } from "./enrolment.ts";
import { stationError } from "./errors.ts";
import { encodeJournaled, parseJournaled } from "./journaled-birth.ts";

/** No verifier takes it before its receipt is there. */
export interface ProvisionalBirth {
  readonly kind: "born" | "stored";
  readonly deviceId: Uint8Array;
  readonly certificate: Uint8Array;
  readonly chain: readonly Uint8Array[];
  readonly record: Uint8Array;
}

export interface StationBirthsContext {
  readonly enrolment: Enrolment;
  readonly preparer: BirthPreparer;
  readonly clock: Clock;
}

/** The clock may be set back by this much, seconds, as time services do. */
const clockTolerance = 5;
/** Births that may be under way: each holds its key and its unit for itself. */
const mostUnderWay = 4096;

export class StationBirths {
  readonly #context: StationBirthsContext;
  readonly #journal: FileJournal;
  readonly #register: BirthRegister;
  readonly #authorities: AuthorityKeys;
  readonly #underWay = new Map<string, Promise<unknown>>();
  #reserved = 0;
  #closed = false;

  private constructor(context: StationBirthsContext, journal: FileJournal, register: BirthRegister) {
    this.#context = context;
    this.#journal = journal;
    this.#register = register;
    this.#authorities = new AuthorityKeys(context.enrolment.chain);
  }

  /** @throws NAT_JOURNAL_*, NAT_STATION_JOURNAL, NAT_STATION_CLOCK */
  static async open(path: string, context: StationBirthsContext): Promise<StationBirths> {
    const register = new BirthRegister();
    const { id } = context.enrolment;
    const journal = await FileJournal.open(path, ({ bytes, number, place }) => {
      const record = parseBirthRecord(parseJournaled(bytes).record);
      if (record.station !== id) throw stationError("NAT_STATION_JOURNAL", `record ${number} is of ${record.station}`);
      register.add(record, place);
    });
    const births = new StationBirths(context, journal, register);
    births.#requireClock();
    return births;
  }

  /** Births in the journal. */
  get count(): number {
    return this.#register.count;
  }

  get isOpen(): boolean {
    return !this.#closed && this.#context.preparer.isOpen && this.#reserved < mostUnderWay;
  }

  /** Half of the room is left to those who ask for one birth. */
  get hasRoom(): boolean {
    return !this.#closed && this.#context.preparer.hasRoom && this.#reserved < mostUnderWay / 2;
  }

  /** @throws NAT_PIPELINE_FULL, NAT_PIPELINE_CLOSED */
  requireOpen(): void {
    if (this.#closed) throw pipelineError("NAT_PIPELINE_CLOSED", "births");
    if (!this.isOpen) throw pipelineError("NAT_PIPELINE_FULL", "births");
  }

  /**
   * Answers once the birth is on disk. @throws NAT_SERVICE_NOT_FOUND for another product, NAT_REGISTRY_QUOTA,
   * NAT_STATION_CLOCK, NAT_BIRTH_*, NAT_PIPELINE_*, NAT_JOURNAL_*, and the codes of a malformed request
   */
  async bear(principal: Principal, { product, attestation, ...request }: BirthInput): Promise<ProvisionalBirth> {
    this.requireOpen();
    // Nothing that evidence ends in is known here, so no birth is begun.
    if (attestation !== undefined) throw attestationGone();
    if (product !== this.#context.enrolment.profile.product)
      throw serviceError("NAT_SERVICE_NOT_FOUND", `product ${product}`);
    this.#authorities.refuse(request);
    const keyHash = nodeHash.sha256(parseCertificationRequest(request.certificationRequest).publicKey);
    const claims = [`k${shortText(keyHash)}`, `u${unitKey(request)}`];
    return this.#alone(claims, async () => {
      const known = await this.#known(keyHash, request);
      this.#requireClock();
      if (known.kind === "new") return this.#bearNew(principal, { product, ...request });
      // Throws unless it is a retry: then the answer is the one of the first time.
      const { facts } = known;
      const prepared = await this.#context.preparer.prepare({ principal, product, request, known: facts });
      if (prepared.kind !== "stored") throw stationError("NAT_STATION_JOURNAL", "a birth that is there was borne anew");
      return this.#stored(known.place);
    });
  }

  /** Answers what is under way and takes nothing more. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#underWay.values());
    await this.#journal.close();
  }

  /** While a birth of the same key or unit is under way, the next one waits, and is then a retry or a conflict. */
  async #alone<Result>(claims: readonly string[], work: () => Promise<Result>): Promise<Result> {
    for (let other = this.#holder(claims); other !== undefined; other = this.#holder(claims))
      await other.catch(() => undefined);
    const done = work().finally(() => {
      for (const claim of claims) this.#underWay.delete(claim);
    });
    for (const claim of claims) this.#underWay.set(claim, done);
    return done;
  }

  #holder(claims: readonly string[]): Promise<unknown> | undefined {
    for (const claim of claims) {
      const holder = this.#underWay.get(claim);
      if (holder !== undefined) return holder;
    }
    return undefined;
  }

  async #bearNew(principal: Principal, { product, ...request }: BirthInput): Promise<ProvisionalBirth> {
    const { enrolment, preparer } = this.#context;
    const { quota } = enrolment.authority.station;
    if (this.#register.count + this.#reserved >= quota)
      throw registryError("NAT_REGISTRY_QUOTA", `${enrolment.id}: ${this.#register.count} of ${quota}`);
    this.#reserved += 1;
    try {
      // In the journal it stays where it came: whoever brings the birth in reads it there again.
      const prepared = await preparer.prepare({ principal, product, request: withCarriedEvidence(request) });
      if (prepared.kind !== "signed") throw stationError("NAT_STATION_JOURNAL", "a new birth was taken for a retry");
      const { record, certificate } = prepared.event;
      const place = await this.#journal.append(encodeJournaled({ ...request, record, certificate }));
      this.#register.add(parseBirthRecord(record), place);
      return this.#answer("born", record, certificate);
    } finally {
      this.#reserved -= 1;
    }
  }

  async #known(keyHash: Uint8Array, unit: Pick<BirthInput, "model" | "serial">): Promise<Known> {
    const [byKey, byUnit] = [this.#register.byKey(keyHash), this.#register.byUnit(unit)];
    const place = byKey ?? byUnit;
    if (place === undefined) return { kind: "new" };
    const rows = {
      ...(byKey && { byKey: await this.#rowAt(byKey) }),
      ...(byUnit && { byUnit: await this.#rowAt(byUnit) }),
    };
    return { kind: "known", facts: { unitTag: noTag, ...rows }, place };
  }

  /** As the registrar's row would be, had it been brought in. */
  async #rowAt(place: JournalPlace): Promise<DeviceRow> {
    const { oids } = this.#context.enrolment.authority;
    const facts = bornFactsReader({ oids, hash: nodeHash })(parseJournaled(await this.#journal.read(place)));
    const now = { state: "active", since: facts.bornAt * 1000, owner: noOwner } as const;
    return { ...facts, ...now, unitTag: noTag, ordinal: 0, bornEntry: 0, lastEntry: 0 };
  }

  async #stored(place: JournalPlace): Promise<ProvisionalBirth> {
    const { record, certificate } = parseJournaled(await this.#journal.read(place));
    return this.#answer("stored", record, certificate);
  }

  #answer(kind: ProvisionalBirth["kind"], record: Uint8Array, certificate: Uint8Array): ProvisionalBirth {
    const { deviceId } = parseBirthRecord(record);
    return { kind, deviceId, certificate, chain: this.#context.enrolment.chain, record };
  }

  /** A clock that was set back would date births before others that are there already. */
  #requireClock(): void {
    const now = Math.floor(this.#context.clock.now().getTime() / 1000);
    if (now + clockTolerance >= this.#register.latest) return;
    const [shown, newest] = [now, this.#register.latest].map((seconds) => new Date(seconds * 1000).toISOString());
    throw stationError("NAT_STATION_CLOCK", `it shows ${shown}, and the newest birth is of ${newest}`);
  }
}

type Known =
  | { readonly kind: "new" }
  | { readonly kind: "known"; readonly facts: KnownFacts; readonly place: JournalPlace };

/** Unit tags are made with the registry's key, which no station has. */
const noTag = new Uint8Array(32);
