// SPDX-License-Identifier: Apache-2.0
// Where to listen: what the operator says, else what certificates promise (the public URL), else where it was last.

import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { DataFolder } from "./service/data-folder.ts";
import type { Settings } from "./service/settings.ts";

export interface ListenOptions {
  readonly host: string;
  readonly httpsPort?: number | undefined;
  readonly httpPort?: number | undefined;
}

export interface ListenPlan {
  readonly host: string;
  readonly httpsPort: number;
  readonly httpPort: number;
}

export const defaultHttpsPort = 8443;
const defaultHttpPort = 80;
const addresses = z.object({ https: z.url(), http: z.url() });

export async function listenPlan(folder: DataFolder, settings: Settings, options: ListenOptions): Promise<ListenPlan> {
  return {
    host: options.host,
    httpPort: options.httpPort ?? portOf(settings.publicUrl, defaultHttpPort),
    httpsPort: options.httpsPort ?? (await lastHttpsPort(folder)) ?? defaultHttpsPort,
  };
}

/** Undefined where it never listened, or its note of that is unreadable. */
export async function lastHttpsPort(folder: DataFolder): Promise<number | undefined> {
  try {
    const { https } = addresses.parse(JSON.parse(await readFile(folder.addresses, "utf8")));
    return portOf(https, defaultHttpsPort);
  } catch {
    // A port is only a wish: nothing is lost but that clients must be told the new one.
    return undefined;
  }
}

function portOf(url: string, otherwise: number): number {
  const { port } = new URL(url);
  return port === "" ? otherwise : Number(port);
}
