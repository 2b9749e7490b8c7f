// SPDX-License-Identifier: Apache-2.0
// One birth from request to answer (DESIGN 3.3): look up, prepare, sign, enter, and only then answer.

import { nodeEntropy, nodeHash, nodeSignatureVerifier, systemClock } from "@natalis/node";
import {
  answerBirth,
  type BirthAnswer,
  type BirthRequest,
  lookUpBirth,
  type NewBirth,
  type Principal,
  pkcs11DeclaredVerifier,
  prepareBirth,
  signBirth,
} from "natalis/birth";
import type { Authority, Profile } from "natalis/issue";
import { isNatalisError } from "natalis/kernel";
import { type DeviceRow, type RegistryStores, readBirth } from "natalis/registry";
import type { EventQueue } from "../pipeline/event-queue.ts";
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
  readonly queue: EventQueue;
  readonly proofs: Proofs;
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly keys: Pick<RegistrarKeys, "issuing" | "unitTag">;
  readonly authority: Authority;
  /** The root's certificate, DER. */
  readonly root: Uint8Array;
}

/** The formats of evidence that this registrar believes, each as far as its verifier does. */
const evidence = [pkcs11DeclaredVerifier(nodeHash)];

export class Births {
  readonly #context: BirthsContext;
  readonly #chain: readonly Uint8Array[];

  constructor(context: BirthsContext) {
    this.#context = context;
    this.#chain = [context.authority.certificate.der, context.root];
  }

  /**
   * Answers once the birth is durable. @throws NAT_SERVICE_NOT_FOUND for an unknown product, NAT_AUTHORIZE_DENIED,
   * NAT_BIRTH_*, NAT_REGISTRY_QUOTA, NAT_PIPELINE_*, and the codes of a malformed request
   */
  async bear(principal: Principal, input: BirthInput): Promise<BirthOutcome> {
    try {
      return await this.#attempt(principal, input);
    } catch (error) {
      // Another birth of the same key or unit was committed in between: now it is known, and told like any other.
      if (isNatalisError(error, "NAT_REGISTRY_DUPLICATE")) return this.#attempt(principal, input);
      throw error;
    }
  }

  async #attempt(principal: Principal, { product, ...request }: BirthInput): Promise<BirthOutcome> {
    const { stores, profiles, keys, authority } = this.#context;
    const profile = profiles.get(product);
    if (profile === undefined) throw serviceError("NAT_SERVICE_NOT_FOUND", `product ${product}`);
    const lookUp = { profile, births: stores.births, authenticator: keys.unitTag, hash: nodeHash };
    const known = await lookUpBirth(request, lookUp);
    const ports = { entropy: nodeEntropy, hash: nodeHash, verifier: nodeSignatureVerifier };
    const context = { principal, profile, authority, evidence, at: systemClock.now(), ...ports };
    const prepared = await prepareBirth(request, known, context);
    return prepared.kind === "stored" ? this.#answerStored(prepared.device) : this.#enter(prepared);
  }

  async #enter(prepared: NewBirth): Promise<BirthOutcome> {
    const { queue, keys } = this.#context;
    const event = await signBirth(prepared, keys.issuing, nodeHash);
    const { index, entry, receipt } = await queue.submit(event);
    const { record, certificate, device } = event;
    const born = { deviceId: device.id, record, certificate, index, entry, receipt };
    return { kind: "born", ...answerBirth(born, this.#chain) };
  }

  async #answerStored(device: DeviceRow): Promise<BirthOutcome> {
    const { stores, proofs } = this.#context;
    const index = device.bornEntry;
    const [documents, entry] = [await readBirth(stores.events, device), await readEntry(stores, index)];
    const receipt = await proofs.receipt(index);
    const born = { deviceId: device.id, ...documents, index, entry, receipt };
    return { kind: "stored", ...answerBirth(born, this.#chain) };
  }
}

async function readEntry(stores: RegistryStores, index: number): Promise<Uint8Array> {
  const [entry] = await stores.log.readEntries(index, 1);
  if (entry === undefined) throw serviceError("NAT_SERVICE_DATA", `no entry ${index}`);
  return entry;
}
