// SPDX-License-Identifier: Apache-2.0
// `natalis` as a process of its own, and what Linux tells of it.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { fileURLToPath } from "node:url";

export interface Server {
  readonly child: ChildProcess;
  readonly port: number;
}

export const host = "127.0.0.1";
const entry = fileURLToPath(new URL("./cli/main.ts", import.meta.resolve("@natalis/registrar")));

/** Starts one that serves, and waits until it does. */
export async function startNatalis(...words: readonly string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, [entry, ...words], { stdio: ["ignore", "pipe", "ignore"] });
  await listens(child);
  return child;
}

export async function ended(child: ChildProcess): Promise<void> {
  const closed = once(child, "close");
  child.kill("SIGTERM");
  await closed;
}

/** Runs it to its end; answers its standard output. */
export function natalis(...words: readonly string[]): string {
  return execFileSync(process.execPath, [entry, ...words], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** Its first words are said when it listens. */
async function listens(server: ChildProcess): Promise<void> {
  const gone = once(server, "close").then(() => Promise.reject(new Error("it does not start")));
  await Promise.race([once(server.stdout as NodeJS.ReadableStream, "data"), gone]);
  gone.catch(() => undefined);
}

/** As Linux counts it. */
export function residentMiB({ pid }: ChildProcess, what: "VmHWM" | "VmRSS"): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`${what}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
}

/** User and system time, which Linux counts in hundredths of a second (proc(5), fields 14 and 15 of stat). */
export function processorMilliseconds({ pid }: ChildProcess): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, host), "listening");
  const { port } = server.address() as AddressInfo;
  await once(server.close(), "close");
  return port;
}
