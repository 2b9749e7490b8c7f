// SPDX-License-Identifier: Apache-2.0
// Expected units of a product line: imported by the thousand as the request arrives, listed, and taken off while they are
// not born.

import type { Readable } from "node:stream";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { ExpectedUnitRow } from "natalis/registry";
import { z } from "zod";
import type { Identify, Registrar } from "../../service/registrar.ts";
import { requires } from "../authentication.ts";
import { expectedLineBytes, expectedLines } from "../limits.ts";
import {
  expectedPageSchema,
  expectedQuerySchema,
  type expectedUnitRowSchema,
  importResultSchema,
  productIdSchema,
  removalResultSchema,
  removalSchema,
} from "./admission-schemas.ts";
import { csv, expectedUnits } from "./expected-lines.ts";
import { linesOf, ndjson } from "./ndjson.ts";

const address = "/products/:product/expected-units";
const params = z.object({ product: productIdSchema });
const tags = ["products"];

export function expectationRoutes(server: FastifyInstance, registrar: Registrar, identify: Identify): void {
  importRoute(server, registrar, identify);
  listRoute(server, registrar, identify);
  removalRoute(server, registrar, identify);
}

function importRoute(server: FastifyInstance, { expectations }: Registrar, identify: Identify): void {
  void server.register(async (door) => {
    door.removeAllContentTypeParsers();
    door.addContentTypeParser([ndjson, csv], (_request, payload, done) => done(null, payload));
    door.withTypeProvider<ZodTypeProvider>().post(
      address,
      {
        onRequest: requires("expectation.change", identify),
        config: { ownDeadline: true },
        schema: {
          tags,
          summary: `Expect up to ${expectedLines} units, one a line (${ndjson} or ${csv}): serial and, where wanted, model`,
          params,
          response: { 200: importResultSchema },
        },
      },
      async (request) => {
        const form = request.headers["content-type"]?.startsWith(csv) === true ? "csv" : "ndjson";
        const lines = linesOf(chunksOf(request), { lineBytes: expectedLineBytes, lines: expectedLines });
        const result = await expectations.importUnits(request.params.product, expectedUnits(lines, form));
        return { ...result, conflicting: [...result.conflicting] };
      },
    );
  });
}

/** What is not read stays unread: destroying the request would take the answer with it. */
async function* chunksOf({ body }: FastifyRequest): AsyncGenerator<Uint8Array> {
  const stream = body as Readable | undefined;
  if (stream !== undefined) yield* stream.iterator({ destroyOnReturn: false });
}

function listRoute(server: FastifyInstance, { products, stores }: Registrar, identify: Identify): void {
  server.withTypeProvider<ZodTypeProvider>().get(
    address,
    {
      onRequest: requires("expectation.read", identify),
      schema: {
        tags,
        summary: "List expected units, by serial number; their counts are the product line's",
        params,
        querystring: expectedQuerySchema,
        response: { 200: expectedPageSchema },
      },
    },
    async (request) => {
      const { product } = (await products.find(request.params.product)).profile;
      const { state, after, limit } = request.query;
      const query = { product, limit, ...(state && { state }), ...(after !== undefined && { after }) };
      const rows = await stores.expectations.listExpected(query);
      const last = rows.at(-1);
      return {
        units: rows.map(viewUnit),
        ...(rows.length === limit && last !== undefined ? { next: last.serial } : {}),
      };
    },
  );
}

function removalRoute(server: FastifyInstance, { expectations }: Registrar, identify: Identify): void {
  server.withTypeProvider<ZodTypeProvider>().post(
    `${address}/removals`,
    {
      onRequest: requires("expectation.change", identify),
      schema: {
        tags,
        summary: "Take units off that are not born",
        params,
        body: removalSchema,
        response: { 200: removalResultSchema },
      },
    },
    async (request) => {
      const serials = [...new Set(request.body.serials)];
      const outcomes = await expectations.withdraw(request.params.product, serials);
      const those = (outcome: (typeof outcomes)[number]) => serials.filter((_, i) => outcomes[i] === outcome);
      return { removed: those("withdrawn").length, born: those("born"), absent: those("absent") };
    },
  );
}

function viewUnit({ serial, model, born }: ExpectedUnitRow): z.infer<typeof expectedUnitRowSchema> {
  return {
    serial,
    ...(model === undefined ? {} : { model }),
    ...(born === undefined ? { state: "left" } : { state: "born", ordinal: born }),
  };
}
