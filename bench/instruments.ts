// SPDX-License-Identifier: Apache-2.0
// What measuring takes: two clocks.

export interface Instruments {
  /** Milliseconds since any fixed instant. */
  readonly wallTime: () => number;
  /** Milliseconds that processors have worked for this process, all its threads together. */
  readonly processorTime: () => number;
}

export function nodeInstruments(): Instruments {
  return {
    wallTime: () => performance.now(),
    processorTime: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    },
  };
}
