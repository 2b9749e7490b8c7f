// SPDX-License-Identifier: Apache-2.0
// Births that were refused because a key, a unit or evidence was born before, as the log has them.

import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { formatUuid, parseUuid, toHex } from "natalis/kernel";
import type { IncidentFilter, IncidentRow } from "natalis/registry";
import type { z } from "zod";
import type { Identify, Registrar } from "../../service/registrar.ts";
import { requires } from "../authentication.ts";
import { incidentPageSchema, incidentQuerySchema, type incidentSchema } from "./admission-schemas.ts";

export function incidentRoutes(server: FastifyInstance, { stores }: Registrar, identify: Identify): void {
  server.withTypeProvider<ZodTypeProvider>().get(
    "/incidents",
    {
      onRequest: requires("incident.read", identify),
      schema: {
        tags: ["incidents"],
        summary: "List refused births of what was born before, by log entry",
        querystring: incidentQuerySchema,
        response: { 200: incidentPageSchema },
      },
    },
    async (request) => {
      const { after, limit, ...filter } = request.query;
      const query = { limit, filter: filterOf(filter), ...(after !== undefined && { after }) };
      const rows = await stores.incidents.listIncidents(query);
      const last = rows.at(-1);
      return {
        incidents: rows.map(viewIncident),
        ...(rows.length === limit && last !== undefined ? { next: last.entry } : {}),
      };
    },
  );
}

function filterOf({ station, code, device }: Partial<z.infer<typeof incidentQuerySchema>>): IncidentFilter {
  return {
    ...(station !== undefined && { station }),
    ...(code !== undefined && { code }),
    ...(device !== undefined && { deviceId: parseUuid(device) }),
  };
}

function viewIncident(row: IncidentRow): z.infer<typeof incidentSchema> {
  const { entry, time, station, code, keyHash, unitTag, deviceId, unrecorded } = row;
  return {
    entry,
    at: new Date(time).toISOString(),
    station,
    code,
    ...(deviceId === undefined ? {} : { device: formatUuid(deviceId) }),
    keyHash: toHex(keyHash),
    unitTag: toHex(unitTag),
    unrecorded,
  };
}
