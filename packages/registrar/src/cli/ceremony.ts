// SPDX-License-Identifier: Apache-2.0
// natalis ceremony: makes and uses a root that is kept offline, step by step and on record.

import { readPassphraseFile } from "@natalis/node";
import { Command } from "commander";
import { isNatalisError } from "natalis/kernel";
import { checkCeremony, runCeremony, verifyCeremony } from "../ceremony/index.ts";
import { importRootList } from "../service/external-root.ts";
import { askConsent, askSecret } from "./ask.ts";
import { pinSource, withPinOptions } from "./authority-options.ts";
import { defaultDataFolder } from "./connection.ts";
import { databaseOption, requireNoPassword } from "./database-option.ts";
import { clientError } from "./errors.ts";
import { terminal } from "./output.ts";

interface RunOptions {
  readonly folder: string;
  readonly rehearsal?: boolean;
  readonly yes?: boolean;
  readonly pinFile?: string;
  readonly passphraseFile?: string;
}

export function ceremonyCommand(): Command {
  return new Command("ceremony")
    .description("make and use a root that is kept offline, on record")
    .addCommand(runSubcommand())
    .addCommand(showSubcommand())
    .addCommand(verifySubcommand())
    .addCommand(importSubcommand());
}

function runSubcommand(): Command {
  const command = new Command("run")
    .description("follow a plan, or go on with it: root key, certificates, revocation list, record")
    .argument("<plan>", "the plan, JSON")
    .requiredOption("--folder <dir>", "folder of journal, record and all that is made")
    .option("--rehearsal", "for practice: everything is marked as such, and no registrar takes it")
    .option("--yes", "ask nobody before each step")
    .option("--passphrase-file <file>", "passphrase of the root's key file (default: ask for it)");
  return withPinOptions(command).action(async (plan: string, options: RunOptions) => {
    const { folder, rehearsal = false, yes = false } = options;
    const ended = await runCeremony({
      plan,
      folder,
      rehearsal,
      secrets: { readPin: once(pinSource(options)), readPassphrase: once(passphraseSource(options)) },
      consent: (question) => (yes ? Promise.resolve(true) : askConsent(question, "--yes")),
      tell: ({ time, what }) => terminal.line(`${time}  ${what}`),
    });
    if (rehearsal) terminal.warn("this was a rehearsal: use nothing that it made");
    terminal.line(`record, to be signed by every witness: ${ended.record}`);
    terminal.line(`its SHA-256: ${ended.sha256}`);
  });
}

function showSubcommand(): Command {
  return new Command("show")
    .description("check a ceremony's record and files, before signing, and print the record")
    .argument("<dir>", "the ceremony's folder")
    .action(async (folder: string) => {
      const { text, sha256 } = await checkCeremony(folder);
      print(text);
      terminal.line(`SHA-256 of the record: ${sha256}`);
    });
}

function verifySubcommand(): Command {
  return new Command("verify")
    .description("check a ceremony's record and files, and the signatures of all its witnesses")
    .argument("<dir>", "the ceremony's folder")
    .option("--signature <file...>", "a witness's signature over record.json, one for each", [])
    .action(async (folder: string, { signature }: { signature: string[] }) => {
      const { text, sha256, signatures } = await verifyCeremony(folder, signature);
      print(text);
      for (const { witness, file } of signatures) terminal.line(`signed by ${witness}: ${file}`);
      terminal.line(`SHA-256 of the record: ${sha256}`);
    });
}

function importSubcommand(): Command {
  return new Command("import-crl")
    .description("give a registrar, which may be running, a newer revocation list of its root")
    .argument("<file>", "the list, PEM")
    .option("--data <dir>", "the registrar's data folder", defaultDataFolder)
    .addOption(databaseOption("PostgreSQL database of the registry (default: what the data folder says)"))
    .action(async (file: string, options: { data: string; database?: string }, self: Command) => {
      requireNoPassword(self);
      await importRootList(options.data, file, options.database);
      terminal.line(`${file} is served now`);
    });
}

function print(text: string): void {
  for (const line of text.trimEnd().split("\n")) terminal.line(line);
}

function passphraseSource({ passphraseFile }: RunOptions): () => Promise<string> {
  return async () => {
    if (passphraseFile === undefined) return askSecret("passphrase of the root's key file: ", "--passphrase-file");
    const { passphrase, warning } = await readPassphraseFile(passphraseFile).catch((cause: unknown) => {
      if (isNatalisError(cause)) throw cause;
      throw clientError("NAT_CLIENT_FILE", passphraseFile, cause);
    });
    if (warning !== undefined) terminal.warn(warning);
    return passphrase;
  };
}

/** Nobody types a secret twice. */
function once(read: () => Promise<string>): () => Promise<string> {
  let answer: Promise<string> | undefined;
  return () => (answer ??= read());
}
