// SPDX-License-Identifier: Apache-2.0
// One birth from order to answer (DESIGN 3.3), by the domain's own steps and in the registrar's order. Between any two
// of them the registrar may die.

import { nodeHash } from "@natalis/node";
import {
  answerBirth,
  type BirthAnswer,
  type BirthContext,
  type KnownFacts,
  lookUpBirth,
  type NewBirth,
  prepareBirth,
  signBirth,
} from "natalis/birth";
import { type Clock, type Entropy, isNatalisError } from "natalis/kernel";
import { type BornEvent, type DeviceRow, readBirth, receiptOf, type RegistryStores } from "natalis/registry";
import type { CommitQueue } from "./commit-queue.ts";
import type { Defect } from "./defect.ts";
import { authenticator, product, testAuthority } from "./maker.ts";
import { mockVerifier } from "./mock-keys.ts";
import type { Order } from "./orders.ts";
import type { Incarnation, Scheduler } from "./scheduler.ts";

/** "stored": the device was born before by this very order. */
export interface BirthOutcome {
  readonly kind: "born" | "stored";
  readonly answer: BirthAnswer;
}

export interface BirthsContext {
  readonly stores: RegistryStores;
  readonly queue: CommitQueue;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly scheduler: Scheduler;
  readonly owner: Incarnation;
  readonly defect: Defect | undefined;
}

const { profile, issuing: authority, issuingSigner } = testAuthority;
const chain = [authority.certificate.der, testAuthority.root.certificate.der];

export class Births {
  readonly #context: BirthsContext;

  constructor(context: BirthsContext) {
    this.#context = context;
  }

  /** Answers once the birth is durable. @throws what the steps, the store and the connection throw */
  async bear(order: Order): Promise<BirthOutcome> {
    try {
      return await this.#attempt(order);
    } catch (error) {
      // Another birth of the same key or unit was committed in between: now it is known, and told like any other.
      if (isNatalisError(error, "NAT_REGISTRY_DUPLICATE")) return this.#attempt(order);
      throw error;
    }
  }

  async #attempt(order: Order): Promise<BirthOutcome> {
    const { stores } = this.#context;
    const { request } = order;
    const known = await lookUpBirth(request, { profile, births: stores.births, authenticator, hash: nodeHash });
    await this.#mayDie();
    const prepared = await this.#prepare(order, known);
    if (prepared.kind === "new") return this.#enter(await this.#sign(prepared));
    const stored = await this.#stored(prepared.device);
    if (this.#context.defect !== "second-signature") return { kind: "stored", answer: stored };
    const again = await this.#prepare(order, { unitTag: known.unitTag });
    const { certificate, record } = await this.#sign(again as NewBirth);
    return { kind: "stored", answer: { ...stored, certificate, record } };
  }

  #prepare({ station, request }: Order, known: KnownFacts) {
    const { clock, entropy } = this.#context;
    const principal = { id: station, name: station, role: "station", products: [product] } as const;
    const ports = { at: clock.now(), entropy, hash: nodeHash, verifier: mockVerifier };
    const context: BirthContext = { principal, profile, authority, ...ports };
    return prepareBirth(request, known, context);
  }

  async #sign(prepared: NewBirth): Promise<BornEvent> {
    await this.#mayDie();
    const event = await signBirth(prepared, issuingSigner, nodeHash);
    await this.#mayDie();
    return event;
  }

  async #enter(event: BornEvent): Promise<BirthOutcome> {
    const outcome = await this.#context.queue.submit(event);
    if (outcome.kind === "refused") throw outcome.error;
    const { record, certificate, device } = event;
    const { index, entry, receipt } = outcome;
    const born = { deviceId: device.id, record, certificate, index, entry, receipt };
    return { kind: "born", answer: answerBirth(born, chain) };
  }

  async #stored(device: DeviceRow): Promise<BirthAnswer> {
    const { stores } = this.#context;
    const index = device.bornEntry;
    const documents = await readBirth(stores.events, device);
    const [entry] = await stores.log.readEntries(index, 1);
    if (entry === undefined) throw new Error(`no entry ${index}`);
    const receipt = await receiptOf(index, stores, nodeHash);
    return answerBirth({ deviceId: device.id, ...documents, index, entry, receipt }, chain);
  }

  #mayDie(): Promise<void> {
    const { scheduler, owner } = this.#context;
    return scheduler.pause(owner, 1);
  }
}
