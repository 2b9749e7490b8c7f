// SPDX-License-Identifier: Apache-2.0
// What the registry can prove of a device, and its documents.

import { isAuthorized, type Principal, type RegisteredBirth } from "natalis/birth";
import type { Hash } from "natalis/kernel";
import { formatUuid } from "natalis/kernel";
import {
  birthReceiptOf,
  type BornBody,
  type DeviceRow,
  encodeBirthReceipt,
  parseBornBody,
  type RegistryStores,
  readBirth,
  readBornEntry,
  receiptOf,
  stateProofOf,
} from "natalis/registry";
import { serviceError } from "./errors.ts";

export class Proofs {
  readonly #stores: RegistryStores;
  readonly #hash: Hash;

  constructor(stores: RegistryStores, hash: Hash) {
    this.#stores = stores;
    this.#hash = hash;
  }

  /** @throws NAT_SERVICE_NOT_FOUND */
  async device(id: Uint8Array): Promise<DeviceRow> {
    const row = await this.#stores.devices.device(id);
    if (row === undefined) throw notFound(id);
    return row;
  }

  /** Birth record and certificate. @throws NAT_SERVICE_NOT_FOUND */
  async birth(id: Uint8Array): Promise<BornBody> {
    return readBirth(this.#stores.events, await this.device(id), this.#hash);
  }

  /** A birth with all that proves it, as of the newest checkpoint. @throws NAT_REGISTRY_DAMAGED */
  async registered(device: DeviceRow): Promise<RegisteredBirth & { readonly salt: Uint8Array }> {
    const { index, entry, body, salt } = await readBornEntry(this.#stores.events, device, this.#hash);
    const receipt = await this.receipt(index);
    return { deviceId: device.id, ...parseBornBody(body), index, entry, salt, receipt };
  }

  /**
   * The birth's receipt with what it is about (`verifyBirthReceipt`), CBOR. To a station, a birth of another one is as
   * one that is not there. @throws NAT_SERVICE_NOT_FOUND
   */
  async wholeReceipt(id: Uint8Array, principal: Principal): Promise<Uint8Array> {
    const device = await this.device(id);
    if (device.station !== principal.id && !isAuthorized(principal, "device.read")) throw notFound(id);
    return encodeBirthReceipt(await this.registered(device));
  }

  /** C2SP tlog-proof of an entry against the newest checkpoint. */
  receipt(index: number): Promise<string> {
    return receiptOf(index, this.#stores, this.#hash);
  }

  /** The same of a device's birth, and of no other entry. */
  birthReceipt(device: DeviceRow): Promise<string> {
    return birthReceiptOf(device, this.#stores, this.#hash);
  }

  /** DESIGN 3.4, CBOR. @throws NAT_SERVICE_NOT_FOUND */
  async stateProof(id: Uint8Array): Promise<Uint8Array> {
    await this.device(id);
    return stateProofOf(id, this.#stores, this.#hash);
  }
}

function notFound(id: Uint8Array): Error {
  return serviceError("NAT_SERVICE_NOT_FOUND", `device ${formatUuid(id)}`);
}
