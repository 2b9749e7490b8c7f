// SPDX-License-Identifier: Apache-2.0
// What the registry can prove of a device, and its documents.

import type { RegisteredBirth } from "natalis/birth";
import type { Hash } from "natalis/kernel";
import { formatUuid } from "natalis/kernel";
import {
  type BornBody,
  type DeviceRow,
  encodeBirthReceipt,
  parseBornBody,
  type RegistryStores,
  readBirth,
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
    if (row === undefined) throw serviceError("NAT_SERVICE_NOT_FOUND", `device ${formatUuid(id)}`);
    return row;
  }

  /** Birth record and certificate. @throws NAT_SERVICE_NOT_FOUND */
  async birth(id: Uint8Array): Promise<BornBody> {
    return readBirth(this.#stores.events, await this.device(id));
  }

  /** A birth with all that proves it, as of the newest checkpoint. @throws NAT_SERVICE_DATA */
  async registered({ id: deviceId, bornEntry: index }: DeviceRow): Promise<RegisteredBirth & { salt: Uint8Array }> {
    const [stored] = await this.#stores.events.readEvents(index, 1);
    if (stored === undefined) throw serviceError("NAT_SERVICE_DATA", `no entry ${index}`);
    const { entry, body, salt } = stored;
    return { deviceId, ...parseBornBody(body), index, entry, salt, receipt: await this.receipt(index) };
  }

  /** The birth's receipt with what it is about (`verifyBirthReceipt`), CBOR. @throws NAT_SERVICE_NOT_FOUND */
  async birthReceipt(id: Uint8Array): Promise<Uint8Array> {
    return encodeBirthReceipt(await this.registered(await this.device(id)));
  }

  /** C2SP tlog-proof of an entry against the newest checkpoint. */
  receipt(index: number): Promise<string> {
    return receiptOf(index, this.#stores, this.#hash);
  }

  /** DESIGN 3.4, CBOR. @throws NAT_SERVICE_NOT_FOUND */
  async stateProof(id: Uint8Array): Promise<Uint8Array> {
    await this.device(id);
    return stateProofOf(id, this.#stores, this.#hash);
  }
}
