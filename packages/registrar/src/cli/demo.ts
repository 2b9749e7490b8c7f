// SPDX-License-Identifier: Apache-2.0
// natalis demo: one real device's whole life, told step by step with the evidence of each, then the registrar goes on
// serving. The device is this machine, or a data set. A second start tells the story it finds.

import { join } from "node:path";
import { Command } from "commander";
import { defaultDataFolder } from "./connection.ts";
import { prepareDemo } from "./demo/prepare.ts";
import { chapters } from "./demo/chapters.ts";
import { tellStory } from "./demo/story.ts";
import { isThere } from "./files.ts";
import { terminal } from "./output.ts";
import { stopped } from "./serve.ts";

interface DemoOptions {
  readonly readings?: string;
  readonly dir: string;
  readonly passphraseFile?: string;
  readonly serve: boolean;
}

export function demoCommand(): Command {
  return new Command("demo")
    .description("watch a device be born, registered, authenticated, seal its readings, be suspended and retired")
    .option("--readings <file.csv>", "a data set (columns timestamp,value) instead of this machine's own readings")
    .option("--dir <dir>", "data folder", defaultDataFolder)
    .option("--passphrase-file <file>", "passphrase of the key files")
    .option("--no-serve", "stop when the story is told")
    .action(async (options: DemoOptions) => {
      const demo = await prepareDemo(options.dir, options.readings, options.passphraseFile);
      for (const warning of demo.running.warnings) terminal.warn(warning);
      try {
        if (demo.readings !== undefined && (await isThere(demo.file("readings-tampered.csv"))))
          terminal.warn(
            `the story in ${options.dir} has its readings already; name another folder with --dir for yours`,
          );
        await tellStory(join(options.dir, "demo", "story.json"), chapters, demo);
        if (options.serve) await serveOn(demo.running.addresses);
      } finally {
        await demo.running.close();
      }
    });
}

async function serveOn({ https, http }: { https: string; http: string }): Promise<void> {
  terminal.line("");
  terminal.line(`The registrar serves on ${https} (OpenAPI: ${https}/openapi.json) and ${http}; stop with Ctrl-C.`);
  await stopped();
}
