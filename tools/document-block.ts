// SPDX-License-Identifier: Apache-2.0
// Blocks of a Markdown file that a script writes: the text between `<!-- name -->` and `<!-- /name -->`.

import { existsSync, readFileSync, writeFileSync } from "node:fs";

/** The block's text, or undefined where file or block is absent. */
export function readBlock(file: string, name: string): string | undefined {
  return existsSync(file) ? blockPattern(name).exec(readFileSync(file, "utf8"))?.[1] : undefined;
}

/** Replaces the block's text. The file must hold both comments. */
export function writeBlock(file: string, name: string, text: string): void {
  if (readBlock(file, name) === undefined) throw new Error(`${file} has no <!-- ${name} --> … <!-- /${name} -->`);
  const document = readFileSync(file, "utf8");
  writeFileSync(
    file,
    document.replace(blockPattern(name), () => `<!-- ${name} -->\n${text}\n<!-- /${name} -->`),
  );
}

/** An empty block has one line break; a full one has its text between two. */
function blockPattern(name: string): RegExp {
  return new RegExp(`<!-- ${name} -->\\n([\\s\\S]*?)\\n?<!-- /${name} -->`);
}
