// SPDX-License-Identifier: Apache-2.0
// natalis product list|show: product lines, their profiles, and how many of them are born and expected.

import { Command } from "commander";
import type { z } from "zod";
import { productPageSchema, productSchema } from "../protocols/rest/admission-schemas.ts";
import { type ConnectionOptions, connect, withConnection } from "./connection.ts";
import { terminal } from "./output.ts";

type Product = z.infer<typeof productSchema>;

export function productCommand(): Command {
  return new Command("product")
    .description("list and show product lines")
    .addCommand(listCommand())
    .addCommand(showCommand());
}

function listCommand(): Command {
  return withConnection(new Command("list"))
    .description("list product lines: version, births of the quota, admission, maker")
    .action(async (options: ConnectionOptions) => {
      const { client } = await connect(options);
      let after = "";
      do {
        const page = await client.json("GET", `/products?limit=500${after}`, productPageSchema);
        for (const { product, version, born, quota, admission, maker } of page.products)
          terminal.line([product, version, `${born}/${quota ?? "-"}`, admission.kind, maker].join("\t"));
        after = page.next === undefined ? "" : `&after=${page.next}`;
      } while (after !== "");
    });
}

function showCommand(): Command {
  return withConnection(new Command("show"))
    .description("show one product line")
    .argument("<product>")
    .action(async (product: string, options: ConnectionOptions) => {
      const { client } = await connect(options);
      const shown = await client.json("GET", `/products/${encodeURIComponent(product)}`, productSchema);
      for (const [name, value] of linesOf(shown)) terminal.line(`${name}: ${value}`);
    });
}

function linesOf({ models, algorithms, evidence, admission, expected, ...rest }: Product): [string, string][] {
  const { kind, ...range } = admission;
  const admitted = [kind, ...Object.entries(range).map(([name, value]) => `${name} ${value}`)].join(", ");
  return [
    ...Object.entries(rest).map(([name, value]): [string, string] => [name, String(value)]),
    ["models", models?.join(", ") ?? "any"],
    ["algorithms", algorithms.join(", ")],
    ["evidence", evidence?.map(({ format, roots }) => [format, ...(roots ?? [])].join(" ")).join(", ") ?? "any"],
    ["admission", admitted],
    ["expected", `${expected.units}, born ${expected.born}, left ${expected.left}`],
  ];
}
