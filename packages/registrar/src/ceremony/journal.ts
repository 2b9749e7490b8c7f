// SPDX-License-Identifier: Apache-2.0
// A ceremony's folder: the journal, one line a step, and the files that the steps made. A step is done when its line is
// durable: its files are written under another name before, and get their own after. So whatever stopped a ceremony, it
// goes on where it was, and no file is ever written over.

import { access, mkdir, open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { readBoundedFile, renameDurably, writeFileDurably } from "@natalis/node";
import { decodeUtf8 } from "natalis/kernel";
import { ceremonyError } from "./errors.ts";
import {
  encodeLine,
  filesOf,
  type FileDigest,
  hashOfLine,
  nothingBefore,
  type Opening,
  parseJournal,
  sha256,
  type Step,
} from "./record.ts";

/** Public files of a ceremony. */
export type Files = Readonly<Record<string, Uint8Array>>;

export type StepInput = Omit<Step, "time" | "previous" | "inputs" | "outputs"> & {
  /** What the step was given; a copy of each is kept. */
  readonly inputs?: Files;
  readonly outputs?: Files;
};

const largestFile = 16 << 20;
const journalName = "journal.ndjson";
const unfinished = ".part";

export class Journal {
  readonly folder: string;
  readonly #now: () => Date;
  #opening: Opening | undefined;
  #steps: Step[] = [];

  private constructor(folder: string, now: () => Date) {
    this.folder = folder;
    this.#now = now;
  }

  /** Makes the folder, or takes up what it holds. @throws NAT_CEREMONY_OVERWRITE, NAT_CEREMONY_JOURNAL */
  static async open(folder: string, now: () => Date): Promise<Journal> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const journal = new Journal(folder, now);
    const names = await readdir(folder);
    if (!names.includes(journalName)) {
      if (names.some((name) => !name.endsWith(unfinished)))
        throw ceremonyError("NAT_CEREMONY_OVERWRITE", `${folder} holds something that is no ceremony`);
    } else await journal.#read();
    await journal.#settle();
    return journal;
  }

  /** Absent: nothing has been done yet. */
  get opening(): Opening | undefined {
    return this.#opening;
  }

  get steps(): readonly Step[] {
    return this.#steps;
  }

  find(id: string): Step | undefined {
    return this.#steps.find((step) => step.id === id);
  }

  /** A file that a step made. @throws NAT_CEREMONY_JOURNAL */
  async read(name: string): Promise<Uint8Array> {
    return readBoundedFile(join(this.folder, name), largestFile).catch((cause: unknown) => {
      throw ceremonyError("NAT_CEREMONY_JOURNAL", name, cause);
    });
  }

  async begin(
    step: StepInput,
    facts: Pick<Opening, "title" | "rehearsal" | "authority" | "participants">,
  ): Promise<void> {
    this.#opening = await this.#enter(step, (line) => ({ ...line, ...facts }));
  }

  async add(step: StepInput): Promise<void> {
    this.#steps.push(await this.#enter(step, (line) => line));
  }

  async #enter<Line extends Step>(
    { outputs = {}, inputs = {}, ...step }: StepInput,
    complete: (line: Step) => Line,
  ): Promise<Line> {
    const files = { ...inputs, ...outputs };
    for (const name of Object.keys(files)) await this.#requireAbsent(name);
    for (const [name, bytes] of Object.entries(files))
      await writeFileDurably(join(this.folder, `${name}${unfinished}`), bytes, 0o644);
    const last = this.#steps.at(-1) ?? this.#opening;
    const previous = last === undefined ? nothingBefore : hashOfLine(last);
    const { id, what, facts } = step;
    const digests = { inputs: digestsOf(inputs), outputs: digestsOf(outputs) };
    const line = complete({ id, time: this.#now().toISOString(), what, ...digests, facts, previous });
    await this.#append(encodeLine(line));
    for (const name of Object.keys(files)) await this.#finish(name);
    return line;
  }

  async #append(line: string): Promise<void> {
    const file = await open(join(this.folder, journalName), "a", 0o644);
    try {
      await file.appendFile(`${line}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  /** A line without its end was being written when the ceremony was stopped: its step was not done. */
  async #read(): Promise<void> {
    const text = decodeUtf8(await this.read(journalName));
    const lines = text.split("\n");
    const rest = lines.pop();
    const { opening, steps } = parseJournal(lines);
    this.#opening = opening;
    this.#steps = steps;
    if (rest !== "")
      await writeFileDurably(
        join(this.folder, journalName),
        Buffer.from(lines.map((line) => `${line}\n`).join("")),
        0o644,
      );
  }

  /** Gives the files of steps that were done their names, and takes away those of steps that were not. */
  async #settle(): Promise<void> {
    const made = [this.#opening, ...this.#steps].flatMap((step) => (step ? filesOf(step) : []));
    for (const { name, sha256: due } of made) {
      if (!(await this.#has(name)) && (await this.#has(`${name}${unfinished}`))) await this.#finish(name);
      if (sha256(await this.read(name)) !== due) throw ceremonyError("NAT_CEREMONY_JOURNAL", `${name} was changed`);
    }
    for (const name of await readdir(this.folder)) if (name.endsWith(unfinished)) await rm(join(this.folder, name));
  }

  async #finish(name: string): Promise<void> {
    await renameDurably(join(this.folder, `${name}${unfinished}`), join(this.folder, name));
  }

  async #requireAbsent(name: string): Promise<void> {
    if (await this.#has(name)) throw ceremonyError("NAT_CEREMONY_OVERWRITE", join(this.folder, name));
  }

  #has(name: string): Promise<boolean> {
    return access(join(this.folder, name)).then(
      () => true,
      () => false,
    );
  }
}

function digestsOf(files: Files): FileDigest[] {
  return Object.entries(files).map(([name, bytes]) => ({ name, sha256: sha256(bytes) }));
}
