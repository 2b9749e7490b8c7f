// SPDX-License-Identifier: Apache-2.0
// A key is born once and a unit is born once, whatever became of the device: deleting or retiring never grants
// (DESIGN 3.3, steps 2 and 5). Only a retry is answered with what was stored: the same station, unit, key and facts,
// while the device is active. It is never judged by the bytes of the request: one that is signed again differs.

import { equalBytes } from "../kernel/index.ts";
import type { DeviceRow } from "../registry/index.ts";
import { birthError } from "./errors.ts";
import type { KnownFacts } from "./known.ts";

/** Who asks again, and for what. */
export interface RetryClaim {
  readonly station: string;
  /** SHA-256 of the facts, were the birth in that second (Unix): a retry does not know when the first one was. */
  factsHashAt(bornAt: number): Uint8Array;
}

/**
 * The device of which the request is a retry, or undefined where key and unit are new.
 * @throws NAT_BIRTH_KEY_REUSED, NAT_BIRTH_UNIT_REUSED, NAT_BIRTH_EVIDENCE_REUSED
 */
export function storedDevice({ byKey, byUnit, byEvidence }: KnownFacts, claim: RetryClaim): DeviceRow | undefined {
  if (byKey === undefined && byUnit === undefined) {
    if (byEvidence !== undefined) throw birthError("NAT_BIRTH_EVIDENCE_REUSED", "with another key, as another unit");
    return undefined;
  }
  if (byKey === undefined) throw birthError("NAT_BIRTH_UNIT_REUSED", "with another key");
  if (byUnit === undefined || !equalBytes(byKey.id, byUnit.id))
    throw birthError("NAT_BIRTH_KEY_REUSED", "as another unit");
  if (byKey.station !== claim.station) throw birthError("NAT_BIRTH_KEY_REUSED", "at the request of another station");
  if (byKey.state !== "active") throw birthError("NAT_BIRTH_KEY_REUSED", `the device is ${byKey.state}`);
  if (!equalBytes(byKey.factsHash, claim.factsHashAt(byKey.bornAt)))
    throw birthError("NAT_BIRTH_KEY_REUSED", "with other facts");
  return byKey;
}
