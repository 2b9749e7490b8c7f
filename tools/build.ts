// SPDX-License-Identifier: Apache-2.0
// Builds what is published: for each package a folder `dist` that is a package of its own, JavaScript and types beside
// each other, with a package.json whose entry points are the built files. Sources run unbuilt; only publishing needs
// this. `node tools/build.ts [--root DIR]`.

import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repository, runsDirectly, toolOptions } from "./report.ts";

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly [member: string]: unknown;
}

/** In the order of their dependencies: each is compiled against the types of those before it. */
export const publishedFolders = ["natalis", "node", "registrar"] as const;

/** Builds all packages below `root`; answers their `dist` folders. */
export function buildPackages(root: string): string[] {
  return publishedFolders.map((folder) => {
    const source = join(root, "packages", folder);
    rmSync(join(source, "dist"), { recursive: true, force: true });
    compile(root, source);
    writePackage(root, source);
    return join(source, "dist");
  });
}

function compile(root: string, source: string): void {
  const config = join(source, "tsconfig.build.json");
  writeFileSync(config, JSON.stringify(compilerConfig(source), undefined, 2));
  const tsc = spawnSync(join(repository, "node_modules/.bin/tsc"), ["--project", config], {
    encoding: "utf8",
    cwd: root,
  });
  rmSync(config);
  if (tsc.status !== 0) throw new Error(`${source} does not compile:\n${tsc.stdout}${tsc.stderr}`);
}

function compilerConfig(source: string) {
  const portable = source.endsWith("natalis");
  return {
    extends: "../../tsconfig.base.json",
    compilerOptions: {
      noEmit: false,
      declaration: true,
      rewriteRelativeImportExtensions: true,
      rootDir: "src",
      outDir: "dist",
      types: portable ? [] : ["node"],
      lib: portable ? ["es2024", "webworker"] : ["es2024"],
      // The other packages as their users will see them.
      paths: { "natalis/*": ["../natalis/dist/*/index.d.ts"], "@natalis/node": ["../node/dist/index.d.ts"] },
    },
    include: ["src"],
    exclude: ["src/**/*.test.ts", "src/**/test-token.ts", "src/**/unsafe-test-*.ts"],
  };
}

function writePackage(root: string, source: string): void {
  const manifest: Manifest = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
  const dist = join(source, "dist");
  writeFileSync(join(dist, "package.json"), `${JSON.stringify(publishedManifest(manifest), undefined, 2)}\n`);
  cpSync(join(root, "LICENSE"), join(dist, "LICENSE"));
  cpSync(join(root, "README.md"), join(dist, "README.md"));
  for (const bin of Object.values(manifest.bin ?? {})) {
    mkdirSync(join(dist, "bin"), { recursive: true });
    cpSync(join(source, bin), join(dist, bin));
    chmodSync(join(dist, bin), 0o755);
  }
  if (!existsSync(join(dist, "package.json"))) throw new Error(`${dist} was not built`);
}

/** The same package, its sources exchanged for what was built of them. */
export function publishedManifest(manifest: Manifest): Manifest {
  const entries = Object.entries(manifest.exports).map(([entry, file]) => {
    const built = String(file)
      .replace(/^\.\/src\//, "./")
      .replace(/\.ts$/, "");
    return [entry, { types: `${built}.d.ts`, default: `${built}.js` }] as const;
  });
  return {
    ...manifest,
    exports: { ...Object.fromEntries(entries), "./package.json": "./package.json" },
    engines: { node: ">=24" },
    sideEffects: false,
  };
}

if (runsDirectly(import.meta.url)) for (const dist of buildPackages(toolOptions().root)) console.log(dist);
