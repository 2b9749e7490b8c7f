// SPDX-License-Identifier: Apache-2.0
// Authentication as a service: POST /challenges, POST /authentications, and GET /whoami for those who come with a birth
// certificate in mutual TLS. Public: what is told, the presented certificate says already.

import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { VerifiedIdentity } from "natalis/authenticate";
import { formatUuid, fromBase64, toBase64 } from "natalis/kernel";
import type { z } from "zod";
import type { Authentications } from "../../service/authentications.ts";
import { httpError } from "../errors.ts";
import { clientCertificate } from "../tls.ts";
import {
  authenticationRequestSchema,
  authenticationSchema,
  challengeRequestSchema,
  challengeSchema,
  identitySchema,
} from "./authentication-schemas.ts";

export function authenticationRoutes(server: FastifyInstance, authentications: Authentications): void {
  challengeRoute(server, authentications);
  answerRoute(server, authentications);
  whoamiRoute(server, authentications);
}

function challengeRoute(server: FastifyInstance, authentications: Authentications): void {
  server.withTypeProvider<ZodTypeProvider>().post(
    "/challenges",
    {
      schema: {
        tags: ["authentication"],
        summary: "Ask for a challenge to put to a device",
        body: challengeRequestSchema,
        response: { 201: challengeSchema },
      },
    },
    async (request, reply) => {
      const { nonce, audience, expiresAt } = await authentications.challenge(request.body.audience);
      const body = { nonce: toBase64(nonce), audience, expiresAt: expiresAt.toISOString() };
      return reply.status(201).header("cache-control", "no-store").send(body);
    },
  );
}

function answerRoute(server: FastifyInstance, authentications: Authentications): void {
  server.withTypeProvider<ZodTypeProvider>().post(
    "/authentications",
    {
      schema: {
        tags: ["authentication"],
        summary: "Judge a device's answer",
        body: authenticationRequestSchema,
        response: { 200: authenticationSchema },
      },
    },
    async (request, reply) => {
      const { answer, audience, chain = [] } = request.body;
      const certificates = chain.map((der) => fromBase64(der));
      const { identity, verdict, validUntil } = await authentications.authenticate(
        fromBase64(answer),
        audience,
        certificates,
      );
      return reply.header("cache-control", "no-store").send({
        ...viewIdentity(identity),
        audience,
        channelBound: identity.answer.channelBound,
        validUntil: validUntil.toISOString(),
        verdict: toBase64(verdict),
      });
    },
  );
}

function whoamiRoute(server: FastifyInstance, authentications: Authentications): void {
  server.withTypeProvider<ZodTypeProvider>().get(
    "/whoami",
    {
      schema: {
        tags: ["authentication"],
        summary: "Who the birth certificate of this TLS connection is of",
        security: [{ birthCertificate: [] }],
        response: { 200: identitySchema },
      },
    },
    async (request, reply) => {
      const identity = await authentications.identify(requireClientCertificate(request));
      return reply.header("cache-control", "no-store").send(viewIdentity(identity));
    },
  );
}

/** @throws NAT_HTTP_CLIENT_CERTIFICATE */
function requireClientCertificate(request: FastifyRequest): Uint8Array {
  const certificate = clientCertificate(request);
  if (certificate === undefined) throw httpError("NAT_HTTP_CLIENT_CERTIFICATE", "none was presented");
  return certificate;
}

function viewIdentity(identity: VerifiedIdentity): z.infer<typeof identitySchema> {
  const { deviceId, maker, model, serial, custody, state, statusSources, path, at } = identity;
  return {
    device: formatUuid(deviceId),
    maker,
    model,
    serial,
    custody,
    state,
    statusSources: statusSources.map(({ kind, asOf }) => ({ kind, asOf: asOf.toISOString() })),
    pathLength: path.certificates.length,
    at: at.toISOString(),
  };
}
