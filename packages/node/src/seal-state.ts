// SPDX-License-Identifier: Apache-2.0
// A sealer's memory in a file: replaced whole and durably on every save, so that a power cut never leads to a
// sequence number given twice.

import type { SealStateStore } from "natalis/device";
import { equalBytes } from "natalis/kernel";
import { writeFileDurably } from "./durable-file.ts";
import { nodeError } from "./errors.ts";
import { readOptionalFile } from "./optional-file.ts";

export class FileSealState implements SealStateStore {
  readonly #path: string;
  /** What the file holds as far as we know: undefined where absent, "unread" before the first look. */
  #known: Uint8Array | undefined | "unread" = "unread";

  constructor(path: string) {
    this.#path = path;
  }

  async load(): Promise<Uint8Array | undefined> {
    this.#known = await readOptionalFile(this.#path);
    return this.#known?.slice();
  }

  /** @throws NAT_SEALSTATE_MOVED where the file is no longer what we left: there is a second sealer */
  async save(state: Uint8Array): Promise<void> {
    const saved = new Uint8Array(state);
    if (this.#known !== "unread") await this.#requireUnmoved(this.#known);
    await writeFileDurably(this.#path, saved);
    this.#known = saved;
  }

  async #requireUnmoved(known: Uint8Array | undefined): Promise<void> {
    const found = await readOptionalFile(this.#path);
    const same = found === undefined || known === undefined ? found === known : equalBytes(found, known);
    if (!same) throw nodeError("NAT_SEALSTATE_MOVED", this.#path);
  }
}
