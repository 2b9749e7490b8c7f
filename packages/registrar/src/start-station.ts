// SPDX-License-Identifier: Apache-2.0
// Starts a station on the line: opens it and listens, on the machine itself, or over TLS with a certificate of its own.

import { readFile } from "node:fs/promises";
import { pino } from "pino";
import { buildStationServer } from "./protocols/station-server.ts";
import type { TlsMaterial } from "./service/server-certificate.ts";
import { stationError } from "./service/station/errors.ts";
import { type OpenedStation, openStation } from "./service/station/open-station.ts";
import type { StationKeyAccess } from "./service/station/station-key.ts";
import { tokenLogger } from "./token-logger.ts";

export interface StationOptions {
  readonly folder: string;
  readonly host: string;
  readonly port: number;
  readonly passphraseFile?: string | undefined;
  /** Asked for the PIN of the token that has the authority's key. */
  readonly readPin: StationKeyAccess["readPin"];
  /** PEM files of the server's key and its chain; without them it listens on the machine itself alone. */
  readonly tlsKey?: string | undefined;
  readonly tlsCertificate?: string | undefined;
}

export interface RunningStation {
  readonly address: string;
  readonly station: OpenedStation;
  close(): Promise<void>;
}

const loopback: readonly string[] = ["127.0.0.1", "::1", "localhost"];

/** @throws NAT_STATION_LISTEN, and as `openStation` */
export async function startStation(options: StationOptions): Promise<RunningStation> {
  const { host, port } = options;
  const tls = await readTls(options);
  if (tls === undefined && !loopback.includes(host))
    throw stationError("NAT_STATION_LISTEN", `${host} without --tls-key and --tls-certificate`);
  // Standard output belongs to the command; the log is structured, on standard error.
  const logger = pino({ name: "natalis", level: "warn" }, pino.destination(2));
  const station = await openStation(options.folder, { ...options, changed: tokenLogger(logger) });
  const server = await buildStationServer(station, tls, logger);
  const close = async () => {
    await server.close();
    await station.close();
  };
  try {
    const address = await server.listen({ host, port });
    return { address, station, close };
  } catch (cause) {
    await close();
    throw stationError("NAT_STATION_LISTEN", `${host}, port ${port}`, cause);
  }
}

async function readTls({ tlsKey, tlsCertificate }: StationOptions): Promise<TlsMaterial | undefined> {
  if (tlsKey === undefined && tlsCertificate === undefined) return undefined;
  if (tlsKey === undefined || tlsCertificate === undefined)
    throw stationError("NAT_STATION_LISTEN", "--tls-key and --tls-certificate go together");
  try {
    return { key: await readFile(tlsKey, "utf8"), cert: await readFile(tlsCertificate, "utf8") };
  } catch (cause) {
    throw stationError("NAT_STATION_LISTEN", "the TLS key or certificate cannot be read", cause);
  }
}
