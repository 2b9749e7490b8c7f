// SPDX-License-Identifier: Apache-2.0
// natalis station serve: takes births of the line's clients until it is told to stop.

import { Command } from "commander";
import { startStation } from "../../start-station.ts";
import { pinSource } from "../authority-options.ts";
import { terminal } from "../output.ts";
import { parsePort } from "../ports.ts";
import { stopped } from "../serve.ts";
import { type StationKeyOptions, withStationKey } from "./options.ts";

interface ServeOptions extends StationKeyOptions {
  readonly host: string;
  readonly port: number;
  readonly tlsKey?: string;
  readonly tlsCertificate?: string;
}

export function stationServeCommand(): Command {
  return withStationKey(new Command("serve"))
    .description("take births: POST /births and /births/batch, with the line's token")
    .option("--host <address>", "address to listen on; other machines need TLS", "127.0.0.1")
    .option("--port <port>", "port to listen on", parsePort, 8480)
    .option("--tls-key <file>", "PEM key of the station's TLS server")
    .option("--tls-certificate <file>", "PEM certificate of that key, with its chain")
    .action(async ({ station: folder, ...options }: ServeOptions) => {
      const stop = stopped();
      const running = await startStation({ folder, ...options, readPin: pinSource(options) });
      const { births, enrolment, warnings, folder: files } = running.station;
      for (const warning of warnings) terminal.warn(warning);
      terminal.line(`births: ${running.address}  (token: ${files.lineToken})`);
      terminal.line(`${births.count} of ${enrolment.authority.station.quota} born; stop with Ctrl-C`);
      await stop;
      await running.close();
    });
}
