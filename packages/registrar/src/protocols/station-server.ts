// SPDX-License-Identifier: Apache-2.0
// The door of a station on the factory's own network: POST /births and /births/batch as a registrar has them, for the
// clients of the line, who show the line's token.

import Fastify, { type FastifyBaseLogger, type FastifyInstance } from "fastify";
import { nodeHash } from "@natalis/node";
import { equalBytes } from "natalis/kernel";
import type { Identify } from "../service/registrar.ts";
import type { OpenedStation } from "../service/station/open-station.ts";
import { tokenHash } from "../service/tokens.ts";
import type { TlsMaterial } from "../service/server-certificate.ts";
import { requireAction } from "./authentication.ts";
import { prepareServer, serverOptions } from "./http-server.ts";
import { handshakeMilliseconds } from "./limits.ts";
import { batchRoutes } from "./rest/births-batch.ts";
import { birthRoutes } from "./rest/births.ts";
import { stationDoor } from "./rest/provisional-answer.ts";
import { secureHeaders } from "./security-headers.ts";

/** @param tls absent: plain http, for who listens on the machine itself */
export async function buildStationServer(
  station: OpenedStation,
  tls: TlsMaterial | undefined,
  logger: FastifyBaseLogger,
): Promise<FastifyInstance> {
  const options = serverOptions(logger);
  const bounds = { minVersion: "TLSv1.2", handshakeTimeout: handshakeMilliseconds } as const;
  const server =
    tls === undefined
      ? prepareServer(Fastify(options))
      : prepareServer(Fastify({ ...options, https: { ...tls, ...bounds } }));
  await secureHeaders(server, tls === undefined ? { strictTransportSecurity: false } : {});
  server.get("/healthz", async () => ({ status: "ok" }));
  await server.register(async (guarded) => {
    guarded.addHook("onRoute", requireAction("bearer"));
    const door = stationDoor(station.births);
    birthRoutes(guarded, door, identifyLine(station));
    batchRoutes(guarded, door, identifyLine(station));
  });
  return server;
}

/** The one token of the line: who has it asks as the station does. Hashes are compared, so that time tells nothing. */
function identifyLine({ lineToken, enrolment }: OpenedStation): Identify {
  const due = tokenHash(lineToken, nodeHash);
  return async (credential) => {
    const shown = "token" in credential ? tokenHash(credential.token, nodeHash) : undefined;
    return due !== undefined && shown !== undefined && equalBytes(due, shown) ? enrolment.principal : undefined;
  };
}
