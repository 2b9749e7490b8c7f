// SPDX-License-Identifier: Apache-2.0
// `npm run bench -- NAME [options]`: measures one bench. Exit code 2 for a command line that is not understood; a
// missed budget is shown and is not a failure, since the machine may be the reason.

import type { Bench, LoadBench } from "./bench.ts";
import type { Lane } from "./lane.ts";
import { measure } from "./measure.ts";
import { type Options, parseOptions, UsageError, usage } from "./options.ts";
import { encodeFigures, figuresOf, linesOf, tableOf } from "./report.ts";
import { openWorkerLane } from "./worker-lane.ts";

try {
  await run(parseOptions(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${usage}`);
  process.exitCode = 2;
}

async function run({ bench, plan, json, ...more }: Options): Promise<void> {
  if ("report" in bench) {
    const report = await bench.report(more);
    console.log(json ? JSON.stringify(report) : (bench.describe?.(report) ?? linesOf(report)));
  } else await measureLane({ bench, plan, json, ...more });
}

type Measured = Omit<Options, "bench"> & { readonly bench: Bench | LoadBench };

async function measureLane({ bench, plan, json, ...more }: Measured): Promise<void> {
  const lane = await openLane({ bench, plan, ...more });
  try {
    const measurements = await measure(lane, plan);
    const cores = lane.pace?.cores ?? plan.workers;
    const memory = lane.peakMemoryMiB?.() ?? process.resourceUsage().maxRSS / 1024;
    const figures = figuresOf(
      { ...bench, ...(lane.facts && { facts: lane.facts }) },
      measurements,
      { ...plan, cores },
      memory,
    );
    console.log(json ? encodeFigures(figures) : tableOf(figures));
  } finally {
    await lane.close();
  }
}

function openLane({ bench, plan, ...more }: Omit<Measured, "json">): Promise<Lane> {
  if ("open" in bench) return bench.open(more);
  const { peers } = more;
  return openWorkerLane(bench, { workers: plan.workers, peers });
}
