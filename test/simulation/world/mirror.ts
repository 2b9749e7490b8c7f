// SPDX-License-Identifier: Apache-2.0
// Where one registrar keeps the newest checkpoint outside the database: the registrar's own mirror on a disk that
// outlives it. A write takes a while, replaces the file whole, and is safe from a power cut at its end only; it may
// fail, before or after it took effect.

import { FileCheckpointMirror, type MirrorDisk } from "@natalis/node";
import { decodeUtf8, encodeUtf8 } from "natalis/kernel";
import type { CheckpointMirror } from "natalis/registry";
import type { Defect } from "./defect.ts";
import type { Random } from "./random.ts";
import type { Incarnation, Scheduler } from "./scheduler.ts";
import type { Trace } from "./trace.ts";
import type { Weather } from "./weather.ts";

export interface MirrorContext {
  readonly scheduler: Scheduler;
  readonly weather: Weather;
  readonly trace: Trace;
  readonly defect: Defect | undefined;
}

/** A disk that is full or fails: nobody knows what it kept. */
export class DiskFailed extends Error {
  override readonly name = "DiskFailed";
}

export class MirrorFile {
  checkpoint: string;
  /** What a power cut may bring back. */
  #synced: string;

  constructor(checkpoint: string) {
    this.checkpoint = checkpoint;
    this.#synced = checkpoint;
  }

  /** Entries of the log that it covers: the second line of a checkpoint (C2SP tlog-checkpoint). */
  get size(): number {
    return Number(this.checkpoint.split("\n", 2)[1]);
  }

  sync(): void {
    this.#synced = this.checkpoint;
  }

  cutPower(random: Random): void {
    if (random.chance(0.5)) this.checkpoint = this.#synced;
    this.sync();
  }
}

/** The mirror for one run of a registrar. */
export function mirrorOn(file: MirrorFile, context: MirrorContext, owner: Incarnation): CheckpointMirror {
  const mirror = new FileCheckpointMirror("checkpoint", diskOf(file, context, owner));
  if (context.defect !== "hasty-answer") return mirror;
  const write = async (checkpoint: string) => void mirror.write(checkpoint).catch(() => undefined);
  return { read: () => mirror.read(), write };
}

function diskOf(file: MirrorFile, context: MirrorContext, owner: Incarnation): MirrorDisk {
  const { scheduler, weather, trace, defect } = context;
  return {
    async read() {
      await scheduler.pause(owner);
      return encodeUtf8(file.checkpoint);
    },
    async write(_, bytes) {
      if (defect === "skipped-mirror") return;
      await scheduler.pause(owner);
      const fails = scheduler.random.chance(weather.faults.mirrorFailure);
      if (!fails || scheduler.random.chance(0.5)) file.checkpoint = decodeUtf8(bytes);
      await scheduler.pause(owner);
      if (fails) {
        trace.note(scheduler.now, owner.name, "cannot keep its checkpoint");
        throw new DiskFailed("the checkpoint may not have been kept");
      }
      file.sync();
    },
  };
}
