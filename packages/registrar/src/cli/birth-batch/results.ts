// SPDX-License-Identifier: Apache-2.0
// The result file of a batch: one line a unit (NDJSON), appended and on disk before it is told of. It is also the memory
// of the batch: units that it says are born are not asked for again. Half a line, left by a crash, is taken away.

import { type FileHandle, open } from "node:fs/promises";
import { decodeUtf8, encodeUtf8 } from "natalis/kernel";
import { z } from "zod";
import { anyBatchResultSchema } from "../../protocols/rest/schemas.ts";
import { readData } from "../files.ts";
import { clientError } from "../errors.ts";
import { unitKey } from "./units.ts";

/** What became of a unit: as the registrar answers it, with the line of the batch file and what names the unit. */
export const unitResultSchema = anyBatchResultSchema.extend({
  product: z.string(),
  model: z.string(),
  serial: z.string(),
});

export type UnitResult = z.infer<typeof unitResultSchema>;

const lineFeed = 0x0a;

export class ResultFile {
  readonly #file: FileHandle;
  /** Of those that are born, what was answered last. */
  readonly #born: Map<string, UnitResult>;
  #added: Promise<void> = Promise.resolve();

  private constructor(file: FileHandle, born: Map<string, UnitResult>) {
    this.#file = file;
    this.#born = born;
  }

  /** Makes it where there is none. @throws NAT_CLIENT_FILE */
  static async open(path: string): Promise<ResultFile> {
    try {
      const file = await open(path, "a+", 0o600);
      const bytes = await readData(path);
      const whole = bytes.subarray(0, bytes.lastIndexOf(lineFeed) + 1);
      if (whole.length < bytes.length) await file.truncate(whole.length);
      const results = decodeUtf8(whole).split("\n").flatMap(resultOf);
      return new ResultFile(file, new Map(results.filter(isBorn).map((result) => [unitKey(result), kept(result)])));
    } catch (cause) {
      throw clientError("NAT_CLIENT_FILE", path, cause);
    }
  }

  hasBorn(unit: Parameters<typeof unitKey>[0]): boolean {
    return this.#born.has(unitKey(unit));
  }

  /** What a station answered of it, as long as nothing says that it is entered. */
  provisional(unit: Parameters<typeof unitKey>[0]): UnitResult | undefined {
    const result = this.#born.get(unitKey(unit));
    return result !== undefined && isProvisionallyBorn(result) ? result : undefined;
  }

  /** Resolves when they are on disk. Who adds at the same time waits: long writes are made in parts. */
  add(results: readonly UnitResult[]): Promise<void> {
    const added = this.#added.then(() => this.#write(results));
    this.#added = added.catch(() => undefined);
    return added;
  }

  async #write(results: readonly UnitResult[]): Promise<void> {
    await this.#file.appendFile(encodeUtf8(results.map((result) => `${JSON.stringify(result)}\n`).join("")));
    await this.#file.datasync();
    for (const result of results) if (isBorn(result)) this.#born.set(unitKey(result), kept(result));
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

export function isBorn({ birth }: Pick<UnitResult, "birth">): boolean {
  return birth !== undefined;
}

/** Taken by nobody before it is entered. */
export function isProvisionallyBorn({ birth }: Pick<UnitResult, "birth">): boolean {
  return birth?.kind === "provisional";
}

/** Of what is entered nothing but that needs to be remembered. */
function kept(result: UnitResult): UnitResult {
  return isProvisionallyBorn(result) ? result : { ...result, birth: undefined };
}

function resultOf(line: string): UnitResult[] {
  try {
    const { data } = unitResultSchema.safeParse(JSON.parse(line));
    return data === undefined ? [] : [data];
  } catch {
    // Whatever it is, it says of no unit that it is born.
    return [];
  }
}
