// SPDX-License-Identifier: Apache-2.0
// An append-only file of records. What was appended is on disk when its promise resolves (fdatasync); records that wait
// at the same time share one write. A crash leaves whole groups and perhaps a torn one at the end, which nobody was told
// of: it is cut off. A torn one with a whole one behind it is damage, not a crash, and nothing is cut then.

import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { encodeUtf8, equalBytes } from "natalis/kernel";
import { syncDirectory } from "./durable-file.ts";
import { nodeError } from "./errors.ts";
import {
  digestLength,
  encodeGroup,
  groupHeadLength,
  holdsGroup,
  mostGroupOctets,
  readGroup,
  readGroupHead,
} from "./journal-group.ts";

/** Where a record stands in the file. */
export interface JournalPlace {
  readonly offset: number;
  readonly length: number;
}

export interface JournalRecord {
  /** Counts from 0. */
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly place: JournalPlace;
}

interface Waiting {
  readonly bytes: Uint8Array;
  readonly resolve: (place: JournalPlace) => void;
  readonly reject: (error: unknown) => void;
}

/** Where the next group goes, and what it follows. */
interface End {
  offset: number;
  group: number;
  digest: Uint8Array;
}

const preamble = encodeUtf8("natalis-journal\n");
const longestRecord = 1 << 20;

export class FileJournal {
  readonly #file: FileHandle;
  readonly #end: End;
  readonly #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #broken: unknown;

  private constructor(file: FileHandle, end: End) {
    this.#file = file;
    this.#end = end;
  }

  /**
   * Opens the file, or makes it; tells of every record in it, cuts off a torn end, and answers at its end. One process
   * at a time may have it open. @throws NAT_JOURNAL_FORM, NAT_JOURNAL_DAMAGED and what the system refuses
   */
  static async open(path: string, onRecord: (record: JournalRecord) => void): Promise<FileJournal> {
    const file = await open(path, "a+", 0o600);
    await file.close();
    const writable = await open(path, "r+");
    try {
      await begin(writable, path);
      const groups = new GroupReader(writable);
      for await (const record of groups.records()) onRecord(record);
      await cutTorn(writable, groups.end, path);
      return new FileJournal(writable, groups.end);
    } catch (error) {
      await writable.close();
      throw error;
    }
  }

  /** Resolves when the record is on disk. @throws NAT_JOURNAL_BROKEN once a write has failed, NAT_JOURNAL_RECORD */
  append(bytes: Uint8Array): Promise<JournalPlace> {
    if (bytes.length > longestRecord) return Promise.reject(nodeError("NAT_JOURNAL_RECORD", `${bytes.length} octets`));
    if (this.#broken !== undefined)
      return Promise.reject(nodeError("NAT_JOURNAL_BROKEN", "an earlier write failed", this.#broken));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ bytes, resolve, reject });
      this.#writing ??= this.#write();
    });
  }

  /** The bytes of a record. */
  async read({ offset, length }: JournalPlace): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    await readFully(this.#file, bytes, offset);
    return bytes;
  }

  /** After what was appended is on disk. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#file.close();
  }

  async #write(): Promise<void> {
    // What arrived in the same turn is in the same group.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) await this.#writeGroup(this.#nextGroup());
    this.#writing = undefined;
  }

  #nextGroup(): Waiting[] {
    let octets = 0;
    let count = 0;
    for (const { bytes } of this.#waiting) {
      octets += 4 + bytes.length;
      if (octets > mostGroupOctets) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  /** What a failed write left on disk is not known until the file is opened again: nothing more is written to it. */
  async #writeGroup(group: readonly Waiting[]): Promise<void> {
    const end = this.#end;
    try {
      if (this.#broken !== undefined) throw nodeError("NAT_JOURNAL_BROKEN", "an earlier write failed", this.#broken);
      const { bytes, digest } = encodeGroup(
        end.group,
        end.digest,
        group.map((one) => one.bytes),
      );
      await writeFully(this.#file, bytes, end.offset);
      await this.#file.datasync();
      let offset = end.offset + groupHeadLength;
      for (const { bytes: record, resolve } of group) {
        resolve({ offset: offset + 4, length: record.length });
        offset += 4 + record.length;
      }
      [end.offset, end.group, end.digest] = [offset, end.group + 1, digest];
    } catch (error) {
      this.#broken ??= error;
      for (const { reject } of group) reject(error);
    }
  }
}

/**
 * The records that are on disk, while another process may be appending: a group that is not whole yet ends them.
 * @throws NAT_JOURNAL_FORM and what the system refuses
 */
export async function* readJournal(path: string): AsyncGenerator<JournalRecord> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    if (size < preamble.length) return;
    await requirePreamble(file, path);
    yield* new GroupReader(file).records();
  } finally {
    await file.close();
  }
}

/** Reads whole groups from the front; `end` is behind the last of them. */
class GroupReader {
  readonly end: End = { offset: preamble.length, group: 0, digest: new Uint8Array(digestLength) };
  readonly #file: FileHandle;
  #records = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async *records(): AsyncGenerator<JournalRecord> {
    for (let group = await this.#next(); group !== undefined; group = await this.#next()) {
      const { offset } = this.end;
      for (const { bytes, start } of group.records)
        yield { number: this.#records++, bytes, place: { offset: offset + start, length: bytes.length } };
      this.end.offset += groupHeadLength + group.head.octets;
      this.end.group += 1;
      this.end.digest = group.head.digest;
    }
  }

  async #next() {
    const { offset, group, digest } = this.end;
    const head = readGroupHead(await readSome(this.#file, offset, groupHeadLength));
    if (head === undefined || head.number !== group || !equalBytes(head.previous, digest)) return undefined;
    if (head.octets > mostGroupOctets) return undefined;
    const records = readGroup(await readSome(this.#file, offset, groupHeadLength + head.octets), head);
    return records && { head, records };
  }
}

async function begin(file: FileHandle, path: string): Promise<void> {
  const { size } = await file.stat();
  if (size >= preamble.length) return requirePreamble(file, path);
  // Nothing was ever appended: a crash came while it was being made.
  await file.truncate(0);
  await writeFully(file, preamble, 0);
  await file.sync();
  await syncDirectory(dirname(path));
}

async function requirePreamble(file: FileHandle, path: string): Promise<void> {
  const found = await readSome(file, 0, preamble.length);
  if (!equalBytes(found, preamble)) throw nodeError("NAT_JOURNAL_FORM", path);
}

async function cutTorn(file: FileHandle, { offset, group }: End, path: string): Promise<void> {
  const { size } = await file.stat();
  if (size === offset) return;
  const torn = size - offset;
  const isCrash = torn <= groupHeadLength + mostGroupOctets && !holdsGroup(await readSome(file, offset, torn), group);
  if (!isCrash) throw nodeError("NAT_JOURNAL_DAMAGED", `${path}, from octet ${offset} on`);
  await file.truncate(offset);
  await file.sync();
}

async function readSome(file: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  return bytes.subarray(0, await readUpTo(file, bytes, offset));
}

async function readFully(file: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  if ((await readUpTo(file, bytes, offset)) < bytes.length)
    throw nodeError("NAT_JOURNAL_DAMAGED", `it ends before octet ${offset + bytes.length}`);
}

async function readUpTo(file: FileHandle, bytes: Uint8Array, offset: number): Promise<number> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, offset + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}

async function writeFully(file: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) done += (await file.write(bytes, done, bytes.length - done, offset + done)).bytesWritten;
}
