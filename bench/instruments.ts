// SPDX-License-Identifier: Apache-2.0
// What measuring takes: clocks, and a way to make each contender pay for its own garbage. Without that, whoever
// allocates most is interrupted for the others' leavings too: native jobs of node:crypto are heavy to free, and their
// owners hardly ever fill the heap by themselves.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

export interface Instruments {
  /** Milliseconds since any fixed instant. */
  readonly wallTime: () => number;
  /** Milliseconds that processors have worked for this process, all its threads together. */
  readonly processorTime: () => number;
  /** Frees what became garbage lately. */
  readonly collectYoung: () => void;
  /** Frees all garbage, and leaves no collection under way. */
  readonly collectAll: () => void;
}

/** Those of this thread. */
export function nodeInstruments(): Instruments {
  setFlagsFromString("--expose-gc");
  const collect: (options: { readonly type: "minor" | "major" }) => void = runInNewContext("gc");
  return {
    wallTime: () => performance.now(),
    processorTime: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    },
    collectYoung: () => collect({ type: "minor" }),
    collectAll: () => collect({ type: "major" }),
  };
}
