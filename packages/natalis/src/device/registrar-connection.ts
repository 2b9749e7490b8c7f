// SPDX-License-Identifier: Apache-2.0
// A device's way to its registrar, as a port: the device brings what reaches the network.

import type { Awaitable } from "../kernel/index.ts";

export interface RegistrarAnswer {
  /** HTTP status code. */
  readonly status: number;
  readonly body: Uint8Array;
}

/**
 * Guarantee: the request goes to the one registrar that this connection was made for, over a channel that only it can
 * read, and the answer is its own, whole and of bounded size. An answer that does not come is an exception.
 */
export interface RegistrarConnection {
  /** `body` is JSON text. */
  send(method: "GET" | "POST", path: string, body?: string): Awaitable<RegistrarAnswer>;
}
