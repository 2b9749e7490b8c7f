// SPDX-License-Identifier: Apache-2.0
// The log door: C2SP tlog-tiles, so that foreign monitors, witnesses and auditors can follow the log.
// Full tiles and bundles never change and say so; the checkpoint and partial tiles must be asked for anew.

import { nodeHash } from "@natalis/node";
import type { FastifyInstance, FastifyReply } from "fastify";
import { parseTilePath } from "natalis/formats";
import { type RegistryStores, ServedLog } from "natalis/registry";
import { httpError } from "../errors.ts";

const immutable = "public, max-age=31536000, immutable";
const fullWidth = 256;

export function logRoutes(server: FastifyInstance, stores: RegistryStores): void {
  const log = new ServedLog(stores, nodeHash);

  server.get("/log/checkpoint", { schema: { tags: ["log"], summary: "The newest checkpoint" } }, async (_, reply) => {
    const checkpoint = await log.checkpoint();
    if (checkpoint === undefined) throw httpError("NAT_HTTP_NOT_FOUND", "the log is empty");
    return reply.type("text/plain; charset=utf-8").header("cache-control", "no-store").send(checkpoint);
  });

  server.get<{ Params: { "*": string } }>(
    "/log/tile/*",
    { schema: { tags: ["log"], summary: "A tile or an entry bundle" } },
    async (request, reply) => {
      const path = parseTilePath(`tile/${request.params["*"]}`);
      const bytes =
        path.kind === "entries" ? await log.bundle(path.index, path.width) : await log.tile(path.id, path.width);
      if (bytes === undefined) throw httpError("NAT_HTTP_NOT_FOUND", `no such ${path.kind} yet`);
      return sendTile(reply, bytes, path.width === fullWidth);
    },
  );
}

function sendTile(reply: FastifyReply, bytes: Uint8Array, full: boolean): FastifyReply {
  return reply
    .type("application/octet-stream")
    .header("cache-control", full ? immutable : "no-store")
    .send(Buffer.from(bytes));
}
