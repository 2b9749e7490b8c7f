// SPDX-License-Identifier: Apache-2.0
// The log door: C2SP tlog-tiles, so that foreign monitors, witnesses and auditors can follow the log.
// Full tiles and bundles never change and say so; the checkpoint and partial tiles must be asked for anew.

import type { FastifyInstance, FastifyReply } from "fastify";
import { encodeEntryBundle, parseTilePath, type TileId } from "natalis/formats";
import type { RegistryStores } from "natalis/registry";
import { httpError } from "../errors.ts";

const immutable = "public, max-age=31536000, immutable";
const bundleWidth = 256;
const hashLength = 32;

export function logRoutes(server: FastifyInstance, stores: RegistryStores): void {
  server.get("/log/checkpoint", { schema: { tags: ["log"], summary: "The newest checkpoint" } }, async (_, reply) => {
    const head = await stores.commits.head();
    if (head === undefined) throw httpError("NAT_HTTP_NOT_FOUND", "the log is empty");
    return reply.type("text/plain; charset=utf-8").header("cache-control", "no-store").send(head.checkpoint);
  });

  server.get<{ Params: { "*": string } }>(
    "/log/tile/*",
    { schema: { tags: ["log"], summary: "A tile or an entry bundle" } },
    async (request, reply) => {
      const path = parseTilePath(`tile/${request.params["*"]}`);
      const bytes =
        path.kind === "entries"
          ? await bundle(stores, path.index, path.width)
          : await tile(stores, path.id, path.width);
      return sendTile(reply, bytes, path.width === bundleWidth);
    },
  );
}

async function tile(stores: RegistryStores, id: TileId, width: number): Promise<Uint8Array> {
  const bytes = await stores.log.readLogTile(id);
  if (bytes === undefined || bytes.length < width * hashLength)
    throw httpError("NAT_HTTP_NOT_FOUND", "no such tile yet");
  return bytes.subarray(0, width * hashLength);
}

async function bundle(stores: RegistryStores, index: number, width: number): Promise<Uint8Array> {
  const entries = await stores.log.readEntries(index * bundleWidth, width);
  if (entries.length < width) throw httpError("NAT_HTTP_NOT_FOUND", "no such bundle yet");
  return encodeEntryBundle(entries);
}

function sendTile(reply: FastifyReply, bytes: Uint8Array, full: boolean): FastifyReply {
  return reply
    .type("application/octet-stream")
    .header("cache-control", full ? immutable : "no-store")
    .send(Buffer.from(bytes));
}
