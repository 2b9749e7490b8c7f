// SPDX-License-Identifier: Apache-2.0
// A registrar in processes of its own, made and run by the command line as its users do, in a folder that is removed
// with it: one process, or several on one database.

import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodePem } from "natalis/formats";
import { parseTrustFile } from "natalis/registry";
import {
  ended,
  freePort,
  host,
  natalis,
  processorMilliseconds,
  residentMiB,
  type Server,
  startNatalis,
} from "./natalis-process.ts";
import { addTimes, type ThreadTimes, threadTimesOf } from "./instruments.ts";
import { prefill } from "./prefill.ts";

export interface BenchRegistrar {
  readonly host: string;
  /** Of each process. */
  readonly ports: readonly number[];
  /** PEM. */
  readonly roots: readonly string[];
  /** The first process's data folder. */
  readonly folder: string;
  /** Runs `natalis` against it; answers its standard output. */
  command(...words: readonly string[]): string;
  /** The largest resident size that a process of it had. */
  peakMemoryMiB(): number;
  /** The largest resident size of its processes now. */
  memoryMiB(): number;
  /** That processors have worked for it. */
  processorMilliseconds(): number;
  /** The same by the names of its threads. */
  threadTimes(): ThreadTimes;
  /** Ends its processes, which leaves the folder as it is. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

export interface BenchRegistrarOptions {
  /** Devices that are in the registry already; none if absent. */
  readonly rows?: number;
  /** Address of an empty PostgreSQL database; absent: SQLite. */
  readonly database?: string | undefined;
  /** How many processes; one if absent. */
  readonly registrars?: number;
}

/** Its only product line: any model, any serial number, any algorithm. */
export const product = "bench-sensor";

export async function openBenchRegistrar(options: BenchRegistrarOptions = {}): Promise<BenchRegistrar> {
  const { rows = 0, database, registrars = 1 } = options;
  const folder = mkdtempSync(join(tmpdir(), "natalis-bench-"));
  const places = Array.from({ length: registrars }, (_, number) => join(folder, `data-${number}`));
  const [data = folder] = places;
  const facts = ["--maker", "Bench Makers", "--origin", "bench.example/births", "--product", product];
  const kept = database === undefined ? [] : ["--database", database];
  natalis("init", ...facts, "--public-url", `http://${host}:${await freePort()}`, ...kept, "--data", data);
  if (rows > 0) await prefill(data, rows);
  for (const copy of places.slice(1)) cpSync(data, copy, { recursive: true });
  const servers: Server[] = [];
  for (const place of places) servers.push(await serve(place));
  const { roots } = parseTrustFile(readFileSync(join(data, "trust.json"), "utf8"));
  const largest = (what: "VmHWM" | "VmRSS") => Math.max(...servers.map(({ child }) => residentMiB(child, what)));
  const stop = async () => void (await Promise.all(servers.splice(0).map(({ child }) => ended(child))));
  return {
    host,
    ports: servers.map(({ port }) => port),
    roots: roots.map(({ der }) => encodePem("CERTIFICATE", der)),
    folder: data,
    command: (...words) => natalis(...words, "--data", data),
    peakMemoryMiB: () => largest("VmHWM"),
    memoryMiB: () => largest("VmRSS"),
    threadTimes: () => addTimes(servers.map(({ child }) => threadTimesOf(child.pid as number))),
    processorMilliseconds: () => servers.reduce((sum, { child }) => sum + processorMilliseconds(child), 0),
    stop,
    async close() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function serve(data: string): Promise<Server> {
  const [port, httpPort] = [await freePort(), await freePort()];
  const ports = ["--https-port", String(port), "--http-port", String(httpPort)];
  return { child: await startNatalis("serve", "--data", data, ...ports), port };
}
