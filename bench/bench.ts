// SPDX-License-Identifier: Apache-2.0
// What a bench is: one thing of ours, the limit it is held against, and others that do the same, measured in one run so
// that the same seconds of the same machine are shared among them.

import type { Awaitable } from "natalis/kernel";
import type { Lane, Pace } from "./lane.ts";

/**
 * - work: what the bench is about
 * - limit: the operations that work cannot do without, and nothing else
 * - peer: another library's way to the same result
 * - beside: something else of ours that is worth a figure in the same run
 */
export type Role = "work" | "limit" | "peer" | "beside";

/** What is measured: `unitsPerOperation` units. Throws where the result is wrong, since a wrong result has no speed. */
export type Operation = () => Awaitable<unknown>;

export interface Contender {
  /** Names a peer or a beside figure in the report. */
  readonly name: string;
  readonly role: Role;
  /** The clock that tells of it, where the lane's cannot: that of another process's work, say. */
  readonly clock?: "processor" | "wall";
  /** Where it does another number of units at once than the bench's. */
  readonly unitsPerOperation?: number;
  /** Makes ready, in the thread that will operate. */
  prepare(): Promise<Operation>;
}

export interface BenchFacts {
  readonly name: string;
  /** What one unit is, in the plural. */
  readonly unit: string;
  readonly unitsPerOperation: number;
  /** The least share of the limit that is good enough. */
  readonly budget: number;
}

export interface Bench extends BenchFacts {
  /** Measures the peers also where nobody asks for them. */
  readonly peersAlways?: boolean;
  /** Where more than the processor counts, the disk for one. */
  readonly pace?: Pace;
  /** Exactly one work and one limit, then the others. */
  readonly contenders: readonly Contender[];
}

export interface LoadOptions {
  readonly connections: number;
  /** Devices that are in the registry already. */
  readonly rows: number;
  readonly database: DatabaseKind;
  /** Processes that serve one database. */
  readonly registrars: number;
  /** Measures others that do the same too. */
  readonly peers: boolean;
}

export type DatabaseKind = "sqlite" | "postgres";

/** A bench of a server, asked over many connections at once: it brings its lane along. */
export interface LoadBench extends BenchFacts {
  /** Where no option says how many. */
  readonly connections: number;
  /** Whether `--database` and `--registrars` mean anything to it. */
  readonly anyDatabase?: boolean;
  open(options: LoadOptions): Promise<Lane>;
}

export type Report = Readonly<Record<string, string | number>>;

/** A bench whose figure is no rate: it measures by itself. */
export interface ReportBench {
  readonly name: string;
  readonly connections: number;
  readonly anyDatabase?: boolean;
  /** The figures, as JSON has them. */
  report(options: LoadOptions): Promise<Report>;
  /** For people; absent: a figure a line. */
  describe?(report: Report): string;
}

export type AnyBench = Bench | LoadBench | ReportBench;
