// SPDX-License-Identifier: Apache-2.0
// One birth from request to answer (DESIGN 3.3): prepare and sign away from here, enter, and only then answer. As a rule
// key and unit are new, so nothing is looked up: the commit tells where they are not, and then the birth is prepared
// again with what the registry knows. What was signed the first time has gone nowhere.

import { nodeHash } from "@natalis/node";
import {
  type AttestationStore,
  answerBirth,
  attestationGone,
  type BirthAnswer,
  type BirthRequest,
  type KnownFacts,
  lookUpBirth,
  notAdmitted,
  type OpenAttestation,
  type Principal,
} from "natalis/birth";
import { parseLogProof } from "natalis/formats";
import type { Authority, Profile } from "natalis/issue";
import { isNatalisError } from "natalis/kernel";
import type { BornEvent, DeviceRow, RegistryStores, Sequencer } from "natalis/registry";
import { pipelineError } from "../pipeline/errors.ts";
import type { EventQueue } from "../pipeline/event-queue.ts";
import type { BirthPreparer, BirthTask, PreparedTask } from "../pipeline/nursery.ts";
import { AuthorityKeys } from "./authority-keys.ts";
import { withCarriedEvidence } from "./carried-evidence.ts";
import { serviceError } from "./errors.ts";
import { type Incidents, type RefusedAttempt, reuseCodes } from "./incidents.ts";
import type { RegistrarKeys } from "./keys.ts";
import type { Proofs } from "./proofs.ts";

export interface BirthInput extends BirthRequest {
  readonly product: string;
  /** Id of what the birth was begun with. */
  readonly attestation?: Uint8Array;
}

/** "stored": the device was born before by this very request, and this is its answer again. */
export interface BirthOutcome extends BirthAnswer {
  readonly kind: "born" | "stored";
  /** What the entry hashes record and certificate with, where a station issued the certificate: it counts by that. */
  readonly salt?: Uint8Array;
}

export interface BirthsContext {
  readonly stores: RegistryStores;
  readonly preparer: BirthPreparer;
  readonly queue: EventQueue;
  /** Keeps the checkpoints of stored answers. */
  readonly log: Pick<Sequencer, "keep">;
  readonly incidents: Pick<Incidents, "note">;
  readonly proofs: Proofs;
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly attestations: AttestationStore;
  readonly keys: Pick<RegistrarKeys, "unitTag">;
  readonly authority: Authority;
  /** The root's certificate, DER. */
  readonly root: Uint8Array;
}

export class Births {
  readonly #context: BirthsContext;
  readonly #chain: readonly Uint8Array[];
  readonly #authorities: AuthorityKeys;

  constructor(context: BirthsContext) {
    this.#context = context;
    this.#chain = [context.authority.certificate.der, context.root];
    this.#authorities = new AuthorityKeys(this.#chain);
  }

  /** Whether a birth would be taken now. */
  get isOpen(): boolean {
    return this.#context.preparer.isOpen && this.#context.queue.isOpen;
  }

  /** Whether one of many births would be taken now: half of the room is left to those who ask for one. */
  get hasRoom(): boolean {
    return this.#context.preparer.hasRoom && this.#context.queue.isOpen;
  }

  /** @throws NAT_PIPELINE_FULL */
  requireOpen(): void {
    if (!this.isOpen) throw pipelineError("NAT_PIPELINE_FULL", "births");
  }

  /**
   * Answers once the birth is durable. @throws NAT_SERVICE_NOT_FOUND for an unknown product, NAT_AUTHORIZE_DENIED,
   * NAT_AUTHORIZE_WINDOW, NAT_BIRTH_*, NAT_REGISTRY_QUOTA, NAT_REGISTRY_PRODUCT_QUOTA, NAT_REGISTRY_WINDOW,
   * NAT_PIPELINE_*, NAT_SERVICE_REQUEST where evidence comes twice, and the codes of a malformed request
   */
  async bear(principal: Principal, { product, attestation: id, ...asked }: BirthInput): Promise<BirthOutcome> {
    const { profiles, preparer } = this.#context;
    const profile = profiles.get(product);
    if (profile === undefined) throw serviceError("NAT_SERVICE_NOT_FOUND", `product ${product}`);
    const request = withCarriedEvidence(asked);
    this.#authorities.refuse(request);
    const task = { principal, product, request };
    try {
      const attestation = id && (await this.#takeAttestation(id, principal));
      const prepared = preparer.prepare({ ...task, ...(attestation && { attestation }) });
      return await this.#enter(await signedBy(this.#keptWhenFull(prepared, attestation)));
    } catch (error) {
      if (isNatalisError(error, "NAT_REGISTRY_NOT_EXPECTED"))
        throw notAdmitted({ product, serial: request.serial }, error);
      if (!mayBeKnown(error)) throw error;
      const known = await this.#lookUp(request, profile);
      if ((known.byKey ?? known.byUnit ?? known.byEvidence) === undefined) throw error;
      return this.#answerKnown({ ...task, known });
    }
  }

  /** Good for one birth. @throws NAT_BIRTH_ATTESTATION */
  async #takeAttestation(id: Uint8Array, { id: station }: Principal): Promise<OpenAttestation> {
    this.requireOpen();
    const attestation = await this.#context.attestations.take(id, station);
    if (attestation === undefined) throw attestationGone();
    return attestation;
  }

