// SPDX-License-Identifier: Apache-2.0
// natalis expect import|list|count|remove: which units of a product line are to be born.

import { Command, Option } from "commander";
import { expectedPageSchema, productSchema, removalResultSchema } from "../protocols/rest/admission-schemas.ts";
import type { RegistrarClient } from "./client.ts";
import { type ConnectionOptions, connect, withConnection } from "./connection.ts";
import { clientError } from "./errors.ts";
import { readExpectedUnits } from "./expect/file.ts";
import { importUnits } from "./expect/import-units.ts";
import { terminal } from "./output.ts";
import { progressBar } from "./progress.ts";

interface ExpectOptions extends ConnectionOptions {
  readonly product: string;
}

/** Everything was asked for, and some of it stayed as it was. */
const someStayed = 2;
const removalsPerRequest = 500;
const shownConflicts = 10;

export function expectCommand(): Command {
  return new Command("expect")
    .description("which units of a product line are to be born, where its profile admits imported units")
    .addCommand(importCommand())
    .addCommand(listCommand())
    .addCommand(countCommand())
    .addCommand(removeCommand());
}

function withProduct(command: Command): Command {
  return withConnection(command).requiredOption("--product <product>", "the product line");
}

function importCommand(): Command {
  return withProduct(new Command("import"))
    .description("add the units of a file: CSV or NDJSON with serial and, where wanted, model")
    .argument("<file>")
    .action(async (file: string, options: ExpectOptions) => {
      const units = await readExpectedUnits(file);
      const { client } = await connect(options);
      await warnIfUnused(client, options.product);
      const progress = progressBar("units", units.length, terminal);
      const advance = (count: number) => progress.advance(count);
      const sum = await importUnits(client, options.product, units, advance).finally(() => progress.stop());
      for (const { line, serial } of sum.conflicting.slice(0, shownConflicts))
        terminal.warn(`line ${line}, ${serial}: it is expected as another model, and stays so`);
      const born = sum.born > 0 ? ` (${sum.born} of them are born already)` : "";
      terminal.line(`${sum.added} added${born}, ${sum.known} known before, ${sum.conflicts} expected as another model`);
      if (sum.conflicts > 0) process.exitCode = someStayed;
    });
}

/** A list may well be there before its profile asks for it, but nobody should wonder. */
async function warnIfUnused(client: RegistrarClient, product: string): Promise<void> {
  const { admission } = await client.json("GET", addressOf(product), productSchema);
  if (admission.kind !== "imported")
    terminal.warn(`the profile of ${product} admits by ${admission.kind}: its list is not looked at`);
}

function listCommand(): Command {
  return withProduct(new Command("list"))
    .description("list expected units by serial number: serial, model, born or left")
    .addOption(new Option("--state <state>", "only those").choices(["born", "left"]))
    .action(async (options: ExpectOptions & { readonly state?: string }) => {
      const { client } = await connect(options);
      const query = new URLSearchParams({ limit: "500", ...(options.state !== undefined && { state: options.state }) });
      for (;;) {
        const page = await client.json("GET", `${listOf(options.product)}?${query.toString()}`, expectedPageSchema);
        for (const { serial, model, state } of page.units) terminal.line([serial, model ?? "", state].join("\t"));
        if (page.next === undefined) return;
        query.set("after", page.next);
      }
    });
}

function countCommand(): Command {
  return withProduct(new Command("count"))
    .description("how many units are expected, born and left")
    .action(async (options: ExpectOptions) => {
      const { client } = await connect(options);
      const { expected } = await client.json("GET", addressOf(options.product), productSchema);
      terminal.line(`expected ${expected.units}, born ${expected.born}, left ${expected.left}`);
    });
}

function removeCommand(): Command {
  return withProduct(new Command("remove"))
    .description("take units off that are not born")
    .argument("[serials...]")
    .option("--file <file>", "CSV or NDJSON with the units, as for import")
    .action(async (serials: string[], options: ExpectOptions & { readonly file?: string }) => {
      if ((serials.length === 0) === (options.file === undefined))
        throw clientError("NAT_CLIENT_OPTION", "either serial numbers or --file");
      const listed = options.file === undefined ? [] : await readExpectedUnits(options.file);
      const all = [...serials, ...listed.map(({ serial }) => serial)];
      const { client } = await connect(options);
      const { removed, born, absent } = await removeUnits(client, options.product, all);
      for (const serial of born.slice(0, shownConflicts)) terminal.warn(`${serial} is born, and stays`);
      terminal.line(`${removed} removed, ${born.length} born, ${absent.length} in no list`);
      if (born.length > 0) process.exitCode = someStayed;
    });
}

async function removeUnits(client: RegistrarClient, product: string, serials: readonly string[]) {
  const sum = { removed: 0, born: [] as string[], absent: [] as string[] };
  for (let at = 0; at < serials.length; at += removalsPerRequest) {
    const body = { serials: serials.slice(at, at + removalsPerRequest) };
    const result = await client.json("POST", `${listOf(product)}/removals`, removalResultSchema, body);
    sum.removed += result.removed;
    sum.born.push(...result.born);
    sum.absent.push(...result.absent);
  }
  return sum;
}

function addressOf(product: string): string {
  return `/products/${encodeURIComponent(product)}`;
}

function listOf(product: string): string {
  return `${addressOf(product)}/expected-units`;
}
