// SPDX-License-Identifier: Apache-2.0
// Units that a station bore in an earlier run, at the registrar: the receipt of each is fetched, some at a time, verified as
// the device would, and on disk before it counts. What is not entered yet stays provisional.

import { nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { rememberingVerifier } from "natalis/authenticate";
import type { RegistrarClient } from "../client.ts";
import { fetchEntered } from "../provisional.ts";
import { type BirthBatch, verify } from "./bear-units.ts";
import type { UnitResult } from "./results.ts";
import type { BatchUnit } from "./units.ts";

/** A unit with what the station answered. */
export interface ProvisionalUnit {
  readonly unit: BatchUnit;
  readonly result: UnitResult;
}

export interface Completion extends Pick<BirthBatch, "trust" | "check" | "results"> {
  readonly client: Pick<RegistrarClient, "bytes">;
}

const requestsAtOnce = 8;
const ok = 200;

/**
 * How many are entered now; none where a station was asked.
 * @throws NAT_DEVICE_BIRTH where a receipt does not prove that birth, and the registrar's own refusals
 */
export async function completeUnits(units: readonly ProvisionalUnit[], completion: Completion): Promise<number> {
  const verifier = rememberingVerifier({ verifier: nodeSignatureVerifier, hash: nodeHash });
  const left = [...units];
  let entered = 0;
  const run = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const outcome = await completeUnit(next, completion, verifier);
      if (outcome === "entered") entered += 1;
      if (outcome === "station") left.length = 0;
    }
  };
  await Promise.all(Array.from({ length: requestsAtOnce }, run));
  return entered;
}

async function completeUnit(
  { unit, result: { birth: provisional, product, model, serial } }: ProvisionalUnit,
  { client, results, ...rest }: Completion,
  verifier: Parameters<typeof verify>[3],
): Promise<"entered" | "waiting" | "station"> {
  if (provisional?.kind !== "provisional") return "waiting";
  const birth = await fetchEntered(provisional, client);
  if (birth === "waiting" || birth === "station") return birth;
  await verify({ birth }, unit, rest, verifier);
  await results.add([{ line: unit.line, status: ok, birth, product, model, serial }]);
  return "entered";
}
