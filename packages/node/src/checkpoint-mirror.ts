// SPDX-License-Identifier: Apache-2.0
// The newest checkpoint in a file of its own (DESIGN 3.4), so that restoring the database does not restore it. The
// file is the signed note itself: any tool for C2SP notes reads it.

import { decodeUtf8, encodeUtf8 } from "natalis/kernel";
import type { CheckpointMirror } from "natalis/registry";
import { writeFileDurably } from "./durable-file.ts";
import type { DurableWriter } from "./durable-writer.ts";
import { nodeError } from "./errors.ts";
import { readOptionalFile } from "./optional-file.ts";

/** A write that has not begun; what is given meanwhile takes the place of what it was to write. */
interface NextWrite {
  checkpoint: string;
  readonly done: Promise<void>;
}

/** Where the file is: what `write` was given last, whole and durably, is what `read` answers. */
export interface MirrorDisk {
  read(path: string): Promise<Uint8Array | undefined>;
  write(path: string, bytes: Uint8Array): Promise<void>;
}

const mode = 0o644;

const realDisk: MirrorDisk = {
  read: (path) => readOptionalFile(path),
  write: (path, bytes) => writeFileDurably(path, bytes, mode),
};

/** Writes in a thread of its own. */
export function threadedDisk(writer: DurableWriter): MirrorDisk {
  return { ...realDisk, write: (path, bytes) => writer.write(path, bytes, mode) };
}

export class FileCheckpointMirror implements CheckpointMirror {
  readonly #path: string;
  readonly #disk: MirrorDisk;
  /** Writes follow one another, so that the last one given is the one that stays. */
  #written: Promise<void> = Promise.resolve();
  #next: NextWrite | undefined;

  constructor(path: string, disk: MirrorDisk = realDisk) {
    this.#path = path;
    this.#disk = disk;
  }

  /** @throws NAT_BYTES_UTF8 */
  async read(): Promise<string | undefined> {
    const bytes = await this.#disk.read(this.#path);
    return bytes && decodeUtf8(bytes);
  }

  /**
   * Resolves when this checkpoint is in the file, or one that was given after it: the log of that extends the other's.
   * @throws NAT_MIRROR_UNWRITABLE for what the file system refuses
   */
  write(checkpoint: string): Promise<void> {
    if (this.#next !== undefined) {
      this.#next.checkpoint = checkpoint;
      return this.#next.done;
    }
    const write = () => this.#writeNext();
    // A failed write is its caller's to know; the next one must not fail for it.
    const done = this.#written.then(write, write);
    this.#next = { checkpoint, done };
    this.#written = done;
    return done;
  }

  async #writeNext(): Promise<void> {
    const next = this.#next as NextWrite;
    this.#next = undefined;
    try {
      await this.#disk.write(this.#path, encodeUtf8(next.checkpoint));
    } catch (error) {
      // What has no code is not the disk's: a mistake, which must be seen as one.
      const { code } = error as NodeJS.ErrnoException;
      throw code === undefined ? error : nodeError("NAT_MIRROR_UNWRITABLE", code, error);
    }
  }
}
