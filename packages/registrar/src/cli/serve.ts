// SPDX-License-Identifier: Apache-2.0
// natalis serve: runs the registrar until it is told to stop.

import { Command } from "commander";
import { type Running, startRegistrar } from "../start.ts";
import { pinSource, withPinOptions } from "./authority-options.ts";
import { defaultDataFolder } from "./connection.ts";
import { databaseOption, requireNoPassword } from "./database-option.ts";
import { type Output, terminal } from "./output.ts";
import { parsePort } from "./ports.ts";

export interface ServeOptions {
  readonly data: string;
  readonly host: string;
  readonly httpsPort?: number;
  readonly httpPort?: number;
  readonly passphraseFile?: string;
  readonly database?: string;
  readonly pinFile?: string;
}

export function serveCommand(): Command {
  const command = new Command("serve")
    .description("run the registrar")
    .option("--data <dir>", "data folder, made by init", defaultDataFolder)
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--https-port <port>", "port of the doors (default: the last one, else 8443)", parsePort)
    .option("--http-port <port>", "port of CRLs, authority certificates and log (default: the public URL's)", parsePort)
    .option("--passphrase-file <file>", "passphrase of the key files")
    .addOption(databaseOption("PostgreSQL database of the registry (default: what the data folder says)"));
  return withPinOptions(command).action(async (options: ServeOptions, self: Command) => {
    requireNoPassword(self);
    // Before anybody can see that it runs: who stops it then stops it in good order.
    const stop = stopped();
    const running = await serve(options, terminal);
    await stop;
    await running.close();
  });
}

async function serve(options: ServeOptions, output: Output): Promise<Running> {
  const running = await startRegistrar({ ...options, folder: options.data, readPin: pinSource(options) });
  for (const warning of running.warnings) output.warn(warning);
  output.line(`doors:    ${running.addresses.https}  (OpenAPI at /openapi.json)`);
  output.line(`public:   ${running.addresses.http}  (CRLs, authority certificates, log)`);
  output.line("stop with Ctrl-C");
  return running;
}

/** Resolves at the first SIGINT or SIGTERM. */
export function stopped(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
}
