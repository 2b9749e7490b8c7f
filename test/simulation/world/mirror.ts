// SPDX-License-Identifier: Apache-2.0
// Where one registrar keeps the newest checkpoint outside the database. Its disk outlives the registrar; a write takes
// a while and may fail, before or after it took effect.

import type { CheckpointMirror } from "natalis/registry";
import type { Incarnation, Scheduler } from "./scheduler.ts";
import type { Trace } from "./trace.ts";
import type { Weather } from "./weather.ts";

export interface MirrorDisk {
  checkpoint: string | undefined;
}

export interface MirrorContext {
  readonly scheduler: Scheduler;
  readonly weather: Weather;
  readonly trace: Trace;
}

/** A disk that is full or fails: nobody knows what it kept. */
export class DiskFailed extends Error {
  override readonly name = "DiskFailed";
}

export function mirrorOn(
  disk: MirrorDisk,
  { scheduler, weather, trace }: MirrorContext,
  owner: Incarnation,
): CheckpointMirror {
  return {
    async read() {
      await scheduler.pause(owner);
      return disk.checkpoint;
    },
    async write(checkpoint) {
      await scheduler.pause(owner);
      const { random } = scheduler;
      const fails = random.chance(weather.faults.mirrorFailure);
      if (!fails || random.chance(0.5)) disk.checkpoint = checkpoint;
      await scheduler.pause(owner);
      if (!fails) return;
      trace.note(scheduler.now, owner.name, "cannot keep its checkpoint");
      throw new DiskFailed("the checkpoint may not have been kept");
    },
  };
}
