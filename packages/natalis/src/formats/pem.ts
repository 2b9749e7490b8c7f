// SPDX-License-Identifier: Apache-2.0
// PEM, the textual encoding (RFC 7468): written strictly; read with any line length, either line ending and
// explanatory text between blocks, but base64 must be canonical and each block must be closed under its own label.

import { errorFactory, fromBase64, isNatalisError, toBase64 } from "../kernel/index.ts";

export const pemErrors = {
  NAT_PEM_SIZE: "The text is longer than this reader takes.",
  NAT_PEM_NONE: "The text has no block of this label.",
  NAT_PEM_BOUNDARY: "A block is not closed, or is closed under another label.",
  NAT_PEM_BASE64: "A block holds something that is not canonical base64.",
} as const;

const fail = errorFactory(pemErrors);

const defaultMaxCharacters = 1 << 20;
const boundary = /^-----(BEGIN|END) ([A-Z0-9 ]{1,64})-----[ \t]*$/;

/** One block with lines of 64 characters; label such as "CERTIFICATE" (RFC 7468 section 4 lists them). */
export function encodePem(label: string, der: Uint8Array): string {
  const lines = toBase64(der).match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

/**
 * The content of every block with this label, in order; blocks of other labels are passed over. By default a million
 * characters are read at most, which no certificate needs and long lists exceed.
 * @throws NAT_PEM_SIZE NAT_PEM_NONE NAT_PEM_BOUNDARY NAT_PEM_BASE64
 */
export function parsePem(text: string, label: string, maxCharacters = defaultMaxCharacters): Uint8Array[] {
  if (text.length > maxCharacters) throw fail("NAT_PEM_SIZE", `${text.length} of ${maxCharacters} characters`);
  const blocks = blocksOf(text.split(/\r?\n/)).filter((block) => block.label === label);
  if (blocks.length === 0) throw fail("NAT_PEM_NONE", label);
  return blocks.map((block) => contentOf(block.lines));
}

interface Block {
  readonly label: string;
  readonly lines: string[];
}

function blocksOf(lines: readonly string[]): Block[] {
  const blocks: Block[] = [];
  let open: Block | undefined;
  for (const line of lines) {
    const [, edge, label = ""] = boundary.exec(line) ?? [];
    if (edge === undefined) open?.lines.push(line);
    else if (edge === "BEGIN" && open === undefined) open = { label, lines: [] };
    else if (edge === "END" && open?.label === label) {
      blocks.push(open);
      open = undefined;
    } else throw fail("NAT_PEM_BOUNDARY", `${edge} ${label}`);
  }
  if (open !== undefined) throw fail("NAT_PEM_BOUNDARY", `${open.label} is not closed`);
  return blocks;
}

function contentOf(lines: readonly string[]): Uint8Array {
  try {
    return fromBase64(lines.map((line) => line.trim()).join(""));
  } catch (cause) {
    if (isNatalisError(cause)) throw fail("NAT_PEM_BASE64", `${lines.length} lines`, cause);
    throw cause;
  }
}
