// SPDX-License-Identifier: Apache-2.0
// natalis evidence: what a device was born with to prove where its key lives, and what that is worth now.

import { Command } from "commander";
import { recheckSchema, shownEvidenceSchema } from "../protocols/rest/evidence-schemas.ts";
import { type ConnectionOptions, connect, withConnection } from "./connection.ts";
import type { RegistrarClient } from "./client.ts";
import { type Output, terminal } from "./output.ts";

export function evidenceCommand(): Command {
  const command = new Command("evidence").description("the evidence that devices are born with");
  command.addCommand(
    withConnection(new Command("show"))
      .description("what was proven at the birth, and by which statements")
      .argument("<device>", "device id")
      .action(show),
  );
  command.addCommand(
    withConnection(new Command("recheck"))
      .description("verify it again, by the roots and revocation lists that the registrar knows now")
      .argument("<device>", "device id")
      .action(recheck),
  );
  return command;
}

async function show(device: string, options: ConnectionOptions): Promise<void> {
  const { client } = await connect(options);
  await showEvidence(device, client, terminal);
}

/** What was proven at the birth, and by which statements. */
export async function showEvidence(device: string, client: RegistrarClient, output: Output): Promise<void> {
  const shown = await client.json("GET", `/devices/${device}/evidence`, shownEvidenceSchema);
  output.line(`${shown.device}: custody ${shown.custody}, ${shown.isFresh ? "bound to a nonce" : "without a nonce"}`);
  for (const { format, custody, digest, root } of shown.statements) {
    const by = root === undefined ? "" : `, by ${root.name}${root.capLifted ? " (its cap lifted)" : ""}`;
    output.line(`${format}: custody ${custody}${by}; SHA-256 ${digest}`);
  }
}

/** Exit code 1 where it is worth less than the birth record says. */
async function recheck(device: string, options: ConnectionOptions): Promise<void> {
  const { client } = await connect(options);
  const found = await client.json("GET", `/devices/${device}/evidence/recheck`, recheckSchema);
  terminal.line(`${found.device}: custody ${found.custody} at birth, ${found.custodyNow} now (${found.at})`);
  for (const { format, custodyNow, root, hardware, details = [], refusal, changes } of found.statements) {
    const by = root === undefined ? "" : `, by ${root.name}`;
    const names = [hardware?.manufacturer, hardware?.model, hardware?.firmware].filter((name) => name !== undefined);
    const of = names.length === 0 ? "" : `: ${names.join(", ")}`;
    const told = refusal === undefined ? `custody ${custodyNow}${by}${of}` : `refused: ${refusal.detail}`;
    terminal.line(`${format}: ${told}`);
    for (const { name, value } of details) terminal.line(`  ${name}: ${value}`);
    for (const change of changes) terminal.line(`  changed: ${change}`);
  }
  if (found.custodyNow < found.custody) process.exitCode = 1;
}
