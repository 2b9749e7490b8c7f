// SPDX-License-Identifier: Apache-2.0
// Proves that imports point down only: every import of every source file is held against tools/layer-table.ts.
// `node tools/layers.ts [--root DIR] [--write]`; --write puts the table into ARCHITECTURE.md.

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { readBlock, writeBlock } from "./document-block.ts";
import { type Import, scanImports } from "./imports.ts";
import {
  forTestsOnly,
  type Layer,
  layerBlock,
  layers,
  outerFolders,
  portablePackages,
  type Room,
} from "./layer-table.ts";
import { type Packages, readPackages } from "./packages.ts";
import { report, runsDirectly, toolOptions } from "./report.ts";
import { isTest, listFiles, readSource } from "./source.ts";

interface Place {
  readonly room: Room;
  readonly layer: Layer;
  /** 0 is the highest. */
  readonly rank: number;
}

const places: readonly Place[] = layers.flatMap((layer, rank) => layer.rooms.map((room) => ({ room, layer, rank })));

/** What breaks the rules below `root`, one sentence each. */
export function checkLayers(root: string): string[] {
  const files = listFiles(root, ["packages", ...outerFolders], [".ts", ".mts", ".mjs", ".js", ".tsx"]);
  const sources = files.filter((file) => /^packages\/[^/]+\/src\//.test(file));
  if (sources.length === 0) return [`no source file found below ${join(root, "packages")}: nothing was proved`];
  const packages = readPackages(root);
  const problems = files.flatMap((file) =>
    scanImports(readSource(root, file)).flatMap((found) => checkImport(packages, file, found)),
  );
  return [...checkRooms(root, sources), ...problems, ...checkDocument(root)];
}

function checkRooms(root: string, sources: readonly string[]): string[] {
  const unknown = sources.filter((file) => placeOf(file) === undefined);
  const absent = places.filter(({ room }) => !existsSync(join(root, room.folder)));
  return [
    ...unknown.map((file) => `${file}: belongs to no room of tools/layer-table.ts`),
    ...absent.map(({ room }) => `${room.folder}: room of tools/layer-table.ts does not exist`),
  ];
}

function checkDocument(root: string): string[] {
  const shown = readBlock(join(root, "ARCHITECTURE.md"), "layers");
  return shown === layerBlock() ? [] : ["ARCHITECTURE.md: its layers differ: node tools/layers.ts --write"];
}

function checkImport(packages: Packages, file: string, { specifier, line }: Import): string[] {
  const tell = (problem: string) => [`${file}:${line}: ${problem}`];
  const outer = outerFolders.some((folder) => file.startsWith(`${folder}/`));
  if (specifier === undefined) return outer || isTest(file) ? [] : tell("import() of something computed");
  if (specifier.startsWith(".")) {
    const target = join(dirname(file), specifier).replaceAll("\\", "/");
    if (packageOf(target) !== packageOf(file)) return tell(`${specifier} leaves the package: import it by name`);
    return outer ? [] : checkTarget(file, target, tell);
  }
  if (specifier.startsWith("node:")) {
    const portable = portablePackages.includes(packageOf(file) ?? "") && !isTest(file);
    return portable ? tell(`${specifier} in a package that runs anywhere`) : [];
  }
  const exported = packages.resolve(specifier);
  if (exported === "foreign" || outer) return exported === undefined ? tell(`${specifier} is not exported`) : [];
  return exported === undefined ? tell(`${specifier} is not exported`) : checkTarget(file, exported, tell);
}

function checkTarget(file: string, target: string, tell: (problem: string) => string[]): string[] {
  const from = placeOf(file);
  const to = placeOf(target);
  if (from === undefined || to === undefined || from.room === to.room) return [];
  const { name } = to.room;
  if (to.room.closed && target !== `${to.room.folder}/index.ts`) return tell(`${target}: import index.ts of ${name}`);
  if (isTest(file)) return [];
  if (forTestsOnly.includes(name)) return tell(`${name} is for tests only`);
  if (to.rank > from.rank || from.room.sees.includes(name)) return [];
  return tell(`${from.room.name} (${from.layer.name}) may not import ${name} (${to.layer.name})`);
}

/** The room with the longest folder that holds the file. */
function placeOf(file: string): Place | undefined {
  const holding = places.filter(({ room }) => file.startsWith(`${room.folder}/`));
  return holding.toSorted((a, b) => b.room.folder.length - a.room.folder.length)[0];
}

function packageOf(file: string): string | undefined {
  return /^packages\/[^/]+/.exec(file)?.[0];
}

if (runsDirectly(import.meta.url)) {
  const { root, write } = toolOptions();
  if (write) writeBlock(join(root, "ARCHITECTURE.md"), "layers", layerBlock());
  report("layers", checkLayers(root));
}
