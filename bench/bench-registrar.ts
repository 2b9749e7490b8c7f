// SPDX-License-Identifier: Apache-2.0
// A registrar in a process of its own, made and run by the command line as its users do, in a folder that is removed
// with it.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { encodePem } from "natalis/formats";
import { parseTrustFile } from "natalis/registry";
import { prefill } from "./prefill.ts";

export interface BenchRegistrar {
  readonly host: string;
  readonly port: number;
  /** PEM. */
  readonly roots: readonly string[];
  /** Runs `natalis` against it; answers its standard output. */
  command(...words: readonly string[]): string;
  /** The largest resident size it had. */
  peakMemoryMiB(): number;
  /** Its resident size now. */
  memoryMiB(): number;
  close(): Promise<void>;
}

/** Its only product line: any model, any serial number, any algorithm. */
export const product = "bench-sensor";

const entry = fileURLToPath(new URL("./cli/main.ts", import.meta.resolve("@natalis/registrar")));
const host = "127.0.0.1";

/** With so many devices in it already. */
export async function openBenchRegistrar(rows = 0): Promise<BenchRegistrar> {
  const folder = mkdtempSync(join(tmpdir(), "natalis-bench-"));
  const data = join(folder, "data");
  const [port, httpPort] = [await freePort(), await freePort()];
  const command = (...words: readonly string[]) => natalis(...words, "--data", data);
  const facts = ["--maker", "Bench Makers", "--origin", "bench.example/births", "--product", product];
  command("init", ...facts, "--public-url", `http://${host}:${httpPort}`);
  if (rows > 0) await prefill(data, rows);
  const ports = ["--https-port", String(port), "--http-port", String(httpPort)];
  const server = spawn(process.execPath, [entry, "serve", "--data", data, ...ports], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  await listens(server);
  const { roots } = parseTrustFile(readFileSync(join(data, "trust.json"), "utf8"));
  return {
    host,
    port,
    roots: roots.map(({ der }) => encodePem("CERTIFICATE", der)),
    command,
    peakMemoryMiB: () => residentMiB(server, "VmHWM"),
    memoryMiB: () => residentMiB(server, "VmRSS"),
    async close() {
      server.kill("SIGTERM");
      await once(server, "close");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function natalis(...words: readonly string[]): string {
  return execFileSync(process.execPath, [entry, ...words], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** Its first words are said when it listens. */
async function listens(server: ChildProcess): Promise<void> {
  const ended = once(server, "close").then(() => Promise.reject(new Error("the registrar does not start")));
  await Promise.race([once(server.stdout as NodeJS.ReadableStream, "data"), ended]);
  ended.catch(() => undefined);
}

/** As Linux counts it. */
function residentMiB({ pid }: ChildProcess, what: "VmHWM" | "VmRSS"): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`${what}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, host), "listening");
  const { port } = server.address() as AddressInfo;
  await once(server.close(), "close");
  return port;
}
