// SPDX-License-Identifier: Apache-2.0
// What evidence is held against, as a running registrar knows it: read at the start, and again when a file of its folder
// changed. A folder that is not sound stops a start; of a running registrar it changes nothing, and is told: births go on
// by what was read last, and it is tried again until it is sound, since what was wrong may be no file's fault.

import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { type CertificateList, formatName } from "natalis/formats";
import type { EvidenceContext } from "natalis/protect";
import { contextOf, type SharedEvidence } from "../pipeline/evidence.ts";
import { endorsementsIn, loadEvidence } from "./evidence-roots.ts";

/** That of imported manifests, which are looked up in the file itself: that it is there is all. */
const endorsements = basename(endorsementsIn(""));

/** What counts, in numbers: a list that went missing is to be seen. */
export interface EvidenceCount {
  readonly roots: number;
  readonly lists: number;
  readonly androidStatusList: boolean;
  readonly manifests: boolean;
}

export class EvidenceSource {
  readonly #folder: string;
  /** The files as they were when they were last read and sound. */
  #read: string;
  /** What was told last of files that were not. */
  #told: string | undefined;
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

  get count(): EvidenceCount {
    const { roots, lists, androidStatusList, endorsements: manifests } = this.#shared;
    const isThere = { androidStatusList: androidStatusList !== undefined, manifests: manifests !== undefined };
    return { roots: roots.length, lists: lists.length, ...isThere };
  }

  /** Issuers of the lists that are not current: what they certified is refused as evidence. */
  endedLists(at: Date): readonly string[] {
    const { lists = [] } = this.#context;
    const isCurrent = ({ nextUpdate }: CertificateList) => nextUpdate !== undefined && at < nextUpdate;
    return lists.filter((list) => !isCurrent(list)).map(({ issuer }) => formatName(issuer));
  }

  /**
   * Whether anything changed; then it was read. @throws NAT_SERVICE_EVIDENCE once for each thing that is not sound
   */
  async refresh(): Promise<boolean> {
    const files = await filesOf(this.#folder);
    if (files === this.#read) {
      this.#told = undefined;
      return false;
    }
    const shared = await this.#load();
    // Somebody is still writing: what was read may be half of it.
    if (shared === undefined || (await filesOf(this.#folder)) !== files) return false;
    const context = contextOf(shared);
    [this.#shared, this.#context, this.#read, this.#told] = [shared, context, files, undefined];
    return true;
  }

  /** Undefined where it is not sound, and was told so. */
  async #load(): Promise<SharedEvidence | undefined> {
    try {
      return await loadEvidence(this.#folder);
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      if (said === this.#told) return undefined;
      this.#told = said;
      throw error;
    }
  }
}

/** Names, sizes and times of all files, in one text: of a change too that lets a file be read. */
async function filesOf(folder: string): Promise<string> {
  const names = await namesIn(folder);
  const beneath = names.map(async (name) => (await namesIn(join(folder, name))).map((file) => join(name, file)));
  const told = [...names, ...(await Promise.all(beneath)).flat()]
    .filter((name) => name === endorsements || !name.startsWith(endorsements))
    .sort()
    .map((name) => toldOf(folder, name));
  return (await Promise.all(told)).join("\n");
}

/** Of a folder, also one that a link leads to; a file has none, nor has what cannot be read, which its times tell. */
function namesIn(path: string): Promise<string[]> {
  return readdir(path).catch(() => []);
}

async function toldOf(folder: string, name: string): Promise<string> {
  const file = await stat(join(folder, name)).catch(() => undefined);
  // Imports change what is in it, and whoever looks there sees it; of another file nobody has looked yet.
  if (name === endorsements) return `${name} ${file?.ino} ${file?.size === 0}`;
  return `${name} ${file?.ino} ${file?.size} ${file?.mtimeMs} ${file?.ctimeMs}`;
}
