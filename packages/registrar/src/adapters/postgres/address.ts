// SPDX-License-Identifier: Apache-2.0
// postgres://user:password@host:port/database?sslmode=… as libpq writes it (PostgreSQL, section 34.1.1.2), read
// strictly. Over a network the server's certificate is verified against its name unless the address itself says
// sslmode=disable; a mode by which anyone in between could read along is refused.

import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import { postgresError } from "./errors.ts";

export interface PostgresAddress {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** Absent: as the environment says (PGUSER, PGPASSWORD, ~/.pgpass). */
  readonly user?: string;
  readonly password?: string;
  readonly ssl: ConnectionOptions | false;
  /** The same address without its password: to keep, and to show. */
  readonly shown: string;
}

const defaultPort = 5432;
const knownParameters = ["host", "sslmode", "sslrootcert", "sslcert", "sslkey"];
/** `require` and `verify-ca` promise less than what they get. */
const verifyingModes = ["verify-full", "verify-ca", "require"];

export function isPostgresAddress(text: string): boolean {
  return /^postgres(?:ql)?:/i.test(text);
}

/** Nothing of the text is repeated in errors: it may hold a password. @throws NAT_POSTGRES_ADDRESS */
export function parsePostgresAddress(text: string): PostgresAddress {
  const url = isPostgresAddress(text) ? URL.parse(text) : null;
  if (url === null) throw refused("not postgres://host/database");
  const unknown = [...url.searchParams.keys()].find((name) => !knownParameters.includes(name));
  if (unknown !== undefined) throw refused(`a parameter that is none of ${knownParameters.join(", ")}`);
  const host = hostOf(url);
  const database = decoded(url.pathname.slice(1));
  if (database === "" || database.includes("/")) throw refused("no name of a database");
  const port = url.port === "" ? defaultPort : Number(url.port);
  const [user, password] = [decoded(url.username), decoded(url.password)];
  url.password = "";
  return {
    host,
    port,
    database,
    ...(user !== "" && { user }),
    ...(password !== "" && { password }),
    ssl: tlsOf(url.searchParams, host),
    shown: url.href,
  };
}

/** A folder of a Unix socket may stand in the host's place, percent-encoded, or in `host=`. */
function hostOf(url: URL): string {
  const parameter = url.searchParams.get("host");
  if (parameter !== null && url.hostname !== "") throw refused("two hosts");
  const host = parameter ?? decoded(url.hostname).replace(/^\[(.+)\]$/, "$1");
  return host === "" ? "localhost" : host;
}

function isLocal(host: string): boolean {
  return host.startsWith("/") || host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function tlsOf(parameters: URLSearchParams, host: string): ConnectionOptions | false {
  const mode = parameters.get("sslmode") ?? (isLocal(host) ? undefined : "verify-full");
  const files = { ca: parameters.get("sslrootcert"), cert: parameters.get("sslcert"), key: parameters.get("sslkey") };
  const given = Object.entries(files).filter((file): file is [string, string] => file[1] !== null);
  if (mode === "disable" || (mode === undefined && given.length === 0)) return false;
  if (mode !== undefined && !verifyingModes.includes(mode))
    throw refused(`sslmode=${mode}: say verify-full or disable`);
  if (host.startsWith("/")) throw refused("TLS over a Unix socket");
  return Object.fromEntries(given.map(([option, path]) => [option, readText(path)]));
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw postgresError("NAT_POSTGRES_ADDRESS", `${path} cannot be read`, cause);
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw refused("a percent sign that begins no character");
  }
}

function refused(detail: string): Error {
  return postgresError("NAT_POSTGRES_ADDRESS", detail);
}
