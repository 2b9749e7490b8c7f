// SPDX-License-Identifier: Apache-2.0
// What a stranger may know of a device: whether it is registered and alive, and who made it if the maker lets that be
// said. Never its serial number, model or site. The proof comes along, so that nobody needs to believe the answer.

import type { Profile } from "natalis/issue";
import { equalBytes, formatUuid, type Hash } from "natalis/kernel";
import type { DeviceRow, DeviceState, RegistryStores } from "natalis/registry";
import { deviceIdOf } from "./device-id.ts";
import type { Proofs } from "./proofs.ts";

export type Genuineness =
  | { readonly registered: false }
  | {
      readonly registered: true;
      readonly device: string;
      readonly state: DeviceState;
      /** Present only where the product line's profile says so. */
      readonly maker?: string;
      /** Log entry of the birth. */
      readonly entry: number;
      /** C2SP tlog-proof that the entry is in the log. */
      readonly receipt: string;
      /** DESIGN 3.4: the state now, provable with the trust file. */
      readonly stateProof: Uint8Array;
    };

export interface GenuineContext {
  readonly stores: RegistryStores;
  readonly proofs: Proofs;
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly hash: Hash;
}

export class Genuine {
  readonly #context: GenuineContext;

  constructor(context: GenuineContext) {
    this.#context = context;
  }

  /** By device id. */
  async byId(id: Uint8Array): Promise<Genuineness> {
    const device = await this.#context.stores.devices.device(id);
    return device === undefined ? { registered: false } : this.#tell(device);
  }

  /** By a birth certificate: registered only if it is that very certificate. */
  async byCertificate(der: Uint8Array): Promise<Genuineness> {
    const { stores, hash } = this.#context;
    const id = deviceIdOf(der);
    const device = id === undefined ? undefined : await stores.devices.device(id);
    if (device === undefined || !equalBytes(device.certificateHash, hash.sha256(der))) return { registered: false };
    return this.#tell(device);
  }

  async #tell(device: DeviceRow): Promise<Genuineness> {
    const { proofs, profiles } = this.#context;
    const showsMaker = profiles.get(device.product)?.showsMaker === true;
    return {
      registered: true,
      device: formatUuid(device.id),
      state: device.state,
      ...(showsMaker ? { maker: device.maker } : {}),
      entry: device.bornEntry,
      receipt: await proofs.birthReceipt(device),
      stateProof: await proofs.stateProof(device.id),
    };
  }
}
