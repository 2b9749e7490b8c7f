// SPDX-License-Identifier: Apache-2.0
// What a source file imports: static imports and exports, import(), import types, and module addresses made with
// new URL(…, import.meta.url), by which workers are started (ECMA-262 section 16.2).

import { lineOf, maskSource } from "./source.ts";

export interface Import {
  /** The module named, or undefined where import() is given something computed. */
  readonly specifier: string | undefined;
  readonly line: number;
}

const forms = [
  /(?<![.\w$])from\s*(?=["'])/g,
  /(?<![.\w$])import\s*(?=["'])/g,
  /(?<![.\w$])import\s*\(\s*(?=[^)\s])/g,
  /(?<![.\w$])require\s*\(\s*(?=["'`])/g,
  /(?<![.\w$])new\s+URL\s*\(\s*(?=["'][^"']*["']\s*,\s*import\.meta\.url)/g,
];

/** All imports of one file, in order of their form. */
export function scanImports(text: string): Import[] {
  const code = maskSource(text);
  return forms.flatMap((form) => Array.from(code.matchAll(form), (match) => importAt(text, code, match)));
}

function importAt(text: string, code: string, match: RegExpExecArray): Import {
  const start = match.index + match[0].length;
  const literal = /^(["'`])( *)\1(?!\s*\+)/.exec(code.slice(start))?.[2];
  const specifier = literal === undefined ? undefined : text.slice(start + 1, start + 1 + literal.length);
  return { specifier, line: lineOf(text, match.index) };
}
