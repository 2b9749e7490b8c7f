// SPDX-License-Identifier: Apache-2.0
// Keeps documents honest: the files that must be there, their length, links to files that exist, the licence line on
// each source file. `node tools/docs.ts [--root DIR]`. Generated parts are checked by the scripts that write them.

import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { report, runsDirectly, toolOptions } from "./report.ts";
import { isTest, listFiles, readSource } from "./source.ts";

const required = [
  "README.md",
  "ARCHITECTURE.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "CHANGELOG.md",
  "LICENSE",
  "docs/error-codes.md",
  "docs/decisions",
];
const wordLimits: Readonly<Record<string, number>> = { "README.md": 700, "ARCHITECTURE.md": 1500 };
const licence = "// SPDX-License-Identifier: Apache-2.0";
const sourceEndings = [".ts", ".mts", ".mjs", ".js", ".tsx"];

/** What is wrong with the documents and the headers below `root`. */
export function checkDocs(root: string): string[] {
  const documents = listFiles(root, ["."], [".md"]);
  const sources = listFiles(root, ["packages", "tools", "bench", "test", "examples"], sourceEndings);
  return [
    ...required.filter((file) => !existsSync(join(root, file))).map((file) => `${file}: absent`),
    ...Object.entries(wordLimits).flatMap(([file, limit]) => checkLength(root, file, limit)),
    ...documents.flatMap((file) => checkLinks(root, file)),
    ...sources.flatMap((file) => checkHeader(file, readSource(root, file))),
  ];
}

/** Words are what white space parts, code and tables included. */
function checkLength(root: string, file: string, limit: number): string[] {
  if (!existsSync(join(root, file))) return [];
  const words = readFileSync(join(root, file), "utf8").split(/\s+/).filter(Boolean).length;
  return words > limit ? [`${file}: ${words} words, over ${limit}`] : [];
}

/** Relative links must lead to a file, and an anchor in a Markdown file to one of its headings. */
function checkLinks(root: string, file: string): string[] {
  const prose = readSource(root, file)
    .replace(/^(```|~~~)[\s\S]*?^\1/gm, "")
    .replace(/`[^`\n]*`/g, "");
  const links = Array.from(
    prose.matchAll(/\]\(\s*<?([^)\s>]+)|^\[[^\]]+\]:\s*(\S+)/gm),
    (link) => link[1] ?? link[2] ?? "",
  );
  return links.filter((link) => !/^[a-z][a-z0-9+.-]*:/i.test(link)).flatMap((link) => checkLink(root, file, link));
}

function checkLink(root: string, file: string, link: string): string[] {
  const [path = "", anchor] = decodeURI(link).split("#");
  const target = path === "" ? join(root, file) : join(root, dirname(file), path);
  if (!existsSync(target)) return [`${file}: link to ${link}, which does not exist`];
  if (anchor === undefined || statSync(target).isDirectory() || !target.endsWith(".md")) return [];
  return headingAnchors(readFileSync(target, "utf8")).includes(anchor)
    ? []
    : [`${file}: link to ${link}, no such heading`];
}

/** Anchors as code hosts make them: lower case, punctuation dropped, spaces to hyphens. */
function headingAnchors(text: string): string[] {
  return Array.from(text.matchAll(/^#{1,6}\s+(.+)$/gm), (heading) =>
    (heading[1] as string)
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replace(/\s/g, "-"),
  );
}

/** The licence line comes first (after a #! line), then a comment that says what the file is, if it is no test. */
function checkHeader(file: string, text: string): string[] {
  const [first, second] = text.replace(/^#!.*\n/, "").split("\n");
  if (first !== licence) return [`${file}: first line is not ${licence}`];
  return isTest(file) || /^(?:\/\/|\/\*)/.test(second ?? "")
    ? []
    : [`${file}: does not say what it is below the licence line`];
}

if (runsDirectly(import.meta.url)) report("documents", checkDocs(toolOptions().root));
