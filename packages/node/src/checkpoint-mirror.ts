// SPDX-License-Identifier: Apache-2.0
// The newest checkpoint in a file of its own (DESIGN 3.4), so that restoring the database does not restore it. The
// file is the signed note itself: any tool for C2SP notes reads it.

import { decodeUtf8, encodeUtf8 } from "natalis/kernel";
import type { CheckpointMirror } from "natalis/registry";
import { writeFileDurably } from "./durable-file.ts";
import { readOptionalFile } from "./optional-file.ts";

export class FileCheckpointMirror implements CheckpointMirror {
  readonly #path: string;
  /** Writes follow one another, so that the last one given is the one that stays. */
  #written: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  /** @throws NAT_BYTES_UTF8 */
  async read(): Promise<string | undefined> {
    const bytes = await readOptionalFile(this.#path);
    return bytes && decodeUtf8(bytes);
  }

  write(checkpoint: string): Promise<void> {
    const write = () => writeFileDurably(this.#path, encodeUtf8(checkpoint), 0o644);
    // A failed write is its caller's to know; the next one must not fail for it.
    this.#written = this.#written.then(write, write);
    return this.#written;
  }
}