  /** Nothing was looked at of a birth that found no room: what it was begun with is good for the next attempt. */
  async #keptWhenFull(prepared: Promise<PreparedTask>, attestation?: OpenAttestation): Promise<PreparedTask> {
    try {
      return await prepared;
    } catch (error) {
      if (attestation !== undefined && isNatalisError(error, "NAT_PIPELINE_FULL"))
        await this.#context.attestations.put(attestation);
      throw error;
    }
  }

  /** A retry gets what was stored; anything else is an attempt at what someone has, and is put on record. */
  async #answerKnown(task: BirthTask & { readonly known: KnownFacts }): Promise<BirthOutcome> {
    const { known, principal } = task;
    try {
      const prepared = await this.#context.preparer.prepare(task);
      if (prepared.kind === "stored") return this.#answerStored(known.byKey as DeviceRow);
      return await this.#enter(prepared.event);
    } catch (error) {
      const code = reuseCodes.find((one) => isNatalisError(error, one));
      if (code !== undefined) await this.#context.incidents.note(attemptOf(principal, code, known));
      throw error;
    }
  }

  #lookUp(request: BirthRequest, profile: Profile): Promise<KnownFacts> {
    const { stores, keys } = this.#context;
    return lookUpBirth(request, { profile, births: stores.births, authenticator: keys.unitTag, hash: nodeHash });
  }

  async #enter(event: BornEvent): Promise<BirthOutcome> {
    const { index, entry, receipt } = await this.#context.queue.submit(event);
    const { record, certificate, device } = event;
    const born = { deviceId: device.id, record, certificate, index, entry, receipt };
    return { kind: "born", ...answerBirth(born, this.#chain) };
  }

  async #answerStored(device: DeviceRow): Promise<BirthOutcome> {
    const { proofs, log } = this.#context;
    const born = await proofs.registered(device);
    // It was committed; that its checkpoint was kept, and by this process, nothing says.
    await log.keep(parseLogProof(born.receipt).checkpoint);
    const { authority } = this.#context;
    const salt = device.issuer === authority.keyId ? undefined : born.salt;
    return { kind: "stored", ...answerBirth(born, await this.#chainOf(device)), ...(salt && { salt }) };
  }

  /** What a station bore has its authority's certificate before the others. */
  async #chainOf({ issuer }: DeviceRow): Promise<readonly Uint8Array[]> {
    const { authority, stores } = this.#context;
    if (issuer === authority.keyId) return this.#chain;
    const station = await stores.authorities.authorityByKeyId(issuer);
    return station === undefined ? this.#chain : [station.certificate, ...this.#chain];
  }
}

/** Refusals that a retry meets as well; what is known of key, unit and evidence comes before them. */
function mayBeKnown(error: unknown): boolean {
  if (isNatalisError(error) && error.code.startsWith("NAT_EVIDENCE_")) return true;
  return metByRetries.some((code) => isNatalisError(error, code));
}

/**
 * Evidence of another key is refused before anyone looks whose it is; whoever took it from a device is to be seen. What
 * a birth was begun with is gone when it is asked for again.
 */
const metByRetries = [
  "NAT_REGISTRY_DUPLICATE",
  "NAT_REGISTRY_QUOTA",
  "NAT_REGISTRY_PRODUCT_QUOTA",
  "NAT_BIRTH_EVIDENCE",
  "NAT_BIRTH_ATTESTATION",
] as const;

function attemptOf({ id }: Principal, code: (typeof reuseCodes)[number], known: KnownFacts): RefusedAttempt {
  const { unitTag, keyHash, byKey, byUnit, byEvidence } = known;
  const holders = {
    NAT_BIRTH_KEY_REUSED: byKey,
    NAT_BIRTH_UNIT_REUSED: byUnit,
    NAT_BIRTH_EVIDENCE_REUSED: byEvidence,
  };
  const holder = holders[code];
  return { station: id, code, keyHash: keyHash as Uint8Array, unitTag, ...(holder && { deviceId: holder.id }) };
}

/** Where nothing is known, nothing is stored. */
async function signedBy(preparing: Promise<PreparedTask>): Promise<BornEvent> {
  const prepared = await preparing;
  if (prepared.kind !== "signed")
    throw serviceError("NAT_SERVICE_DATA", "a birth of which nothing was known is stored");
  return prepared.event;
}
