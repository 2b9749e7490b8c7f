// SPDX-License-Identifier: Apache-2.0
// Finds the functions of a source file and their lengths, by their brackets: functions, methods and arrow functions
// with a body, and arrow functions without one that span several lines (ECMA-262 section 15).

import { lineOf, maskSource } from "./source.ts";

export interface FoundFunction {
  readonly name: string;
  /** 1-based line of its parameters. */
  readonly line: number;
  readonly lines: number;
}

const notFunctions = /\b(?:if|for|while|switch|catch|with|await)\s*$/;
const statementWords = /^(?:return|const|let|var|if|for|while|switch|case|default|break|continue|throw|try|class)\b/;

/** All functions of one file, nested ones too, in order of their parameters. */
export function findFunctions(text: string): FoundFunction[] {
  const code = maskSource(text);
  const found: FoundFunction[] = [];
  for (let open = code.indexOf("("); open >= 0; open = code.indexOf("(", open + 1)) {
    if (notFunctions.test(code.slice(Math.max(0, open - 20), open))) continue;
    const end = functionEnd(code, closing(code, open) + 1);
    if (end === undefined) continue;
    const line = lineOf(code, open);
    found.push({ name: nameBefore(code, open), line, lines: lineOf(code, end) - line + 1 });
  }
  return found;
}

/** Offset of the last character of the function whose parameters end before `offset`; undefined if it is none. */
function functionEnd(code: string, offset: number): number | undefined {
  let start = skipSpace(code, offset);
  if (code[start] === ":") start = skipSpace(code, typeEnd(code, start + 1));
  if (code[start] === "{") return closing(code, start);
  if (!code.startsWith("=>", start)) return undefined;
  const body = skipSpace(code, start + 2);
  if (code[body] === "{") return closing(code, body);
  const end = expressionEnd(code, body);
  return code.slice(start, end).includes("\n") ? end : undefined;
}

/** Where a return type ends: before a body, an arrow, or whatever shows that it was no type. */
function typeEnd(code: string, start: number): number {
  let typeMayStart = true;
  for (let offset = skipSpace(code, start); offset < code.length; offset = skipSpace(code, offset)) {
    const character = code[offset] as string;
    if (code.startsWith("=>", offset)) return offset;
    if (character === "{" && !typeMayStart) return offset;
    if (/[;,)}\]=?]/.test(character) || statementWords.test(code.slice(offset, offset + 9))) return offset;
    if (/[({[<]/.test(character)) offset = closing(code, offset) + 1;
    else offset += /^[\w$."'`]+(?:\s*["'`])?/.exec(code.slice(offset, offset + 200))?.[0].length ?? 1;
    typeMayStart = /[|&]/.test(character) || /(?:\bis|\bkeyof)$/.test(code.slice(offset - 6, offset));
  }
  return code.length;
}

/** The last character of the expression at `start`: what follows is `,` `;` or the bracket that holds it. */
function expressionEnd(code: string, start: number): number {
  for (let offset = start; offset < code.length; offset++) {
    const character = code[offset] as string;
    if (/[,;)\]}]/.test(character)) return offset - 1;
    if (/[({[]/.test(character)) offset = closing(code, offset);
  }
  return code.length - 1;
}

/** The bracket that closes the one at `open`; angle brackets count only if that one is angular, arrows never. */
function closing(code: string, open: number): number {
  const angular = code[open] === "<";
  let depth = 0;
  for (let offset = open; offset < code.length; offset++) {
    const character = code[offset] as string;
    if (/[({[]/.test(character) || (angular && character === "<")) depth++;
    if (/[)}\]]/.test(character) || (angular && character === ">" && code[offset - 1] !== "=")) depth--;
    if (depth === 0) return offset;
  }
  return code.length - 1;
}

function skipSpace(code: string, start: number): number {
  let offset = start;
  while (/\s/.test(code[offset] ?? "")) offset++;
  return offset;
}

/** The word before the parameters, or what an arrow function is assigned to. */
function nameBefore(code: string, open: number): string {
  const before = code.slice(Math.max(0, open - 200), open).replace(/\basync\s*$/, "");
  const name = /([\w$#]+)\s*(?:<[^();]*>)?\s*$/.exec(before) ?? /([\w$#]+)\s*[:=]\s*$/.exec(before);
  return name?.[1] ?? "anonymous";
}
