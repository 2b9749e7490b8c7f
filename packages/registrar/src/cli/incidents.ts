// SPDX-License-Identifier: Apache-2.0
// natalis incidents: births that were refused because a key, a unit or evidence was born before. For people, and for
// programs that watch: --json prints one object a line, --follow goes on, --exit-code tells whether there was any.

import { setTimeout as wait } from "node:timers/promises";
import { Command, InvalidArgumentError } from "commander";
import { isNatalisError } from "natalis/kernel";
import type { z } from "zod";
import { incidentPageSchema, type incidentSchema } from "../protocols/rest/admission-schemas.ts";
import type { RegistrarClient } from "./client.ts";
import { type ConnectionOptions, connect, withConnection } from "./connection.ts";
import { terminal } from "./output.ts";
import { stopped } from "./serve.ts";

interface IncidentOptions extends ConnectionOptions {
  readonly station?: string;
  readonly code?: string;
  readonly device?: string;
  readonly after?: number;
  readonly follow?: boolean;
  readonly json?: boolean;
  readonly exitCode?: boolean;
}

type Incident = z.infer<typeof incidentSchema>;

/** There were some, as with `git diff --exit-code` and `grep`, but an error has 1 already. */
const someFound = 2;
const pauseMilliseconds = 1000;

export function incidentsCommand(): Command {
  return withConnection(new Command("incidents"))
    .description("births that were refused because a key, a unit or evidence was born before")
    .option("--station <id>", "of one station")
    .option("--code <code>", "refused for one reason, such as NAT_BIRTH_KEY_REUSED")
    .option("--device <id>", "at what one device holds")
    .option("--after <entry>", "after this entry of the log", parseEntry)
    .option("--follow", "go on, and print what comes")
    .option("--json", "print one JSON object a line")
    .option("--exit-code", "exit with 2 if there is any")
    .action(async (options: IncidentOptions) => {
      const stop = options.follow === true ? stopped() : undefined;
      const { client } = await connect(options);
      const query = queryOf(options);
      let found = await printNew(client, query, options);
      if (stop !== undefined) found += await follow(client, query, options, stop);
      if (options.exitCode === true && found > 0) process.exitCode = someFound;
    });
}

/** Prints what there is after the query's `after`, and moves that on; answers how many. */
async function printNew(client: RegistrarClient, query: URLSearchParams, options: IncidentOptions): Promise<number> {
  for (let count = 0; ; ) {
    const page = await client.json("GET", `/incidents?${query.toString()}`, incidentPageSchema);
    for (const incident of page.incidents) print(incident, options);
    count += page.incidents.length;
    const last = page.incidents.at(-1);
    if (last !== undefined) query.set("after", String(last.entry));
    if (page.next === undefined) return count;
  }
}

/** Until it is told to stop; a registrar that is away for a while is asked again. Answers how many came. */
async function follow(
  client: RegistrarClient,
  query: URLSearchParams,
  options: IncidentOptions,
  stop: Promise<void>,
): Promise<number> {
  const end = new AbortController();
  void stop.then(() => end.abort());
  let count = 0;
  while (!end.signal.aborted) {
    await wait(pauseMilliseconds, undefined, { signal: end.signal }).catch(() => undefined);
    count += await printNew(client, query, options).catch((error: unknown) => {
      if (isNatalisError(error, "NAT_REGISTRAR_UNREACHABLE")) return 0;
      throw error;
    });
  }
  return count;
}

function print(incident: Incident, { json }: IncidentOptions): void {
  terminal.line(json === true ? JSON.stringify(incident) : lineOf(incident));
}

function lineOf({ entry, at, station, code, device = "-", unrecorded }: Incident): string {
  const rest = unrecorded > 0 ? [`and ${unrecorded} more before it`] : [];
  return [entry, at, station, code, device, ...rest].join("\t");
}

function queryOf({ station, code, device, after }: IncidentOptions): URLSearchParams {
  const query = new URLSearchParams({ limit: "500" });
  for (const [name, value] of Object.entries({ station, code, device, after }))
    if (value !== undefined) query.set(name, String(value));
  return query;
}

function parseEntry(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < -1 || text.trim() === "")
    throw new InvalidArgumentError("not the index of a log entry");
  return value;
}
