// SPDX-License-Identifier: Apache-2.0
// Operators and stations: enrolled and revoked as entries of the log; found by their token's hash.

import type { Principal } from "natalis/birth";
import { type Entropy, type Hash, toHex } from "natalis/kernel";
import type { OperatorRole, OperatorRow, OperatorStore } from "natalis/registry";
import type { EventQueue } from "../pipeline/event-queue.ts";
import { serviceError } from "./errors.ts";
import { newToken, tokenHash } from "./tokens.ts";

export interface EnrolRequest {
  readonly name: string;
  readonly role: OperatorRole;
  /** Of a station only: the product lines it may ask births for; none if absent. */
  readonly products?: readonly string[] | undefined;
  /** Of a station only: births in all; no bound if absent. */
  readonly quota?: number | undefined;
}

export interface Enrolled {
  readonly operator: OperatorRow;
  /** The only time it is seen. */
  readonly token: string;
}

export class Operators {
  readonly #store: OperatorStore;
  readonly #queue: EventQueue;
  readonly #entropy: Entropy;
  readonly #hash: Hash;

  constructor(store: OperatorStore, queue: EventQueue, entropy: Entropy, hash: Hash) {
    this.#store = store;
    this.#queue = queue;
    this.#entropy = entropy;
    this.#hash = hash;
  }

  /** Who holds the token; undefined for an unknown or revoked one. */
  async identify(token: string): Promise<Principal | undefined> {
    const hashed = tokenHash(token, this.#hash);
    const row = hashed === undefined ? undefined : await this.#store.operatorByToken(hashed);
    return row?.state === "active" ? row : undefined;
  }

  /** @throws NAT_SERVICE_REQUEST where products or a quota are given to anyone but a station */
  async enrol(request: EnrolRequest, actor: string): Promise<Enrolled> {
    const { name, role, products, quota } = request;
    if (role !== "station" && (products !== undefined || quota !== undefined))
      throw serviceError("NAT_SERVICE_REQUEST", `${role}: products and quota are a station's`);
    const token = newToken(this.#entropy);
    const id = `${role}-${toHex(this.#entropy.bytes(8))}`;
    const operator = {
      id,
      name,
      role,
      tokenHash: tokenHash(token, this.#hash) as Uint8Array,
      products: products ?? [],
      ...(quota === undefined ? {} : { quota }),
    };
    await this.#queue.submit({ type: "operator-enrolled", operator, actor });
    return { operator: await this.#find(id), token };
  }

  /** @throws NAT_SERVICE_NOT_FOUND, NAT_REGISTRY_OPERATOR where it is revoked already */
  async revoke(id: string, actor: string): Promise<OperatorRow> {
    await this.#find(id);
    await this.#queue.submit({ type: "operator-revoked", operatorId: id, actor });
    return this.#find(id);
  }

  async #find(id: string): Promise<OperatorRow> {
    const row = await this.#store.operator(id);
    if (row === undefined) throw serviceError("NAT_SERVICE_NOT_FOUND", `operator ${id}`);
    return row;
  }
}
