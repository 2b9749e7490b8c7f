// SPDX-License-Identifier: Apache-2.0
// natalis station enrol: an administrator has a station certified for one product line, a time and a number of births.

import { writeFileDurably } from "@natalis/node";
import { Command } from "commander";
import { encodeUtf8 } from "natalis/kernel";
import { stationAnswerSchema } from "../../protocols/rest/station-schemas.ts";
import { type ConnectionOptions, connect, withConnection } from "../connection.ts";
import { readText } from "../files.ts";
import { parseCount } from "../operator.ts";
import { terminal } from "../output.ts";
import { parseInstant } from "../verify/demands.ts";

interface EnrolOptions extends ConnectionOptions {
  readonly name: string;
  readonly product: string;
  readonly quota: number;
  readonly notBefore?: Date;
  readonly notAfter: Date;
  readonly out: string;
}

export function enrolCommand(): Command {
  return withConnection(new Command("enrol"))
    .description("certify a station: its request in, what it installs out")
    .argument("<request.pem>", "what natalis station init made")
    .requiredOption("--name <name>", "a name for people")
    .requiredOption("--product <product>", "the product line whose units it may bear")
    .requiredOption("--quota <births>", "births in all", parseCount)
    .option("--not-before <time>", "of the first birth, such as 2026-07-01T00:00:00Z (default: now)", parseInstant)
    .requiredOption("--not-after <time>", "of the last birth", parseInstant)
    .option("--out <file>", "the enrolment, with the station's token", "enrolment.json")
    .action(async (file: string, { name, product, quota, notBefore, notAfter, out, ...options }: EnrolOptions) => {
      const { client } = await connect(options);
      const window = { notBefore: (notBefore ?? new Date()).toISOString(), notAfter: notAfter.toISOString() };
      const body = { name, product, quota, ...window, request: await readText(file) };
      const enrolment = await client.json("POST", "/stations", stationAnswerSchema, body);
      await writeFileDurably(out, encodeUtf8(`${JSON.stringify(enrolment, undefined, 2)}\n`));
      terminal.warn(`${out} holds the token of ${enrolment.id}; natalis operator revoke ${enrolment.id} ends it`);
      terminal.line(enrolment.id);
    });
}
