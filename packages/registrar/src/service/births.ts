// SPDX-License-Identifier: Apache-2.0
// One birth from request to answer (DESIGN 3.3): prepare and sign away from here, enter, and only then answer. As a rule
// key and unit are new, so nothing is looked up: the commit tells where they are not, and then the birth is prepared
// again with what the registry knows. What was signed the first time has gone nowhere.

import { nodeHash } from "@natalis/node";
import {
  answerBirth,
  type BirthAnswer,
  type BirthRequest,
  type KnownFacts,
  lookUpBirth,
  type Principal,
} from "natalis/birth";
import type { Authority, Profile } from "natalis/issue";
import { isNatalisError } from "natalis/kernel";
import type { BornEvent, DeviceRow, RegistryStores } from "natalis/registry";
import { pipelineError } from "../pipeline/errors.ts";
import type { EventQueue } from "../pipeline/event-queue.ts";
import type { BirthPreparer, PreparedTask } from "../pipeline/nursery.ts";
import { serviceError } from "./errors.ts";
import type { RegistrarKeys } from "./keys.ts";
import type { Proofs } from "./proofs.ts";

export interface BirthInput extends BirthRequest {
  readonly product: string;
}

/** "stored": the device was born before by this very request, and this is its answer again. */
export interface BirthOutcome extends BirthAnswer {
  readonly kind: "born" | "stored";
}

export interface BirthsContext {
  readonly stores: RegistryStores;
  readonly preparer: BirthPreparer;
  readonly queue: EventQueue;
  readonly proofs: Proofs;
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly keys: Pick<RegistrarKeys, "unitTag">;
  readonly authority: Authority;
  /** The root's certificate, DER. */
  readonly root: Uint8Array;
}

export class Births {
  readonly #context: BirthsContext;
  readonly #chain: readonly Uint8Array[];

  constructor(context: BirthsContext) {
    this.#context = context;
    this.#chain = [context.authority.certificate.der, context.root];
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
   * NAT_BIRTH_*, NAT_REGISTRY_QUOTA, NAT_PIPELINE_*, and the codes of a malformed request
   */
  async bear(principal: Principal, { product, ...request }: BirthInput): Promise<BirthOutcome> {
    const profile = this.#context.profiles.get(product);
    if (profile === undefined) throw serviceError("NAT_SERVICE_NOT_FOUND", `product ${product}`);
    const task = { principal, product, request };
    const { preparer } = this.#context;
    try {
      return await this.#enter(await signedBy(preparer.prepare(task)));
    } catch (error) {
      if (!mayBeKnown(error)) throw error;
      const known = await this.#lookUp(request, profile);
      if (known.byKey === undefined && known.byUnit === undefined) throw error;
      const prepared = await preparer.prepare({ ...task, known });
      return prepared.kind === "signed" ? this.#enter(prepared.event) : this.#answerStored(known.byKey as DeviceRow);
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
    const born = await this.#context.proofs.registered(device);
    return { kind: "stored", ...answerBirth(born, await this.#chainOf(device)) };
  }

  /** What a station bore has its authority's certificate before the others. */
  async #chainOf({ issuer }: DeviceRow): Promise<readonly Uint8Array[]> {
    const { authority, stores } = this.#context;
    if (issuer === authority.keyId) return this.#chain;
    const station = await stores.authorities.authorityByKeyId(issuer);
    return station === undefined ? this.#chain : [station.certificate, ...this.#chain];
  }
}

/** Refusals of the registry that a retry meets as well; what is known of key and unit comes before them. */
function mayBeKnown(error: unknown): boolean {
  return isNatalisError(error, "NAT_REGISTRY_DUPLICATE") || isNatalisError(error, "NAT_REGISTRY_QUOTA");
}

/** Where nothing is known, nothing is stored. */
async function signedBy(preparing: Promise<PreparedTask>): Promise<BornEvent> {
  const prepared = await preparing;
  if (prepared.kind !== "signed")
    throw serviceError("NAT_SERVICE_DATA", "a birth of which nothing was known is stored");
  return prepared.event;
}
