// SPDX-License-Identifier: Apache-2.0
// natalis birth --batch: the units of a file are born, or it is told why not; run again, it goes on where it was.

import { checkAnyAnswer } from "../birth-answer.ts";
import type { RegistrarClient } from "../client.ts";
import { type BearingOptions, connectToBear } from "../connection.ts";
import type { Output } from "../output.ts";
import { provisionalExit } from "../provisional.ts";
import { type BatchOutcome, type BirthBatch, bearUnits } from "./bear-units.ts";
import { completeUnits, type ProvisionalUnit } from "./complete-units.ts";
import { batchProgress } from "./progress.ts";
import { ResultFile } from "./results.ts";
import { type BatchUnit, type CommonFacts, readUnits } from "./units.ts";

export interface FileOptions extends CommonFacts {
  readonly batch: string;
  readonly results?: string | undefined;
}

export type BatchOptions = BearingOptions & FileOptions;

/** Who is asked for the births, and how their answers are checked. */
export interface BatchSource extends Pick<BirthBatch, "trust" | "check"> {
  readonly client: Pick<RegistrarClient, "lines"> & Partial<Pick<RegistrarClient, "bytes">>;
}

/** Of refused units; the result file names them all. */
const shownRefusals = 10;
/** Everything was asked for, and some of it was refused. */
const someRefused = 2;

/** Answers the exit code. @throws what kept it from asking for every unit */
export async function bearBatch(options: BatchOptions, output: Output): Promise<number> {
  return bearFile(options, async () => ({ ...(await connectToBear(options)), check: checkAnyAnswer }), output);
}

/**
 * The same, of whoever bears. What is wrong with the file is told before anybody is asked. Where the source has receipts,
 * those of units that a station bore in an earlier run are fetched first, and what is left provisional is told.
 */
export async function bearFile(
  options: FileOptions,
  source: BatchSource | (() => Promise<BatchSource>),
  output: Output,
): Promise<number> {
  const { product, model, facility } = options;
  const units = await readUnits(options.batch, { product, model, facility });
  const path = options.results ?? `${options.batch}.results.ndjson`;
  const from = typeof source === "function" ? await source() : source;
  const results = await ResultFile.open(path);
  try {
    const entered = await complete(units, from, results);
    const left = units.filter(({ body }) => !results.hasBorn(body));
    const { born, refused } = await bearLeft(left, from, results);
    for (const { line, serial, problem } of refused.slice(0, shownRefusals))
      output.warn(`line ${line}, ${serial}: ${problem?.title} [${problem?.code}] ${problem?.detail}`);
    const before = units.length - left.length;
    output.line(`${born} born, ${refused.length} refused, ${before} born in earlier runs; results: ${path}`);
    if (entered > 0) output.line(`${entered} of those that a station bore are entered now`);
    if (refused.length > 0) return someRefused;
    return from.client.bytes === undefined ? 0 : tellProvisional(provisionalOf(units, results).length, output);
  } finally {
    await results.close();
  }
}

async function complete(units: readonly BatchUnit[], { client, ...rest }: BatchSource, results: ResultFile) {
  const { bytes } = client;
  if (bytes === undefined) return 0;
  const asked = { bytes: (path: string) => bytes.call(client, path) };
  return completeUnits(provisionalOf(units, results), { ...rest, client: asked, results });
}

async function bearLeft(left: readonly BatchUnit[], source: BatchSource, results: ResultFile): Promise<BatchOutcome> {
  const progress = batchProgress(left.length);
  try {
    return await bearUnits(left, { ...source, results, advance: (...told) => progress.advance(...told) });
  } finally {
    progress.stop();
  }
}

function provisionalOf(units: readonly BatchUnit[], results: ResultFile): ProvisionalUnit[] {
  return units.flatMap((unit) => {
    const result = results.provisional(unit.body);
    return result === undefined ? [] : [{ unit, result }];
  });
}

function tellProvisional(count: number, output: Output): number {
  if (count === 0) return 0;
  output.warn(
    `${count} units are born provisionally: nobody takes them yet. Have the station's births brought in (natalis station ` +
      "sync), then repeat this command at the registrar",
  );
  return provisionalExit;
}
