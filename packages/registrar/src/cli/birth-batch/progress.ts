// SPDX-License-Identifier: Apache-2.0
// How far a batch is, how fast, and how long it will take: a bar on a terminal, elsewhere a line now and then. On standard
// error, since results go elsewhere. Signals do what they do: Ctrl-C ends the batch at once, and a second run goes on.

import { SingleBar } from "cli-progress";

export interface BatchProgress {
  /** @param provisional how many of the units were borne provisionally */
  advance(units: number, provisional?: number): void;
  stop(): void;
}

const linesWithoutTerminal = 10;

/** @param now milliseconds since any fixed instant */
export function batchProgress(
  total: number,
  stream: NodeJS.WriteStream = process.stderr,
  now: () => number = () => performance.now(),
): BatchProgress {
  const begun = now();
  let [done, notTaken] = [0, 0];
  const rate = () => Math.round((1000 * done) / Math.max(now() - begun, 1));
  const tell = stream.isTTY ? bar(total, stream) : lines(total, stream);
  return {
    advance(units, provisional = 0) {
      done += units;
      notTaken += provisional;
      tell.at(done, rate(), notTaken === 0 ? "" : `, ${notTaken} provisional`);
    },
    stop: () => tell.stop(),
  };
}

function bar(total: number, stream: NodeJS.WriteStream) {
  const format = "births [{bar}] {percentage}% {value}/{total}, {rate}/s, {eta_formatted} left{provisional}";
  const single = new SingleBar({ format, hideCursor: false, gracefulExit: false, stream, etaBuffer: 100 });
  single.start(total, 0, { rate: 0, provisional: "" });
  const at = (done: number, rate: number, provisional: string) => single.update(done, { rate, provisional });
  return { at, stop: () => single.stop() };
}

function lines(total: number, stream: NodeJS.WriteStream) {
  let told = 0;
  return {
    at(done: number, rate: number, provisional: string) {
      const due = Math.floor((done * linesWithoutTerminal) / Math.max(total, 1));
      if (due <= told) return;
      told = due;
      const left = Math.ceil((total - done) / Math.max(rate, 1));
      stream.write(`births: ${done} of ${total}, ${rate}/s, ${left} s left${provisional}\n`);
    },
    stop: () => undefined,
  };
}
