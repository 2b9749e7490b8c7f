// SPDX-License-Identifier: Apache-2.0
// A TPM has room for three loaded objects or so. Whatever is loaded for one operation is flushed after it, on failure
// too; and the device key last used stays, so that signing is one command.

import { equalBytes, isNatalisError } from "natalis/kernel";
import type { PublicArea } from "natalis/protect";
import type { CommandChannel } from "./command.ts";
import { createPrimary, flushContext, hierarchies, type LoadedObject, load, type WrappedObject } from "./commands.ts";
import { storageTemplate } from "./templates.ts";

export interface HierarchyAuthorizations {
  /** Authorization values; empty by default, as makers deliver them. */
  readonly owner?: Uint8Array | undefined;
  readonly endorsement?: Uint8Array | undefined;
}

/** Where a device key comes from. */
export type KeySource = WrappedObject | { readonly publicArea: Uint8Array; readonly persistentHandle: number };

export class ObjectSlots {
  readonly channel: CommandChannel;
  readonly #authorizations: HierarchyAuthorizations;
  #kept: LoadedObject | undefined;

  constructor(channel: CommandChannel, authorizations: HierarchyAuthorizations) {
    this.channel = channel;
    this.#authorizations = authorizations;
  }

  authorizationOf(hierarchy: keyof HierarchyAuthorizations): Uint8Array {
    return this.#authorizations[hierarchy] ?? new Uint8Array(0);
  }

  /** With a primary key that is made for this and flushed after it. */
  async withPrimary<T>(
    hierarchy: keyof HierarchyAuthorizations,
    template: PublicArea,
    use: (key: LoadedObject) => Promise<T>,
  ): Promise<T> {
    const authorization = this.authorizationOf(hierarchy);
    const key = await createPrimary(this.channel, hierarchies[hierarchy], template, authorization);
    return releasing(this.channel, key.handle, () => use(key));
  }

  withStorageKey<T>(use: (key: LoadedObject) => Promise<T>): Promise<T> {
    return this.withPrimary("owner", storageTemplate, use);
  }

  /** With a device key's handle. One that was kept may be gone, after a restart of the TPM say: then it is loaded again. */
  async withKey<T>(source: KeySource, use: (handle: number) => Promise<T>): Promise<T> {
    if ("persistentHandle" in source) return use(source.persistentHandle);
    const kept = this.#kept;
    if (kept !== undefined && equalBytes(kept.publicArea, source.publicArea)) {
      try {
        return await use(kept.handle);
      } catch (error) {
        if (!isNatalisError(error, "NAT_TPM_ABSENT")) throw error;
        this.#kept = undefined;
      }
    }
    return use(await this.#keep(source));
  }

  /** Leaves no object of ours in the TPM. */
  async flush(): Promise<void> {
    const kept = this.#kept;
    this.#kept = undefined;
    if (kept !== undefined) await flushContext(this.channel, kept.handle);
  }

  async #keep(source: WrappedObject): Promise<number> {
    await this.flush();
    const handle = await this.withStorageKey((parent) => load(this.channel, parent.handle, source));
    this.#kept = { handle, publicArea: source.publicArea };
    return handle;
  }
}

/** Flushes an object or session after the work; what the work failed for is told before what flushing failed for. */
export async function releasing<T>(channel: CommandChannel, handle: number, work: () => Promise<T>): Promise<T> {
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await flushContext(channel, handle).catch(() => undefined);
    throw error;
  }
  await flushContext(channel, handle);
  return result;
}
