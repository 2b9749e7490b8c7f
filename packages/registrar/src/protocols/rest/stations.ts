// SPDX-License-Identifier: Apache-2.0
// Stations that bear units without a connection: POST /stations certifies one, POST /stations/{id}/births takes what it
// bore, one birth a line. DELETE /operators/{id} ends it.

import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { ClaimedBirth } from "natalis/birth";
import { encodePem } from "natalis/formats";
import { formatUuid, fromBase64, toBase64 } from "natalis/kernel";
import { z } from "zod";
import type { Identify, Registrar } from "../../service/registrar.ts";
import type { EnteredBirth } from "../../service/station-intake.ts";
import type { EnrolledStation } from "../../service/stations.ts";
import { principalOf, requires } from "../authentication.ts";
import { batchLines } from "../limits.ts";
import { readEvidence, readRequest } from "./birth-input.ts";
import { takesLines } from "./births-batch.ts";
import { answerLines, parsedLine, whenTaken } from "./line-batch.ts";
import { ndjson } from "./ndjson.ts";
import { claimResultSchema, claimSchema, stationAnswerSchema, stationRequestSchema } from "./station-schemas.ts";

const params = z.object({ id: z.string().regex(/^[a-z0-9-]{1,64}$/) });

export function stationRoutes(server: FastifyInstance, registrar: Registrar, identify: Identify): void {
  enrolRoute(server, registrar, identify);
  birthsRoute(server, registrar, identify);
}

function enrolRoute(server: FastifyInstance, { stations, settings }: Registrar, identify: Identify): void {
  server.withTypeProvider<ZodTypeProvider>().post(
    "/stations",
    {
      onRequest: requires("station.enrol", identify),
      schema: {
        tags: ["stations"],
        summary: "Certify a station that bears units without a connection",
        body: stationRequestSchema,
        response: { 201: stationAnswerSchema },
      },
    },
    async (request, reply) => {
      const { request: text, notBefore, notAfter, ...asked } = request.body;
      const window = { notBefore: new Date(notBefore), notAfter: new Date(notAfter) };
      const station = { ...asked, ...window, certificationRequest: readRequest(text) };
      const enrolled = await stations.enrol(station, principalOf(request).id);
      const { name, product, quota } = asked;
      const facts = { name, product, quota, notBefore, notAfter, publicUrl: settings.publicUrl };
      return reply.status(201).send({ ...facts, ...viewStation(enrolled) });
    },
  );
}

function birthsRoute(server: FastifyInstance, { stationIntake }: Registrar, identify: Identify): void {
  void server.register(async (scope) => {
    takesLines(scope);
    const schema = {
      tags: ["stations"],
      summary: `Bring in up to ${batchLines} births that a station bore, one a line (${ndjson})`,
      params,
      response: {
        200: { description: "One line a birth, in any order", content: { [ndjson]: { schema: claimResultSchema } } },
      },
    };
    const onRequest = requires("birth.request", identify);
    const options = { onRequest, schema, config: { ownDeadline: true } };
    scope.post<{ Params: { id: string } }>("/stations/:id/births", options, async (request, reply) => {
      const station = await stationIntake.open(request.params.id, principalOf(request));
      return answerLines(request, reply, {
        hasRoom: () => stationIntake.hasRoom,
        async answer(line) {
          const claim = readClaim(parsedLine(line, claimSchema));
          const entered = await whenTaken(() => stationIntake.take(station, claim));
          return `"status":${entered.kind === "born" ? 201 : 200},"entered":${JSON.stringify(viewEntered(entered))}`;
        },
      });
    });
  });
}

function readClaim({ request, record, certificate, evidence }: z.infer<typeof claimSchema>): ClaimedBirth {
  return {
    certificationRequest: fromBase64(request),
    record: fromBase64(record),
    certificate: fromBase64(certificate),
    ...(evidence === undefined ? {} : { evidence: readEvidence(evidence) }),
  };
}

function viewEntered({ deviceId, entry, salt, ...rest }: EnteredBirth) {
  return { device: formatUuid(deviceId), ...rest, entry: toBase64(entry), salt: toBase64(salt) };
}

function viewStation({ operator, token, certificate, chain, profile }: EnrolledStation) {
  const pem = (der: Uint8Array) => encodePem("CERTIFICATE", der);
  return { id: operator.id, token, certificate: pem(certificate), chain: chain.map(pem), profile };
}
