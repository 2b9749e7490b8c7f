// SPDX-License-Identifier: Apache-2.0
// What evidence is held against, as a running registrar knows it: read at the start, and again when a file of its folder
// changed. A folder that is not sound stops a start; of a running registrar it changes nothing, and is told: births go on
// by what was read last.

import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { EvidenceContext } from "natalis/protect";
import { contextOf, type SharedEvidence } from "../pipeline/evidence.ts";
import { endorsementsIn, loadEvidence } from "./evidence-roots.ts";
import { optional } from "./optional.ts";

/** That of imported manifests, which are looked up in the file itself: that it is there is all. */
const endorsements = basename(endorsementsIn(""));

export class EvidenceSource {
  readonly #folder: string;
  /** The files as they were when they were last read. */
  #read: string;
  #shared: SharedEvidence;
  #context: Omit<EvidenceContext, "at">;

  private constructor(folder: string, read: string, shared: SharedEvidence) {
    this.#folder = folder;
    this.#read = read;
    this.#shared = shared;
    this.#context = contextOf(shared);
  }

  /** @throws NAT_SERVICE_EVIDENCE */
  static async open(folder: string): Promise<EvidenceSource> {
    const files = await filesOf(folder);
    return new EvidenceSource(folder, files, await loadEvidence(folder));
  }

  get shared(): SharedEvidence {
    return this.#shared;
  }

  get context(): Omit<EvidenceContext, "at"> {
    return this.#context;
  }

  /**
   * Whether anything changed; then it was read. @throws NAT_SERVICE_EVIDENCE once for each change that is not sound
   */
  async refresh(): Promise<boolean> {
    const files = await filesOf(this.#folder);
    if (files === this.#read) return false;
    this.#read = files;
    const shared = await loadEvidence(this.#folder);
    // Somebody is still writing: what was read may be half of it.
    if ((await filesOf(this.#folder)) !== files) {
      this.#read = "";
      return false;
    }
    const context = contextOf(shared);
    [this.#shared, this.#context] = [shared, context];
    return true;
  }
}

/** Names, sizes and times of all files, in one text. */
async function filesOf(folder: string): Promise<string> {
  const entries = (await optional(readdir(folder, { recursive: true }))) ?? [];
  const names = entries.filter((name) => name === endorsements || !name.startsWith(endorsements));
  const told = names.sort().map(async (name) => {
    if (name === endorsements) return name;
    const file = await optional(stat(join(folder, name)));
    return `${name} ${file?.ino} ${file?.size} ${file?.mtimeMs}`;
  });
  return (await Promise.all(told)).join("\n");
}
