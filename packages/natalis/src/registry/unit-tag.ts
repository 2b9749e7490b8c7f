// SPDX-License-Identifier: Apache-2.0
// The public name of a unit (DESIGN 3.4): the same maker, model and serial always give the same tag, so anyone sees a
// second birth of a unit in the log, and nobody without the registry's key can try serials until one fits.

import { encodeCbor } from "../formats/index.ts";
import type { Awaitable, MessageAuthenticator } from "../kernel/index.ts";

/** What names one unit. */
export interface Unit {
  readonly maker: string;
  readonly model: string;
  readonly serial: string;
}

/** HMAC-SHA-256 over deterministic CBOR [maker, model, serial]: 32 bytes. */
export function unitTag(unit: Unit, authenticator: MessageAuthenticator): Awaitable<Uint8Array> {
  return authenticator.authenticate(encodeCbor([unit.maker, unit.model, unit.serial]));
}
