// SPDX-License-Identifier: Apache-2.0
// The `natalis` command: one file a command; this one only puts them together.

import { Command } from "commander";
import { authenticateCommand } from "./authenticate.ts";
import { birthCommand } from "./birth.ts";
import { ceremonyCommand } from "./ceremony.ts";
import { demoCommand } from "./demo.ts";
import { deviceCommand } from "./device.ts";
import { expectCommand } from "./expect.ts";
import { incidentsCommand } from "./incidents.ts";
import { evidenceCommand } from "./kept-evidence.ts";
import { initCommand } from "./init.ts";
import { logCommand } from "./log.ts";
import { manifestCommand } from "./manifest.ts";
import { operatorCommand } from "./operator.ts";
import { describeError, endWithReader, exitCodeOf } from "./output.ts";
import { productCommand } from "./product.ts";
import { registryCommand } from "./registry.ts";
import { sealCommand } from "./seal.ts";
import { serveCommand } from "./serve.ts";
import { stationCommand } from "./station.ts";
import { verifyCommand } from "./verify.ts";
import { verifyDataCommand } from "./verify-data.ts";
import { version } from "../version.ts";

const program = new Command("natalis")
  .description("The birth registry for devices")
  .version(version)
  .showHelpAfterError()
  .addCommand(initCommand())
  .addCommand(serveCommand())
  .addCommand(demoCommand())
  .addCommand(birthCommand())
  .addCommand(deviceCommand())
  .addCommand(operatorCommand())
  .addCommand(stationCommand())
  .addCommand(productCommand())
  .addCommand(expectCommand())
  .addCommand(incidentsCommand())
  .addCommand(evidenceCommand().addCommand(manifestCommand()))
  .addCommand(authenticateCommand())
  .addCommand(sealCommand())
  .addCommand(verifyCommand())
  .addCommand(verifyDataCommand())
  .addCommand(logCommand())
  .addCommand(registryCommand())
  .addCommand(ceremonyCommand());

endWithReader(process.stdout);
endWithReader(process.stderr);
try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = exitCodeOf(error);
}
