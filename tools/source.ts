// SPDX-License-Identifier: Apache-2.0
// The source files of the repository, and source text with its comments, strings and regular expressions blanked out:
// what the scripts here scan, since TypeScript 7 offers no parser to programs. Lexical grammar: ECMA-262 section 12.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";

const skippedFolders = new Set(["node_modules", "dist", "coverage", ".git", ".natalis"]);

/** Every file below `root/folder` whose name ends in one of `endings`, relative to `root`, with "/" between, sorted. */
export function listFiles(root: string, folders: readonly string[], endings: readonly string[]): string[] {
  const found = folders.flatMap((folder) => walk(join(root, folder)));
  return found
    .filter((file) => endings.some((ending) => file.endsWith(ending)))
    .map((file) => relative(root, file).split(sep).join("/"))
    .toSorted();
}

/** The text of one file of the repository. */
export function readSource(root: string, file: string): string {
  return readFileSync(join(root, file), "utf8");
}

export function isTest(file: string): boolean {
  return file.endsWith(".test.ts");
}

const opening = /\/\/|\/\*|["'`/{}]/g;
const literals: Readonly<Record<string, RegExp>> = {
  "//": /\/\/.*/y,
  "/*": /\/\*[\s\S]*?(?:\*\/|$)/y,
  '"': /"(?:\\[\s\S]|[^"\\\n])*"?/y,
  "'": /'(?:\\[\s\S]|[^'\\\n])*'?/y,
  "/": /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/?/y,
};
const templatePart = /[`}](?:\\[\s\S]|\$(?!\{)|[^`\\$])*(?:`|\$\{)?/y;

/**
 * Blanks out what is not code: comments wholly, strings, templates and regular expressions between their delimiters.
 * The length and every line break stay, so that an offset into the answer is an offset into `text`.
 */
export function maskSource(text: string): string {
  let masked = "";
  /** Depths of braces at which substitutions of templates began. */
  const substitutions: number[] = [];
  let depth = 0;
  for (let offset = 0; offset < text.length; offset = masked.length) {
    opening.lastIndex = offset;
    const start = opening.exec(text)?.[0];
    masked += text.slice(offset, start === undefined ? text.length : opening.lastIndex - start.length);
    if (start === undefined) break;
    if (start === "}") depth--;
    if (start === "`" || (start === "}" && substitutions.at(-1) === depth)) {
      const part = match(templatePart, text, masked.length);
      if (start === "}") substitutions.pop();
      if (part.endsWith("${")) substitutions.push(depth++);
      masked += blank(part, part.endsWith("${") ? 2 : 1);
    } else if (start === "{" || start === "}" || (start === "/" && !startsRegularExpression(masked))) {
      if (start === "{") depth++;
      masked += start;
    } else masked += blank(match(literals[start] as RegExp, text, masked.length), start.length === 2 ? 0 : 1);
  }
  return masked;
}

/** The 1-based line that holds `offset`. */
export function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

/** Files in a folder and beneath; a file is itself, what does not exist is nothing. */
function walk(path: string): string[] {
  const kind = statSync(path, { throwIfNoEntry: false });
  if (kind?.isFile()) return [path];
  if (!kind?.isDirectory()) return [];
  const names = readdirSync(path).filter((name) => !skippedFolders.has(name));
  return names.flatMap((name) => walk(join(path, name)));
}

function match(pattern: RegExp, text: string, offset: number): string {
  pattern.lastIndex = offset;
  return pattern.exec(text)?.[0] ?? (text[offset] as string);
}

/** Spaces for all but the line breaks and the delimiters at both ends: one character before, `kept` after. */
function blank(literal: string, kept: number): string {
  const start = Math.min(kept, 1);
  const end = Math.max(start, literal.length - kept);
  return literal.slice(0, start) + literal.slice(start, end).replace(/[^\n]/g, " ") + literal.slice(end);
}

/** A slash divides after a value (name, number, closing bracket); else it starts a regular expression. */
function startsRegularExpression(before: string): boolean {
  const tail = before.slice(-200).trimEnd();
  const word = /[\w$]+$/.exec(tail)?.[0];
  if (word !== undefined) return /^(?:return|typeof|case|in|of|delete|void|throw|new|else|await|yield)$/.test(word);
  return !/[)\]"'`]$/.test(tail);
}
