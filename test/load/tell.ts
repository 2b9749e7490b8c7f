// SPDX-License-Identifier: Apache-2.0
// How a load tells how far it is: lines on standard error, and progress now and then.

export interface Tell {
  line(text: string): void;
  /** Answers what is to be told how many are done. */
  progress(what: string, total: number): (done: number) => void;
}

export const silent: Tell = { line: () => undefined, progress: () => () => undefined };

const everyMilliseconds = 2_000;

/** @param now milliseconds since any fixed instant */
export function tellTo(write: (text: string) => void, now: () => number = () => performance.now()): Tell {
  return {
    line: (text) => write(`${text}\n`),
    progress(what, total) {
      const begun = now();
      let told = begun;
      return (done) => {
        if (done < total && now() - told < everyMilliseconds) return;
        told = now();
        const rate = Math.round((1000 * done) / Math.max(now() - begun, 1));
        write(`${what}: ${done} of ${total}, ${rate}/s\n`);
      };
    },
  };
}
