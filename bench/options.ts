// SPDX-License-Identifier: Apache-2.0
// The command line of the benches, read strictly: a mistyped number must not become another measurement.

import { parseArgs } from "node:util";
import type { AnyBench, DatabaseKind } from "./bench.ts";
import { benches, findBench } from "./catalogue.ts";
import type { Plan } from "./measure.ts";

export interface Options {
  readonly bench: AnyBench;
  readonly plan: Plan;
  /** Of a bench that asks a server. */
  readonly connections: number;
  readonly rows: number;
  readonly database: DatabaseKind;
  readonly registrars: number;
  readonly json: boolean;
  readonly peers: boolean;
}

export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The medians of fewer rounds say nothing. */
const fewestRounds = 3;
/** The warm-up lasts until V8 has compiled what a bench runs. */
const defaults = { rounds: "5", seconds: "2", "warm-up": "12", workers: "1" } as const;

const seconds = /^\d{1,3}(?:\.\d{1,3})?$/;

export const usage = `npm run bench -- NAME [options]

  --json        the result as one JSON object in the last line
  --rounds N    rounds after the warm-up, ${fewestRounds} to 100 (${defaults.rounds})
  --seconds S   length of a round, 0.05 to 600 (${defaults.seconds})
  --warm-up S   length of the warm-up, 0.05 to 600 (${defaults["warm-up"]})
  --workers N   worker threads at the work, 1 to 64 (${defaults.workers})
  --connections N
                connections to the server that is measured, 1 to 1000 (64; 4 with --batch)
  --batch       of births: 500 a request
  --rows N      of births: with so many devices registered already, 1 to 100000000, over an empty registry;
                of memory: births in all (100000); of size too (20000)
  --database NAME
                of births and memory: sqlite or postgres, a server of its own (sqlite)
  --registrars N
                of births in postgres: processes that serve one database, 1 to 8 (1)
  --peers       others that do the same too
  --authority softhsm
                of issue: with the authority's key in a token

NAME is ${benches
  .map(({ name }) => name)
  .filter((name) => !name.includes(" "))
  .join(" or ")}.`;

/** @throws UsageError */
export function parseOptions(words: readonly string[]): Options {
  const { values, positionals } = parseWords(words);
  const [name, ...others] = positionals;
  if (name === undefined) throw new UsageError("which bench?");
  if (others.length > 0) throw new UsageError(`one bench at a time, not ${others.join(", ")} as well`);
  const bench = benchNamed(name, values);
  const workers = numberIn("--workers", values.workers, /^\d{1,2}$/, 1, 64);
  if (!("contenders" in bench) && workers > 1)
    throw new UsageError(`${name} asks a server: it has --connections, no --workers`);
  return {
    bench,
    plan: {
      rounds: numberIn("--rounds", values.rounds, /^\d{1,3}$/, fewestRounds, 100),
      seconds: numberIn("--seconds", values.seconds, seconds, 0.05, 600),
      warmUpSeconds: numberIn("--warm-up", values["warm-up"], seconds, 0.05, 600),
      workers,
    },
    connections: connectionsOf(bench, values.connections),
    rows: values.rows === undefined ? 0 : numberIn("--rows", values.rows, /^\d{1,9}$/, 1, 100_000_000),
    ...databaseOf(bench, values),
    json: values.json,
    peers: values.peers,
  };
}

/** SQLite is one process's. */
function databaseOf(
  bench: AnyBench,
  { database = "sqlite", registrars = "1" }: { database?: string | undefined; registrars?: string | undefined },
): Pick<Options, "database" | "registrars"> {
  if (database !== "sqlite" && database !== "postgres")
    throw new UsageError(`--database is sqlite or postgres, not ${JSON.stringify(database)}`);
  const count = numberIn("--registrars", registrars, /^\d$/, 1, 8);
  if (database !== "sqlite" && !("anyDatabase" in bench)) throw new UsageError(`${bench.name} has no --database`);
  if (count > 1 && database === "sqlite") throw new UsageError("--registrars needs --database postgres");
  return { database, registrars: count };
}

function parseWords(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        json: { type: "boolean", default: false },
        peers: { type: "boolean", default: false },
        rounds: { type: "string", default: defaults.rounds },
        seconds: { type: "string", default: defaults.seconds },
        "warm-up": { type: "string", default: defaults["warm-up"] },
        workers: { type: "string", default: defaults.workers },
        connections: { type: "string" },
        batch: { type: "boolean", default: false },
        rows: { type: "string" },
        database: { type: "string" },
        registrars: { type: "string" },
        authority: { type: "string" },
      },
    });
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

interface Variants {
  readonly batch: boolean;
  readonly rows?: string | undefined;
  readonly authority?: string | undefined;
}

/** An option may make another bench of it. */
function benchNamed(name: string, { batch, rows, authority }: Variants): AnyBench {
  const named = findBench(name);
  if (named !== undefined && "report" in named && !batch && authority === undefined) return named;
  if (name.includes(" ") || findBench(name) === undefined)
    throw new UsageError(`there is no bench ${JSON.stringify(name)}`);
  const kept = authority === undefined ? "" : ` --authority ${authority}`;
  const variant = `${name}${batch ? " --batch" : ""}${rows === undefined ? "" : " --rows"}${kept}`;
  const bench = findBench(variant);
  if (bench === undefined) throw new UsageError(`there is no bench ${variant}`);
  return bench;
}

function connectionsOf(bench: AnyBench, given: string | undefined): number {
  if (given !== undefined) return numberIn("--connections", given, /^\d{1,4}$/, 1, 1000);
  return "connections" in bench ? bench.connections : 0;
}

function numberIn(option: string, text: string, pattern: RegExp, least: number, most: number): number {
  const number = pattern.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new UsageError(`${option} is a number from ${least} to ${most}, not ${JSON.stringify(text)}`);
}
