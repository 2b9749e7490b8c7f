// SPDX-License-Identifier: Apache-2.0
// natalis verify --batch: a line in, a line out, in the same order, whatever the lines are. Reading, verifying (on
// worker threads) and writing go on together, and what is between them is bounded.

import { once } from "node:events";
import { createReadStream } from "node:fs";
import { extname } from "node:path";
import type { Readable, Writable } from "node:stream";
import { Worker } from "node:worker_threads";
import { clientError } from "../errors.ts";
import { countProgress } from "../progress.ts";
import { Crew } from "./crew.ts";
import { inOrder } from "./in-order.ts";
import { refusalText } from "./line.ts";
import { longestLine, type Slice, slicesOf } from "./slices.ts";

/** Some are being verified, some wait for a worker, some wait for an earlier one to be written. */
const slicesAWorker = 4;
/** Bytes: about a hundred lines, which take a few hundredths of a second. */
const chunkLength = 256 << 10;
/** Megabytes. What a line leaves behind is garbage at once: V8 would let it grow to more and be no faster. */
const youngGeneration = 8;

/** Answers a file's lines, or those of standard input for "-", on standard output. @throws NAT_CLIENT_FILE */
export async function verifyFileOfLines(path: string, workers: number): Promise<void> {
  const source = path === "-" ? process.stdin : createReadStream(path, { highWaterMark: chunkLength });
  const crew = new Crew({ size: workers, start: startWorker });
  const progress = countProgress("verified", "lines");
  try {
    for await (const answers of answersTo(slicesOf(chunksOf(source, path)), crew)) {
      await write(process.stdout, answers);
      progress.advance(answers.length);
    }
  } finally {
    progress.stop();
    source.destroy();
    await crew.close();
  }
}

/** The answers to the lines of each slice. */
function answersTo(slices: AsyncIterable<Slice>, crew: Crew): AsyncGenerator<readonly string[]> {
  return inOrder(slices, slicesAWorker * crew.size, async (slice) =>
    "lines" in slice ? crew.answer(slice.lines) : [overlongAnswer],
  );
}

const overlongAnswer = refusalText(null, clientError("NAT_CLIENT_LINE_SIZE", `more than ${longestLine} bytes`));

async function* chunksOf(source: Readable, path: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of source) yield chunk as Buffer;
  } catch (cause) {
    throw clientError("NAT_CLIENT_FILE", path, cause);
  }
}

async function write(output: Writable, lines: readonly string[]): Promise<void> {
  if (!output.write(`${lines.join("\n")}\n`)) await once(output, "drain");
}

/** The worker's file ends as this one does: TypeScript here, JavaScript in a published package. */
function startWorker(): Worker {
  const resourceLimits = { maxYoungGenerationSizeMb: youngGeneration };
  return new Worker(new URL(`./worker${extname(import.meta.url)}`, import.meta.url), { resourceLimits });
}
