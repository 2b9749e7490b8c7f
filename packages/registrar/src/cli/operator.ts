// SPDX-License-Identifier: Apache-2.0
// natalis operator add|list|revoke: who holds a token or comes with a certificate.

import { Command, InvalidArgumentError, Option } from "commander";
import { operatorAnswerSchema, operatorPageSchema, operatorSchema } from "../protocols/rest/schemas.ts";
import { type ConnectionOptions, connect, withConnection } from "./connection.ts";
import { readText } from "./files.ts";
import { terminal } from "./output.ts";

interface AddOptions extends ConnectionOptions {
  readonly role: string;
  readonly product?: string[];
  readonly quota?: number;
  readonly certificate?: string;
  readonly token?: boolean;
  readonly notBefore?: string;
  readonly notAfter?: string;
}

export function operatorCommand(): Command {
  return new Command("operator")
    .description("enrol, list and revoke operators and stations")
    .addCommand(addCommand())
    .addCommand(listCommand())
    .addCommand(revokeCommand());
}

function addCommand(): Command {
  const roleOption = new Option("--role <role>", "what it may do").choices([
    "admin",
    "registrar",
    "station",
    "auditor",
  ]);
  return withConnection(new Command("add"))
    .description("enrol an operator or a station; prints its token, once, else its id")
    .argument("<name>", "a name for people")
    .addOption(roleOption.makeOptionMandatory())
    .option("--product <product...>", "a station's product lines")
    .option("--quota <births>", "births a station may ask for in all", parseCount)
    .option("--not-before <time>", "from when it may ask for anything, ISO 8601", parseTime)
    .option("--not-after <time>", "until when it may ask for anything, ISO 8601", parseTime)
    .option("--certificate <file>", "TLS client certificate (PEM) that it will come with, instead of a token")
    .option("--token", "give it a token beside the certificate")
    .action(async (name: string, options: AddOptions) => {
      const { client } = await connect(options);
      const { role, product: products, quota, token, notBefore, notAfter } = options;
      const certificate = options.certificate === undefined ? undefined : await readText(options.certificate);
      const body = { name, role, products, quota, notBefore, notAfter, certificate, token };
      const added = await client.json("POST", "/operators", operatorAnswerSchema, body);
      if (added.token !== undefined) terminal.warn(`this is the only time that the token of ${added.id} is shown`);
      terminal.line(added.token ?? added.id);
    });
}

function listCommand(): Command {
  return withConnection(new Command("list"))
    .description("list operators and stations")
    .action(async (options) => {
      const { client } = await connect(options as ConnectionOptions);
      let after = "";
      do {
        const page = await client.json("GET", `/operators?limit=500${after}`, operatorPageSchema);
        for (const { id, role, state, born, quota, name, products, notBefore, notAfter } of page.operators) {
          const valid =
            notBefore === undefined && notAfter === undefined ? "" : `${notBefore ?? ""}..${notAfter ?? ""}`;
          terminal.line([id, role, state, `${born}/${quota ?? "-"}`, name, products.join(","), valid].join("\t"));
        }
        after = page.next === undefined ? "" : `&after=${page.next}`;
      } while (after !== "");
    });
}

function revokeCommand(): Command {
  return withConnection(new Command("revoke"))
    .description("revoke an operator, for good")
    .argument("<id>")
    .action(async (id: string, options: ConnectionOptions) => {
      const { client } = await connect(options);
      const revoked = await client.json("DELETE", `/operators/${encodeURIComponent(id)}`, operatorSchema);
      terminal.line(`${revoked.id} is revoked`);
    });
}

function parseTime(text: string): string {
  const isForm = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/.test(text);
  if (!isForm || Number.isNaN(Date.parse(text))) throw new InvalidArgumentError("not a time, ISO 8601 with its zone");
  return new Date(text).toISOString();
}

export function parseCount(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError("not a whole number from 1 up");
  return value;
}
