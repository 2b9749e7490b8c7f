// SPDX-License-Identifier: Apache-2.0
// Births that a station bore without a connection come in: each is verified as if nobody had, and entered; or it is
// refused, which is told and kept. Bringing one in again gets the same receipt.

import { nodeHash } from "@natalis/node";
import {
  authorize,
  type BirthRecord,
  type ClaimedBirth,
  enteredDevice,
  type KnownFacts,
  lookUpBirth,
  notAdmitted,
  parseClaimedRecord,
  type Principal,
} from "natalis/birth";
import { parseLogProof } from "natalis/formats";
import type { Profile } from "natalis/issue";
import { isNatalisError, type NatalisError } from "natalis/kernel";
import {
  type DeviceRow,
  type OperatorRow,
  parseOperatorBody,
  type RegistryStores,
  type Sequencer,
} from "natalis/registry";
import { pipelineError } from "../pipeline/errors.ts";
import type { EventQueue } from "../pipeline/event-queue.ts";
import type { BirthPreparer, PreparedTask } from "../pipeline/nursery.ts";
import { AuthorityKeys } from "./authority-keys.ts";
import { withCarriedEvidence } from "./carried-evidence.ts";
import { serviceError } from "./errors.ts";
import type { Incidents } from "./incidents.ts";
import type { RegistrarKeys } from "./keys.ts";
import type { Proofs } from "./proofs.ts";

/** Where a birth stands in the log; with record and certificate, which the station has, that is its receipt. */
export interface EnteredBirth {
  /** "stored": it was brought in before. */
  readonly kind: "born" | "stored";
  readonly deviceId: Uint8Array;
  readonly index: number;
  readonly entry: Uint8Array;
  readonly salt: Uint8Array;
  readonly receipt: string;
}

export interface IntakeContext {
  readonly stores: RegistryStores;
  readonly preparer: BirthPreparer;
  readonly queue: EventQueue;
  readonly proofs: Proofs;
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly keys: Pick<RegistrarKeys, "unitTag">;
  /** Certificates of the issuing authority and the root, DER. */
  readonly chain: readonly Uint8Array[];
  /** Keeps the checkpoints of stored answers. */
  readonly log: Pick<Sequencer, "keep">;
  /** Has refused births entered, for operators to see. */
  readonly incidents: Pick<Incidents, "note">;
}

/** A station that may bring its births in. */
export interface OpenStation {
  readonly operator: OperatorRow;
  readonly profile: Profile;
  /** Certificate of its authority, DER. */
  readonly certificate: Uint8Array;
}

export class StationIntake {
  readonly #context: IntakeContext;
  readonly #authorities: AuthorityKeys;

  constructor(context: IntakeContext) {
    this.#context = context;
    this.#authorities = new AuthorityKeys(context.chain);
  }

  /** Whether one of many births would be taken now. */
  get hasRoom(): boolean {
    return this.#context.preparer.hasRoom && this.#context.queue.isOpen;
  }

  /**
   * The station of that id, for itself or for who looks after stations.
   * @throws NAT_AUTHORIZE_DENIED, NAT_SERVICE_NOT_FOUND where it has no authority, NAT_SERVICE_CONFLICT where it is revoked
   */
  async open(id: string, principal: Principal): Promise<OpenStation> {
    authorize(principal, principal.id === id ? "birth.request" : "station.bring-in");
    const { stores, profiles } = this.#context;
    const operator = await stores.operators.operator(id);
    const certificate = operator && (await certificateOf(operator, stores));
    const profile = profiles.get(operator?.products[0] ?? "");
    if (operator === undefined || certificate === undefined || profile === undefined)
      throw serviceError("NAT_SERVICE_NOT_FOUND", `station ${id} with an authority of its own`);
    if (operator.state !== "active") throw serviceError("NAT_SERVICE_CONFLICT", `station ${id} is revoked`);
    return { operator, profile, certificate };
  }

  /**
   * Answers when the birth is durable. @throws NAT_BIRTH_*, NAT_REGISTRY_QUOTA, NAT_REGISTRY_OPERATOR, NAT_PIPELINE_*,
   * NAT_SERVICE_REQUEST where evidence comes twice, and the codes of what is malformed
   */
  async take(station: OpenStation, claimed: ClaimedBirth): Promise<EnteredBirth> {
    const claim = withCarriedEvidence(claimed);
    this.#authorities.refuse(claim);
    try {
      return await this.#enter(station, claim);
    } catch (error) {
      if (!isNatalisError(error) || isForNow(error)) throw error;
      return this.#storedOr(error, station, claim);
    }
  }

