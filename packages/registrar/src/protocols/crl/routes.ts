// SPDX-License-Identifier: Apache-2.0
// What certificates point at: CRL shards (RFC 5280 4.2.1.13) and authority certificates (4.2.2.1), in DER, with the
// media types of RFC 2585.

import { nodeHash } from "@natalis/node";
import type { FastifyInstance } from "fastify";
import { toHex } from "natalis/kernel";
import type { Registrar } from "../../service/registrar.ts";
import { httpError } from "../errors.ts";

const keyId = /^[0-9a-f]{40}$/;
const shardFile = /^([0-9a-f]{2})\.crl$/;
const certificateFile = /^([0-9a-f]{40})\.cer$/;

export function crlRoutes(server: FastifyInstance, registrar: Registrar): void {
  server.get<{ Params: { issuer: string; file: string } }>(
    "/crl/:issuer/:file",
    { schema: { tags: ["crl"], summary: "A CRL shard of an authority" } },
    async (request, reply) => {
      const { issuer, file } = request.params;
      const shard = shardFile.exec(file)?.[1];
      if (!keyId.test(issuer) || shard === undefined) throw httpError("NAT_HTTP_NOT_FOUND", "no such list");
      const crl = await registrar.revocationLists.current(issuer, Number.parseInt(shard, 16));
      // Caches ask each time and get the list only where it is another one (RFC 9110 section 13.1.2).
      const etag = `"${toHex(nodeHash.sha256(crl))}"`;
      reply.type("application/pkix-crl").header("cache-control", "no-cache").header("etag", etag);
      return request.headers["if-none-match"] === etag ? reply.status(304).send() : reply.send(Buffer.from(crl));
    },
  );

  server.get<{ Params: { file: string } }>(
    "/ca/:file",
    { schema: { tags: ["crl"], summary: "An authority's certificate" } },
    async (request, reply) => {
      const id = certificateFile.exec(request.params.file)?.[1];
      const row = id === undefined ? undefined : await registrar.stores.authorities.authorityByKeyId(id);
      if (row === undefined) throw httpError("NAT_HTTP_NOT_FOUND", "no such authority");
      return reply.type("application/pkix-cert").send(Buffer.from(row.certificate));
    },
  );
}
