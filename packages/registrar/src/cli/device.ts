// SPDX-License-Identifier: Apache-2.0
// natalis device list|show|suspend|resume|revoke|retire: the registry's devices and what becomes of them.

import { Command, Option } from "commander";
import {
  devicePageSchema,
  lifecycleAnswerSchema,
  revocationReasonSchema,
  stateSchema,
  timelineSchema,
} from "../protocols/rest/schemas.ts";
import { type ConnectionOptions, connect, withConnection } from "./connection.ts";
import { terminal } from "./output.ts";

interface ListOptions extends ConnectionOptions {
  readonly state?: string;
  readonly product?: string;
  readonly model?: string;
  readonly serial?: string;
}

interface ChangeOptions extends ConnectionOptions {
  readonly note?: string;
  readonly reason?: string;
  readonly invalidityDate?: string;
}

export function deviceCommand(): Command {
  return new Command("device")
    .description("list and show devices, and change their state")
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(changeCommand("suspend", "suspend a device; resume lifts it"))
    .addCommand(changeCommand("resume", "lift a suspension"))
    .addCommand(withRevocation(changeCommand("revoke", "revoke a device, for good")))
    .addCommand(changeCommand("retire", "retire a device, for good"));
}

function listCommand(): Command {
  return withConnection(new Command("list"))
    .description("list devices by order of birth")
    .addOption(new Option("--state <state>").choices(stateSchema.options))
    .option("--product <product>")
    .option("--model <model>")
    .option("--serial <serial>")
    .action(async (options: ListOptions) => {
      const { client } = await connect(options);
      const query = filterOf(options);
      const path = () => `/devices?${query.toString()}`;
      for (let page = await client.json("GET", path(), devicePageSchema); ; ) {
        for (const { device, state, product, model, serial } of page.devices)
          terminal.line([device, state, product, model, serial].join("\t"));
        if (page.next === undefined) return;
        query.set("after", String(page.next));
        page = await client.json("GET", path(), devicePageSchema);
      }
    });
}

function filterOf({ state, product, model, serial }: ListOptions): URLSearchParams {
  const query = new URLSearchParams({ limit: "500" });
  for (const [name, value] of Object.entries({ state, product, model, serial }))
    if (value !== undefined) query.set(name, value);
  return query;
}

function showCommand(): Command {
  return withConnection(new Command("show"))
    .description("show one device and its timeline")
    .argument("<device>", "device id")
    .action(async (id: string, options: ConnectionOptions) => {
      const { client } = await connect(options);
      const path = `/devices/${encodeURIComponent(id)}?limit=500`;
      let page = await client.json("GET", path, timelineSchema);
      for (const [name, value] of Object.entries(page.device)) terminal.line(`${name}: ${value}`);
      for (;;) {
        for (const { index, at, type, actor, reason, code, note } of page.events)
          terminal.line([index, at, type, actor ?? "", reason ?? code ?? "", note ?? ""].join("\t"));
        if (page.next === undefined) return;
        page = await client.json("GET", `${path}&after=${page.next}`, timelineSchema);
      }
    });
}

function changeCommand(verb: string, description: string): Command {
  return withConnection(new Command(verb))
    .description(description)
    .argument("<device>", "device id")
    .option("--note <text>", "why, for the log's readers")
    .action(async (id: string, options: ChangeOptions) => {
      const { client } = await connect(options);
      const { note, reason, invalidityDate } = options;
      const path = `/devices/${encodeURIComponent(id)}/${verb}`;
      const changed = await client.json("POST", path, lifecycleAnswerSchema, { note, reason, invalidityDate });
      terminal.line(`${changed.device.device} is ${changed.device.state}, log entry ${changed.index}`);
    });
}

function withRevocation(command: Command): Command {
  return command
    .addOption(new Option("--reason <reason>", "CRL reason").choices(revocationReasonSchema.options))
    .option("--invalidity-date <time>", "since when the key is suspect, ISO 8601 in UTC");
}
