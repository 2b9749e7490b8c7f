// SPDX-License-Identifier: Apache-2.0
// For demos, tests and benches: a PostgreSQL server of their own in a temporary folder, on a Unix socket and a loopback
// port, without passwords. Started by this process and ended by its process id. Servers refuse to run as root, so root
// hands over to the user `postgres` that Debian's package makes.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";

const debianFolder = "/usr/lib/postgresql";
const memory = "/dev/shm";
const memoryDue = 2 ** 30;
const startAttempts = 400;
const startPause = 25;

export type StopMode = "fast" | "immediate" | "kill";

export interface TemporaryPostgres {
  /** Where its socket is; `data` in it holds everything else. */
  readonly folder: string;
  /** The address of a database over TCP; `postgres` is there from the start. */
  address(database: string, user?: string): string;
  /** Makes an empty database and answers its address. */
  newDatabase(): Promise<string>;
  /** Runs statements as the superuser. */
  query(text: string, database?: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /**
   * "fast" ends sessions in good order; "immediate" as a crash does, so that the next start recovers; "kill" is kill -9
   * of the server and of all its sessions.
   */
  stop(mode: StopMode): Promise<void>;
  start(): Promise<void>;
  /** Ends it and removes its folder. */
  close(): Promise<void>;
}

/** The folder of `initdb` and `postgres`, or undefined where PostgreSQL is not installed. */
export function findPostgres(): string | undefined {
  const versions = existsSync(debianFolder) ? readdirSync(debianFolder) : [];
  const folders = versions
    .toSorted((a, b) => Number(b) - Number(a))
    .map((version) => join(debianFolder, version, "bin"));
  return folders.find((folder) => existsSync(join(folder, "initdb")));
}

export interface TemporaryPostgresOptions {
  /** Free on 127.0.0.1. */
  readonly port: number;
  /** Where its folder is made: memory, where there is room, unless something is to be measured. */
  readonly parent?: string;
  /** Lines of postgresql.conf; "{data}" in them stands for the folder of the data. */
  readonly settings?: readonly string[];
  /** Lines of pg_hba.conf before the one that lets everyone in. */
  readonly access?: readonly string[];
  /** Files to put there, by name: the server's user's only. */
  readonly files?: Readonly<Record<string, string>>;
}

export async function openTemporaryPostgres(options: TemporaryPostgresOptions): Promise<TemporaryPostgres> {
  const { port, parent = roomiestParent(), settings = [], access = [], files = {} } = options;
  const programs = findPostgres();
  if (programs === undefined) throw new Error("PostgreSQL is not installed: apt-get install postgresql");
  const folder = mkdtempSync(join(parent, "natalis-postgres-"));
  const data = join(folder, "data");
  if (isRoot) execFileSync("chown", ["postgres", folder]);
  chmodSync(folder, 0o700);
  const words = [
    "-D",
    data,
    "-U",
    "postgres",
    "--auth=trust",
    "--encoding=UTF8",
    "--locale=C",
    "--no-sync",
    "--wal-segsize=4",
  ];
  execFileSync(...asServer(join(programs, "initdb"), words), { stdio: ["ignore", "ignore", "pipe"] });
  const lines = [`listen_addresses = '127.0.0.1'`, `port = ${port}`, `unix_socket_directories = '${folder}'`];
  const conf = [...lines, "max_connections = 60", ...settings].join("\n").replaceAll("{data}", data);
  writeFileSync(join(data, "postgresql.auto.conf"), `${conf}\n`);
  const everyone = readFileSync(join(data, "pg_hba.conf"), "utf8");
  writeFileSync(join(data, "pg_hba.conf"), `${access.join("\n")}\n${everyone}`);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(data, name), text, { mode: 0o600 });
  if (isRoot) execFileSync("chown", ["-R", "postgres", data]);
  const server = new Server(join(programs, "postgres"), folder, port);
  await server.start();
  return server;
}

/** A disk takes its time to sync what nobody will read again. */
function roomiestParent(): string {
  if (!existsSync(memory)) return tmpdir();
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize >= memoryDue ? memory : tmpdir();
}

/** postgresql.org/docs/current/server-shutdown.html */
const signals = { fast: "SIGINT", immediate: "SIGQUIT", kill: "SIGKILL" } as const;

/** Of Linux; each of a server's sessions is a process. */
function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
  return text.split(" ").filter(Boolean).map(Number);
}

/** One that has ended by itself meanwhile has done what it was to do. */
function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

const isRoot = process.getuid?.() === 0;

/** The program and its words, run as a user that a server may run as. */
function asServer(program: string, words: readonly string[]): [string, string[]] {
  if (!isRoot) return [program, [...words]];
  return ["setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", program, ...words]];
}

class Server implements TemporaryPostgres {
  readonly folder: string;
  readonly #program: string;
  readonly #port: number;
  #child: ChildProcess | undefined;
  #databases = 0;

  constructor(program: string, folder: string, port: number) {
    this.#program = program;
    this.folder = folder;
    this.#port = port;
  }

  address(database: string, user = "postgres"): string {
    return `postgres://${user}@127.0.0.1:${this.#port}/${database}`;
  }

  async newDatabase(): Promise<string> {
    const name = `registry_${this.#databases++}`;
    await this.query(`CREATE DATABASE ${name}`);
    return this.address(name);
  }

  async query(text: string, database = "postgres"): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const client = new pg.Client({ host: this.folder, port: this.#port, user: "postgres", database });
    client.on("error", () => undefined);
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  }

  async start(): Promise<void> {
    const child = spawn(...asServer(this.#program, ["-D", join(this.folder, "data")]), {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let printed = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        printed = (printed + text).slice(-4000);
      });
    this.#child = child;
    for (let attempt = 0; attempt < startAttempts; attempt++) {
      if (await this.#answers()) return;
      if (child.exitCode !== null) break;
      await wait(startPause);
    }
    throw new Error(`the server does not start\n${printed}`);
  }

  async stop(mode: StopMode): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const sessions = mode === "kill" ? childrenOf(child.pid) : [];
    const ended = new Promise((resolve) => child.once("close", resolve));
    // setpriv has become the server itself: it is the same process.
    child.kill(signals[mode]);
    for (const pid of sessions) kill(pid);
    await ended;
    this.#child = undefined;
  }

  async close(): Promise<void> {
    await this.stop("immediate");
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  #answers(): Promise<boolean> {
    return this.query("SELECT 1").then(
      () => true,
      () => false,
    );
  }
}
