// SPDX-License-Identifier: Apache-2.0
// natalis birth --batch: the units of a file are born, or it is told why not; run again, it goes on where it was.

import { connect, type ConnectionOptions } from "../connection.ts";
import type { Output } from "../output.ts";
import { type BirthBatch, bearUnits } from "./bear-units.ts";
import { batchProgress } from "./progress.ts";
import { ResultFile } from "./results.ts";
import { type CommonFacts, readUnits } from "./units.ts";

export interface FileOptions extends CommonFacts {
  readonly batch: string;
  readonly results?: string | undefined;
}

export type BatchOptions = ConnectionOptions & FileOptions;

/** Who is asked for the births, and how their answers are checked. */
export type BatchSource = Pick<BirthBatch, "client" | "trust" | "check">;

/** Of refused units; the result file names them all. */
const shownRefusals = 10;
/** Everything was asked for, and some of it was refused. */
const someRefused = 2;

/** Answers the exit code. @throws what kept it from asking for every unit */
export async function bearBatch(options: BatchOptions, output: Output): Promise<number> {
  return bearFile(options, () => connect(options), output);
}

/** The same, of whoever bears. What is wrong with the file is told before anybody is asked. */
export async function bearFile(
  options: FileOptions,
  source: BatchSource | (() => Promise<BatchSource>),
  output: Output,
): Promise<number> {
  const { product, model, facility } = options;
  const units = await readUnits(options.batch, { product, model, facility });
  const path = options.results ?? `${options.batch}.results.ndjson`;
  const { client, trust, check } = typeof source === "function" ? await source() : source;
  const results = await ResultFile.open(path);
  const left = units.filter(({ body }) => !results.hasBorn(body));
  const progress = batchProgress(left.length);
  try {
    const advance = (count: number) => progress.advance(count);
    const { born, refused } = await bearUnits(left, { client, trust, results, advance, ...(check && { check }) });
    progress.stop();
    for (const { line, serial, problem } of refused.slice(0, shownRefusals))
      output.warn(`line ${line}, ${serial}: ${problem?.title} [${problem?.code}] ${problem?.detail}`);
    const before = units.length - left.length;
    output.line(`${born} born, ${refused.length} refused, ${before} born in earlier runs; results: ${path}`);
    return refused.length === 0 ? 0 : someRefused;
  } finally {
    progress.stop();
    await results.close();
  }
}
