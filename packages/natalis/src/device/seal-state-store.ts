// SPDX-License-Identifier: Apache-2.0
// The port behind a sealer's memory. What is stored is opaque here (`seal-state.ts` gives it form), so that any
// durable place will do: a file, a flash page, a secure element's counter memory.

import type { Awaitable } from "../kernel/index.ts";

/**
 * Guarantee: once `save` has answered, `load` answers exactly those bytes, after a power cut too, until the next `save`.
 * A cut during `save` leaves the bytes before or the bytes after, never a mixture. One sealer at a time.
 */
export interface SealStateStore {
  /** The bytes saved last, a few kilobytes and never above 256 KiB; undefined where nothing was ever saved. */
  load(): Awaitable<Uint8Array | undefined>;
  save(state: Uint8Array): Awaitable<void>;
}