  async #enter({ operator, profile, certificate }: OpenStation, claim: ClaimedBirth): Promise<EnteredBirth> {
    const { preparer, queue } = this.#context;
    const task = { principal: operator, product: profile.product, claim, station: certificate };
    const event = eventOf(await preparer.prepare(task));
    const { index, entry, salt, receipt } = await queue.submit(event);
    return { kind: "born", deviceId: event.device.id, index, entry, salt, receipt };
  }

  /** What was refused may be here already, and then it is no conflict. */
  async #storedOr(error: NatalisError, station: OpenStation, claim: ClaimedBirth): Promise<EnteredBirth> {
    const known = await this.#lookUp(station, claim);
    if (known === undefined) throw error;
    const told = inDoorsWords(error, station, known.record);
    const entered = enteredOr(told, known, nodeHash.sha256(claim.certificate));
    if (!isNatalisError(entered)) return this.#answerStored(entered);
    const { keyHash, unitTag, byKey, byUnit, byEvidence } = known;
    const holder = byKey ?? byUnit ?? byEvidence;
    const attempt = { station: station.operator.id, code: entered.code, keyHash, unitTag };
    await this.#context.incidents.note({ ...attempt, ...(holder && { deviceId: holder.id }) });
    throw entered;
  }

  async #answerStored(device: DeviceRow): Promise<EnteredBirth> {
    const { proofs, log } = this.#context;
    const { deviceId, index, entry, salt, receipt } = await proofs.registered(device);
    // It was committed; that its checkpoint was kept, and by this process, nothing says.
    await log.keep(parseLogProof(receipt).checkpoint);
    return { kind: "stored", deviceId, index, entry, salt, receipt };
  }

  /** Undefined for a claim that cannot even be read. */
  async #lookUp({ profile }: OpenStation, claim: ClaimedBirth) {
    const { stores, keys } = this.#context;
    const context = { profile, births: stores.births, authenticator: keys.unitTag, hash: nodeHash };
    try {
      const record = parseClaimedRecord(claim);
      const { model, serial, facility, keyHash } = record;
      const { certificationRequest, evidence } = claim;
      const request = { certificationRequest, model, serial, facility, ...(evidence && { evidence }) };
      return { ...(await lookUpBirth(request, context)), keyHash, record };
    } catch (error) {
      if (isNatalisError(error) && /^NAT_(?:BIRTH_STATION_CLAIM|DER|X509|CBOR)/.test(error.code)) return undefined;
      throw error;
    }
  }
}

/** Of the entry that enrolled it: what the log says, and nothing else, is its authority. */
async function certificateOf({ enrolledEntry }: OperatorRow, { events }: RegistryStores) {
  const [stored] = await events.readEvents(enrolledEntry, 1);
  if (stored === undefined) throw serviceError("NAT_SERVICE_DATA", `no entry ${enrolledEntry}`);
  const body = parseOperatorBody(stored.body);
  return body.enrolled === undefined ? undefined : body.authority?.certificate;
}

function eventOf(prepared: PreparedTask) {
  if (prepared.kind !== "signed") throw pipelineError("NAT_PIPELINE_WORKER", "a claim was taken for a retry");
  return prepared.event;
}

/** As a door says it: the list of expected units is the registry's, and it refuses in the registry's words. */
function inDoorsWords(error: NatalisError, { profile }: OpenStation, { serial }: BirthRecord): NatalisError {
  if (!isNatalisError(error, "NAT_REGISTRY_NOT_EXPECTED")) return error;
  return notAdmitted({ product: profile.product, serial }, error);
}

/** The device that it is here as, or why it is refused: what holds its key or unit says more than anything else. */
function enteredOr(error: NatalisError, known: KnownFacts, certificateHash: Uint8Array): DeviceRow | NatalisError {
  try {
    return enteredDevice(known, certificateHash) ?? error;
  } catch (conflict) {
    if (!isNatalisError(conflict)) throw conflict;
    return conflict;
  }
}

/** What passes by itself says nothing of the birth. */
function isForNow({ code }: NatalisError): boolean {
  return code.startsWith("NAT_PIPELINE_") || code === "NAT_REGISTRY_BUSY" || code.startsWith("NAT_POSTGRES_");
}
