// SPDX-License-Identifier: Apache-2.0
// The token of the authority's keys on the command line: its URI (RFC 7512), and its PIN from a file or the keyboard. A
// command line, an environment and a URI are read by others: none of them ever holds a PIN.

import { parsePkcs11Uri, readPassphraseFile } from "@natalis/node";
import type { Command } from "commander";
import { isNatalisError } from "natalis/kernel";
import type { TokenAccess } from "../service/authority-token.ts";
import { clientError } from "./errors.ts";
import { askSecret } from "./ask.ts";
import { type Output, terminal } from "./output.ts";

export interface PinOptions {
  readonly pinFile?: string;
}

export interface TokenOptions extends PinOptions {
  readonly authorityToken?: string;
  readonly existingKeys?: boolean;
}

export function withPinOptions(command: Command): Command {
  return command.option("--pin-file <file>", "file with the PIN of the authority's token (default: ask for it)");
}

/** Reads the PIN when it is needed. @throws NAT_CLIENT_OPTION where there is neither file nor keyboard, NAT_CLIENT_FILE */
export function pinSource({ pinFile }: PinOptions, output: Output = terminal): () => Promise<string> {
  return async () => {
    if (pinFile === undefined) return askSecret("PIN of the authority's token: ", "--pin-file");
    const { passphrase, warning } = await readPassphraseFile(pinFile).catch((cause: unknown) => {
      if (isNatalisError(cause)) throw cause;
      throw clientError("NAT_CLIENT_FILE", pinFile, cause);
    });
    if (warning !== undefined) output.warn(warning);
    return passphrase;
  };
}

/** Undefined where the keys are to be in files. @throws NAT_CLIENT_OPTION, NAT_PKCS11_URI, and as `pinSource` */
export async function readTokenAccess(options: TokenOptions): Promise<TokenAccess | undefined> {
  const { authorityToken, existingKeys: existing = false } = options;
  if (authorityToken === undefined) {
    if (existing) throw clientError("NAT_CLIENT_OPTION", "--existing-keys are in an --authority-token");
    return undefined;
  }
  const uri = parsePkcs11Uri(authorityToken);
  return { uri, pin: await pinSource(options)(), existing };
}
