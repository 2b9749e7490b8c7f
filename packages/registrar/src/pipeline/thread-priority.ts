// SPDX-License-Identifier: Apache-2.0
// How urgent a thread is to the operating system. Linux has a nice value for each thread, setpriority(2), and tells a
// thread its number in /proc/thread-self, proc(5); elsewhere a thread has no priority of its own, and nothing is done.

import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";
import { basename } from "node:path";

/** A third of the share of a thread that is as it was (sched(7)). */
const niceValue = 5;

/** Lets the other threads of the process come before the one that calls this. Answers whether it could be done. */
export function lessenPriority(readThreadLink: () => string = () => readlinkSync("/proc/thread-self")): boolean {
  try {
    setPriority(Number(basename(readThreadLink())), niceValue);
    return true;
  } catch {
    return false;
  }
}
