// SPDX-License-Identifier: Apache-2.0
// natalis evidence manifest import|list|remove: what makers ship with their secure elements. Like the roots that they
// are held against, manifests are the data folder's: these commands work on it, whether a registrar runs or not.

import { basename } from "node:path";
import { readBoundedFile, systemClock } from "@natalis/node";
import { Command } from "commander";
import { decodeUtf8 } from "natalis/kernel";
import { contextOf } from "../pipeline/evidence.ts";
import { dataFolder } from "../service/data-folder.ts";
import { endorsementsIn, loadEvidence } from "../service/evidence-roots.ts";
import { manifestPageLimit, Manifests } from "../service/manifests.ts";
import { defaultDataFolder } from "./connection.ts";
import { clientError } from "./errors.ts";
import { terminal } from "./output.ts";

interface ManifestOptions {
  readonly data: string;
}

const largestManifest = 64 * 1024 * 1024;

export function manifestCommand(): Command {
  return new Command("manifest")
    .description("makers' signed manifests of secure elements, by which births know keys")
    .addCommand(
      withData(new Command("import"))
        .description("verify a manifest by the signers in roots.json, and keep it")
        .argument("<file>", "a JSON array of signed entries")
        .option("--name <name>", "to list and remove it by (default: the file's name)")
        .action(importManifest),
    )
    .addCommand(
      withData(new Command("list"))
        .description("list manifests: name, elements, when imported; or the elements of one: unique id, keys")
        .argument("[manifest]")
        .action(list),
    )
    .addCommand(withData(new Command("remove")).description("forget a manifest").argument("<manifest>").action(remove));
}

function withData(command: Command): Command {
  return command.option("--data <dir>", "the registrar's data folder", defaultDataFolder);
}

async function importManifest(file: string, { data, name }: ManifestOptions & { readonly name?: string }) {
  const bytes = await readBoundedFile(file, largestManifest).catch((cause: unknown) => {
    throw clientError("NAT_CLIENT_FILE", file, cause);
  });
  const folder = dataFolder(data).evidenceRoots;
  // Before anything is made: without a signer no manifest is believed.
  const context = contextOf(await loadEvidence(folder));
  await withManifests(folder, async (manifests) => {
    const taken = await manifests.take(name ?? basename(file), decodeUtf8(bytes), context);
    terminal.line(`${taken.name}: ${taken.elements} elements imported`);
  });
}

async function list(manifest: string | undefined, { data }: ManifestOptions): Promise<void> {
  await withManifests(dataFolder(data).evidenceRoots, async (manifests) => {
    if (manifest === undefined)
      for (const { name, elements, importedAt } of paged(
        (after) => manifests.list(after),
        ({ name: last }) => last,
      ))
        terminal.line([name, elements, importedAt.toISOString()].join("\t"));
    else
      for (const { uniqueId, keys } of paged(
        (after) => manifests.elements(manifest, after),
        (last) => last.uniqueId,
      ))
        terminal.line([uniqueId, keys].join("\t"));
  });
}

async function remove(manifest: string, { data }: ManifestOptions): Promise<void> {
  await withManifests(dataFolder(data).evidenceRoots, async (manifests) => {
    manifests.remove(manifest);
    terminal.line(`${manifest}: removed`);
  });
}

/** Page after page, so that memory does not grow with the list. */
function* paged<Row>(page: (after: string) => readonly Row[], placeOf: (row: Row) => string): Generator<Row> {
  for (let after = ""; ; ) {
    const rows = page(after);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < manifestPageLimit) return;
    after = placeOf(last);
  }
}

/** @throws NAT_CLIENT_FILE where there is no folder of roots */
async function withManifests(folder: string, work: (manifests: Manifests) => Promise<void>): Promise<void> {
  let manifests: Manifests;
  try {
    manifests = new Manifests(endorsementsIn(folder), systemClock);
  } catch (cause) {
    throw clientError("NAT_CLIENT_FILE", `${folder}: roots.json there says whose manifests are believed`, cause);
  }
  try {
    await work(manifests);
  } finally {
    manifests.close();
  }
}
