// SPDX-License-Identifier: Apache-2.0
// Progress of long jobs: a bar on a terminal; elsewhere a line now and then, so that a log stays readable.

import { SingleBar } from "cli-progress";
import type { Output } from "./output.ts";

export interface Progress {
  advance(by: number): void;
  stop(): void;
}

const linesWithoutTerminal = 4;

export function progressBar(title: string, total: number, output: Output): Progress {
  return process.stdout.isTTY ? terminalBar(title, total) : plainLines(title, total, output);
}

function terminalBar(title: string, total: number): Progress {
  const format = `${title} [{bar}] {percentage}% {value}/{total} {eta_formatted}`;
  const bar = new SingleBar({ format, hideCursor: true, clearOnComplete: true, stream: process.stdout });
  bar.start(total, 0);
  return { advance: (by) => bar.increment(by), stop: () => bar.stop() };
}

function plainLines(title: string, total: number, output: Output): Progress {
  let done = 0;
  let told = 0;
  return {
    advance(by) {
      done += by;
      const due = Math.floor((done * linesWithoutTerminal) / Math.max(total, 1));
      if (due <= told) return;
      told = due;
      output.line(`${title}: ${done} of ${total}`);
    },
    stop: () => undefined,
  };
}

/**
 * Progress of a job whose end is not known, on standard error since its results go to standard output; without a
 * terminal there is none. The cursor stays and signals do what they do, so that Ctrl-C ends the job at once.
 */
export function countProgress(title: string, unit: string, stream: NodeJS.WriteStream = process.stderr): Progress {
  if (!stream.isTTY) return { advance: () => undefined, stop: () => undefined };
  const begun = performance.now();
  const format = `${title} {value} ${unit}, {rate}/s`;
  const bar = new SingleBar({ format, hideCursor: false, gracefulExit: false, stream });
  let done = 0;
  bar.start(0, 0, { rate: 0 });
  return {
    advance(by) {
      done += by;
      bar.update(done, { rate: Math.round((1000 * done) / (performance.now() - begun)) });
    },
    stop: () => bar.stop(),
  };
}
