// SPDX-License-Identifier: Apache-2.0
// How a command finds the registrar: by its own options, else by what a registrar's data folder says (--data).

import { readSecretFile, type RegistrarOptions } from "@natalis/node";
import type { Command } from "commander";
import { decodeUtf8 } from "natalis/kernel";
import { parseTrustFile, type TrustFile } from "natalis/registry";
import { z } from "zod";
import { dataFolder } from "../service/data-folder.ts";
import { RegistrarClient } from "./client.ts";
import { clientError } from "./errors.ts";
import { readText } from "./files.ts";
import { terminal } from "./output.ts";

/** The data folder where no option names one. */
export const defaultDataFolder = ".natalis";

export interface ConnectionOptions {
  readonly data: string;
  readonly registrar?: string;
  readonly tokenFile?: string;
  readonly trust?: string;
}

export interface Connection {
  readonly client: RegistrarClient;
  readonly trust: TrustFile;
}

/** Where births are asked for: a registrar, or a station without a connection. */
export interface BearingOptions extends ConnectionOptions {
  /** File. */
  readonly tlsRoots?: string;
}

const addressesSchema = z.object({ https: z.url(), http: z.url() });

/** Adds the options that every client command has. */
export function withConnection(command: Command): Command {
  return command
    .option("--data <dir>", "the registrar's data folder, where it runs on this machine", defaultDataFolder)
    .option("--registrar <url>", "https address of the registrar (default: from the data folder)")
    .option("--token-file <file>", "file with the bearer token (default: the data folder's administrator)")
    .option("--trust <file>", "trust file (default: from the data folder)");
}

/** @throws NAT_CLIENT_FILE, NAT_CLIENT_OPTION, NAT_REGISTRY_TRUST_FILE */
export async function connect(options: ConnectionOptions): Promise<Connection> {
  return connectAs(options, {});
}

/**
 * The same to whoever bears: a station may listen without TLS on this machine itself, else it has a TLS certificate of its
 * owner's. @throws as `connect`
 */
export async function connectToBear({ tlsRoots: file, ...options }: BearingOptions): Promise<Connection> {
  if (options.registrar?.startsWith("http:") === true && options.tokenFile === undefined)
    throw clientError(
      "NAT_CLIENT_OPTION",
      "without TLS no administrator's token is sent: --token-file names the line's",
    );
  return connectAs(options, { plainLoopback: true, ...(file !== undefined && { tlsRoots: [await readText(file)] }) });
}

async function connectAs(
  options: ConnectionOptions,
  server: Pick<RegistrarOptions, "tlsRoots" | "plainLoopback">,
): Promise<Connection> {
  const folder = dataFolder(options.data);
  const trust = await readTrust(options);
  const url = options.registrar ?? (await readAddresses(folder.addresses)).https;
  const token = await readToken(options.tokenFile ?? folder.adminToken);
  return { client: new RegistrarClient({ url, trust, token, ...server }), trust };
}

/** All that a command needs which asks no registrar. @throws NAT_CLIENT_FILE, NAT_REGISTRY_TRUST_FILE */
export async function readTrust({ trust, data }: Pick<ConnectionOptions, "trust" | "data">): Promise<TrustFile> {
  return parseTrustFile(await readText(trust ?? dataFolder(data).trust));
}

async function readAddresses(path: string): Promise<z.infer<typeof addressesSchema>> {
  const parsed = addressesSchema.safeParse(parseJson(await readText(path)));
  if (!parsed.success) throw clientError("NAT_CLIENT_FILE", path, parsed.error);
  return parsed.data;
}

async function readToken(path: string): Promise<string> {
  const { bytes, warning } = await readSecretFile(path, 256).catch((cause: unknown) => {
    throw clientError("NAT_CLIENT_FILE", path, cause);
  });
  if (warning !== undefined) terminal.warn(warning);
  return decodeUtf8(bytes).trim();
}

/** Undefined for what is no JSON: no schema accepts it. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
