// SPDX-License-Identifier: Apache-2.0
// Has the units of a batch born: some hundred a request, two requests at a time, so that the registrar never waits for
// us. What it puts off is asked for again after a pause; every answer is verified as a device would, and on disk before
// it counts.

import { setTimeout as wait } from "node:timers/promises";
import { nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { rememberingVerifier } from "natalis/authenticate";
import { isNatalisError, type SignatureVerifier } from "natalis/kernel";
import type { TrustFile } from "natalis/registry";
import { anyBatchResultSchema } from "../../protocols/rest/schemas.ts";
import { type CheckAnswer, checkBirthAnswer } from "../birth-answer.ts";
import type { RegistrarClient } from "../client.ts";
import { clientError } from "../errors.ts";
import { isBorn, isProvisionallyBorn, type ResultFile, type UnitResult } from "./results.ts";
import type { BatchUnit } from "./units.ts";

export interface BirthBatch {
  readonly client: Pick<RegistrarClient, "lines">;
  readonly trust: TrustFile;
  /** Absent: a registrar's answers are expected. */
  readonly check?: CheckAnswer;
  readonly results: Pick<ResultFile, "add">;
  /** Hears of units that were born or refused, and how many of them were borne provisionally. */
  advance(units: number, provisional: number): void;
  /** Milliseconds before what was put off is asked for again; longer each time. */
  readonly pause?: number;
}

export interface BatchOutcome {
  readonly born: number;
  readonly refused: readonly UnitResult[];
}

const unitsPerRequest = 500;
const requestsAtOnce = 2;
const mostTries = 6;
const defaultPause = 1000;
const serviceUnavailable = 503;

/**
 * @throws NAT_REGISTRAR_UNREACHABLE and the registrar's own refusal of a whole batch; NAT_DEVICE_BIRTH where an answer
 * does not verify; NAT_CLIENT_ANSWER where units were put off again and again. What was answered before is in the results.
 */
export async function bearUnits(units: readonly BatchUnit[], batch: BirthBatch): Promise<BatchOutcome> {
  const parts = Array.from({ length: Math.ceil(units.length / unitsPerRequest) }, (_, i) =>
    units.slice(i * unitsPerRequest, (i + 1) * unitsPerRequest),
  );
  // Neighbours share their checkpoint and their authorities.
  const verifier = rememberingVerifier({ verifier: nodeSignatureVerifier, hash: nodeHash });
  const all: UnitResult[] = [];
  const run = async () => {
    for (let part = parts.shift(); part !== undefined; part = parts.shift())
      all.push(...(await bearPart(part, batch, verifier)));
  };
  await Promise.all(Array.from({ length: requestsAtOnce }, run));
  const refused = all.filter((result) => !isBorn(result)).toSorted((a, b) => a.line - b.line);
  return { born: all.length - refused.length, refused };
}

async function bearPart(
  part: readonly BatchUnit[],
  batch: BirthBatch,
  verifier: SignatureVerifier,
): Promise<UnitResult[]> {
  const settled: UnitResult[] = [];
  let left = part;
  for (let tries = 1; left.length > 0; tries++) {
    const results = await askFor(left, batch, tries === mostTries);
    for (const { result, unit } of results) await verify(result, unit, batch, verifier);
    await batch.results.add(results.map(({ result }) => result));
    batch.advance(results.length, results.filter(({ result }) => isProvisionallyBorn(result)).length);
    settled.push(...results.map(({ result }) => result));
    const done = new Set(results.map(({ unit }) => unit));
    left = left.filter((unit) => !done.has(unit));
    if (left.length > 0 && tries === mostTries)
      throw clientError("NAT_CLIENT_ANSWER", `${left.length} units were put off ${tries} times`);
    if (left.length > 0) await wait((batch.pause ?? defaultPause) * tries);
  }
  return settled;
}

interface Settled {
  readonly unit: BatchUnit;
  readonly result: UnitResult;
}

/** Those that are born or refused; the others were put off. */
async function askFor(units: readonly BatchUnit[], { client }: BirthBatch, isLastTry: boolean): Promise<Settled[]> {
  const lines = await client
    .lines(
      "/births/batch",
      units.map(({ body }) => JSON.stringify(body)),
    )
    .catch((error: unknown) => {
      if (isLastTry || !isNatalisError(error, "NAT_REGISTRAR_UNREACHABLE")) throw error;
      return [];
    });
  return lines.flatMap((line) => settledOf(line, units)).toSorted((a, b) => a.unit.line - b.unit.line);
}

/** @throws NAT_CLIENT_ANSWER */
function settledOf(text: string, units: readonly BatchUnit[]): Settled[] {
  const { data, error } = anyBatchResultSchema.safeParse(jsonOf(text));
  if (error !== undefined) throw clientError("NAT_CLIENT_ANSWER", error.message, error);
  const unit = units[data.line - 1];
  if (unit === undefined || data.status === serviceUnavailable) return [];
  if ((data.birth === undefined) === (data.problem === undefined))
    throw clientError("NAT_CLIENT_ANSWER", `line ${data.line} is neither a birth nor a problem`);
  const { product, model, serial } = unit.body;
  return [{ unit, result: { ...data, line: unit.line, product, model, serial } }];
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw clientError("NAT_CLIENT_ANSWER", "not JSON", cause);
  }
}

/** Whether it is for the unit's request, and holds. @throws as `CheckAnswer` */
export async function verify(
  { birth }: Pick<UnitResult, "birth">,
  { body }: BatchUnit,
  { trust, check = checkBirthAnswer }: Pick<BirthBatch, "trust" | "check">,
  verifier: SignatureVerifier,
): Promise<void> {
  if (birth === undefined) return;
  const { product, model, serial, facility, hardwareRevision, firmwareDigest } = body;
  const unit = {
    product,
    model,
    serial,
    facility,
    ...(hardwareRevision !== undefined && { hardwareRevision }),
    ...(firmwareDigest !== undefined && { firmwareDigest }),
  };
  await check(birth, { request: body.request, unit }, trust, verifier);
}
