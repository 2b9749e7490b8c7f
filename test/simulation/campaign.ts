// SPDX-License-Identifier: Apache-2.0
// Many seeds, in one worker a core. A seed is the same in every worker, and alone.

import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Defect } from "./world/defect.ts";

export interface CampaignOptions {
  readonly from: number;
  readonly seeds: number;
  readonly defect?: Defect | undefined;
  readonly onProgress?: (done: number) => void;
}

export interface CampaignReport {
  readonly seeds: number;
  readonly steps: number;
  readonly answers: number;
  readonly slowest: Slowest;
  /** The text of each failure, by seed. */
  readonly failures: ReadonlyMap<number, string>;
}

/** The seed that took the largest share of the calm that it is allowed, virtual milliseconds. */
export interface Slowest {
  readonly seed: number;
  readonly calm: number;
  readonly allowed: number;
}

/** The seeds of one worker: every `stride`th. */
export interface Share {
  readonly from: number;
  readonly end: number;
  readonly stride: number;
  readonly defect: Defect | undefined;
}

/** What a worker tells now and then, of the seeds since it told last. */
export interface ShareProgress {
  readonly seeds: number;
  readonly steps: number;
  readonly answers: number;
  readonly slowest: Slowest;
  readonly failures: readonly (readonly [number, string])[];
}

export async function runCampaign({ from, seeds, defect, onProgress }: CampaignOptions): Promise<CampaignReport> {
  const workers = Math.min(availableParallelism(), seeds);
  const failures: (readonly [number, string])[] = [];
  const sum = { seeds: 0, steps: 0, answers: 0, slowest: { seed: from, calm: 0, allowed: 1 } };
  const add = (progress: ShareProgress) => {
    sum.seeds += progress.seeds;
    sum.steps += progress.steps;
    sum.answers += progress.answers;
    sum.slowest = slowerOf(sum.slowest, progress.slowest);
    failures.push(...progress.failures);
    onProgress?.(sum.seeds);
  };
  const shares = Array.from({ length: workers }, (_, i): Share => {
    return { from: from + i, end: from + seeds, stride: workers, defect };
  });
  await Promise.all(shares.map((share) => runShare(share, add)));
  return { ...sum, failures: new Map(failures.toSorted(([a], [b]) => a - b)) };
}

export function slowerOf(a: Slowest, b: Slowest): Slowest {
  return b.calm / b.allowed > a.calm / a.allowed ? b : a;
}

function runShare(share: Share, add: (progress: ShareProgress) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: share });
    worker.on("message", add);
    worker.on("error", reject);
    worker.on("exit", () => resolve());
  });
}
