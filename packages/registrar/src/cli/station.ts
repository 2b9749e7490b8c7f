// SPDX-License-Identifier: Apache-2.0
// natalis station: births on a line without a connection, and bringing them in.

import { Command } from "commander";
import { answersCommand } from "./station/answers.ts";
import { stationBirthCommand } from "./station/birth.ts";
import { enrolCommand } from "./station/enrol.ts";
import { initCommand } from "./station/init.ts";
import { installCommand } from "./station/install.ts";
import { stationServeCommand } from "./station/serve.ts";
import { statusCommand } from "./station/status.ts";
import { syncCommand } from "./station/sync.ts";

export function stationCommand(): Command {
  return new Command("station")
    .description("births on a line without a connection: provisional, until they are brought in")
    .addCommand(initCommand())
    .addCommand(enrolCommand())
    .addCommand(installCommand())
    .addCommand(stationServeCommand())
    .addCommand(stationBirthCommand())
    .addCommand(statusCommand())
    .addCommand(syncCommand())
    .addCommand(answersCommand());
}
