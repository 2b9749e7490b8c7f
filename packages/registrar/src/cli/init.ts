// SPDX-License-Identifier: Apache-2.0
// natalis init: makes an authority and an empty registry in a data folder; with its root elsewhere, in two steps.

import { Command } from "commander";
import { completeRegistrar } from "../service/external-root.ts";
import { initRegistrar, type Made } from "../service/init.ts";
import { documentationArc, parseSettings } from "../service/settings.ts";
import { readTokenAccess, pinSource, withPinOptions } from "./authority-options.ts";
import { defaultDataFolder } from "./connection.ts";
import { databaseOption, requireNoPassword } from "./database-option.ts";
import { clientError } from "./errors.ts";
import { terminal } from "./output.ts";

interface InitOptions {
  readonly data: string;
  readonly maker?: string;
  readonly origin?: string;
  readonly publicUrl?: string;
  readonly arc: string;
  readonly product: string;
  readonly passphraseFile?: string;
  readonly database?: string;
  readonly authorityToken?: string;
  readonly existingKeys?: boolean;
  readonly pinFile?: string;
  readonly externalRoot?: boolean;
  readonly root?: string;
  readonly issuing?: string;
  readonly rootCrl?: string;
  readonly rehearsal?: boolean;
}

export function initCommand(): Command {
  const command = new Command("init")
    .description("make an authority and an empty registry")
    .option("--data <dir>", "data folder to make", defaultDataFolder)
    .option("--maker <name>", "the maker whose devices are born here")
    .option("--origin <name>", "the log's permanent name, such as registry.example/births")
    .option("--public-url <url>", "permanent plain-http address of CRLs and authority certificates")
    .option("--arc <oid>", "your own OID arc; the default is for demonstrations only", documentationArc)
    .option("--product <name>", "product line of the first profile", "default")
    .option("--passphrase-file <file>", "passphrase of the key files (default: a random one, in the data folder)")
    .addOption(databaseOption("an empty PostgreSQL database for the registry (default: SQLite in the data folder)"))
    .option("--authority-token <uri>", "make the authority's keys in this token: pkcs11:token=LABEL?module-path=FILE")
    .option("--existing-keys", "take keys that the token has under these labels already")
    .option("--external-root", "the root is elsewhere: make keys and a request to it, and wait")
    .option("--root <file>", "go on: the root's certificate, PEM")
    .option("--issuing <file>", "go on: what the root made of the request, PEM")
    .option("--root-crl <file>", "go on: the root's revocation list, PEM")
    .option("--rehearsal", "go on also with the root of a rehearsal");
  return withPinOptions(command).action(async (options: InitOptions, self: Command) => {
    requireNoPassword(self);
    if ([options.root, options.issuing, options.rootCrl].every((file) => file === undefined)) await make(options);
    else await complete(options);
  });
}

async function make(options: InitOptions): Promise<void> {
  const { data, product, passphraseFile, database, arc, externalRoot } = options;
  const facts = { maker: options.maker, origin: options.origin, publicUrl: options.publicUrl };
  const absent = Object.entries(facts).find(([, value]) => value === undefined);
  if (absent !== undefined) throw clientError("NAT_CLIENT_OPTION", `${absent[0]} is missing`);
  const settings = parseSettings({ ...facts, arc });
  const token = await readTokenAccess(options);
  const made = await initRegistrar({ folder: data, settings, product, passphraseFile, database, token, externalRoot });
  for (const warning of made.warnings) terminal.warn(warning);
  if (arc === documentationArc) terminal.warn("the documentation arc is for demonstrations; devices keep it for life");
  tell(made, externalRoot === true);
}

function tell({ folder }: Made, isWaiting: boolean): void {
  if (isWaiting) terminal.line(`request to the root:   ${folder.issuingRequest}`);
  else {
    terminal.line(`trust file:            ${folder.trust}`);
    terminal.line(`administrator's token: ${folder.adminToken}`);
  }
  terminal.line(`profiles:              ${folder.profiles}`);
}

async function complete(options: InitOptions): Promise<void> {
  const { data, root, issuing, rootCrl: list, passphraseFile, database, rehearsal = false } = options;
  if (root === undefined || issuing === undefined || list === undefined)
    throw clientError("NAT_CLIENT_OPTION", "--root, --issuing and --root-crl belong together");
  const files = { root, issuing, list };
  const readPin = pinSource(options);
  const warnings = await completeRegistrar({ folder: data, files, passphraseFile, readPin, database, rehearsal });
  for (const warning of warnings) terminal.warn(warning);
  terminal.line(`${data} holds a registrar now: natalis serve runs it`);
}
