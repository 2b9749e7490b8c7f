// SPDX-License-Identifier: Apache-2.0
// What the registrar said of each birth that a station brought in: one line a birth (NDJSON), appended and on disk before
// it counts. The last line of a birth is the one that counts; half a line, left by a crash, is taken away.

import { type FileHandle, open } from "node:fs/promises";
import { createInterface } from "node:readline";
import { encodeUtf8 } from "natalis/kernel";
import { z } from "zod";
import { problemSchema } from "../../protocols/problem.ts";
import { enteredSchema } from "../../protocols/rest/station-schemas.ts";
import { clientError } from "../errors.ts";

export const stationAnswerLineSchema = z.object({
  /** Of the birth in the journal, from 0. */
  number: z.int().min(0),
  serial: z.string(),
  model: z.string(),
  entered: enteredSchema.optional(),
  problem: problemSchema.optional(),
});

export type StationAnswerLine = z.infer<typeof stationAnswerLineSchema>;

export interface RefusedBirth {
  readonly serial: string;
  readonly problem: z.infer<typeof problemSchema>;
}

export class AnswersFile {
  readonly #file: FileHandle;
  readonly #entered = new Set<number>();
  readonly #refused = new Map<number, RefusedBirth>();
  #added: Promise<void> = Promise.resolve();

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Makes it where there is none. @throws NAT_CLIENT_FILE */
  static async open(path: string): Promise<AnswersFile> {
    try {
      await cutHalfLine(path);
      const answers = new AnswersFile(await open(path, "a+", 0o600));
      for await (const line of readAnswers(path)) answers.#note(line);
      return answers;
    } catch (cause) {
      throw clientError("NAT_CLIENT_FILE", path, cause);
    }
  }

  get entered(): number {
    return this.#entered.size;
  }

  /** By number. */
  get refused(): ReadonlyMap<number, RefusedBirth> {
    return this.#refused;
  }

  /** Whether the registrar has entered it. */
  hasEntered(number: number): boolean {
    return this.#entered.has(number);
  }

  /** Resolves when they are on disk. */
  add(lines: readonly StationAnswerLine[]): Promise<void> {
    const added = this.#added.then(() => this.#write(lines));
    this.#added = added.catch(() => undefined);
    return added;
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async #write(lines: readonly StationAnswerLine[]): Promise<void> {
    if (lines.length === 0) return;
    await this.#file.appendFile(encodeUtf8(lines.map((line) => `${JSON.stringify(line)}\n`).join("")));
    await this.#file.datasync();
    for (const line of lines) this.#note(line);
  }

  #note({ number, serial, entered, problem }: StationAnswerLine): void {
    if (entered !== undefined) {
      this.#entered.add(number);
      this.#refused.delete(number);
    } else if (problem !== undefined) this.#refused.set(number, { serial, problem });
  }
}

/** The lines of the file, none where there is no file. @throws NAT_CLIENT_FILE */
export async function* readAnswers(path: string): AsyncGenerator<StationAnswerLine> {
  const file = await open(path, "r").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw clientError("NAT_CLIENT_FILE", path, error);
  });
  if (file === undefined) return;
  // The end of the stream closes the file.
  for await (const text of createInterface({ input: file.createReadStream() })) {
    const line = lineOf(text);
    if (line !== undefined) yield line;
  }
}

/** Undefined for what is no answer: it says of no birth that it was entered. */
function lineOf(text: string): StationAnswerLine | undefined {
  try {
    return stationAnswerLineSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

const longestLine = 1 << 16;
const lineFeed = "\n";

async function cutHalfLine(path: string): Promise<void> {
  const file = await open(path, "a+", 0o600);
  try {
    const { size } = await file.stat();
    const bytes = new Uint8Array(Math.min(size, longestLine));
    await file.read(bytes, 0, bytes.length, size - bytes.length);
    const tail = Buffer.from(bytes).toString("latin1");
    const half = tail.length - (tail.lastIndexOf(lineFeed) + 1);
    if (half > 0) await file.truncate(size - half);
  } finally {
    await file.close();
  }
}
