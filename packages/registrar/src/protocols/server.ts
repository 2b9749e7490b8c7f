// SPDX-License-Identifier: Apache-2.0
// The HTTP servers: one over TLS with every door, one over plain http with what certificates and log monitors need
// without any identity (RFC 5280 section 8). One schema a route checks requests and makes the OpenAPI description.

import rateLimit from "@fastify/rate-limit";
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from "fastify";
import type { Authentications } from "../service/authentications.ts";
import type { Identify, Registrar } from "../service/registrar.ts";
import type { TlsMaterial } from "../service/server-certificate.ts";
import { requireAction } from "./authentication.ts";
import { crlRoutes } from "./crl/routes.ts";
import { estDoor, estPrefix } from "./est/routes.ts";
import { prepareServer, serverOptions } from "./http-server.ts";
import { handshakeMilliseconds, publicRequestsPerMinute } from "./limits.ts";
import { logRoutes } from "./log/routes.ts";
import { describeApi } from "./openapi.ts";
import { genuineRoutes } from "./genuine/routes.ts";
import { attestationRoutes } from "./rest/attestations.ts";
import { authenticationRoutes } from "./rest/authentications.ts";
import { registrarDoor } from "./rest/birth-door.ts";
import { birthRoutes } from "./rest/births.ts";
import { batchRoutes } from "./rest/births-batch.ts";
import { deviceRoutes } from "./rest/devices.ts";
import { evidenceRoutes } from "./rest/evidence.ts";
import { expectationRoutes } from "./rest/expectations.ts";
import { incidentRoutes } from "./rest/incidents.ts";
import { lifecycleRoutes } from "./rest/lifecycle.ts";
import { operatorRoutes } from "./rest/operators.ts";
import { productRoutes } from "./rest/products.ts";
import { publicRoutes, trustRoute } from "./rest/public.ts";
import { stationRoutes } from "./rest/stations.ts";
import { secureHeaders } from "./security-headers.ts";
import { tlsOptions } from "./tls.ts";

/** What the doors open to. */
export interface Doors {
  readonly registrar: Registrar;
  readonly identify: Identify;
  readonly authentications: Authentications;
}

/** Every door, over TLS. */
export async function buildSecureServer(
  { registrar, identify, authentications }: Doors,
  tls: TlsMaterial,
  logger: FastifyBaseLogger,
): Promise<FastifyInstance> {
  const https = { ...tls, ...tlsOptions, handshakeTimeout: handshakeMilliseconds };
  const server = prepareServer(Fastify({ ...serverOptions(logger), https }));
  await describeApi(server);
  await secureHeaders(server);
  await registerPublic(server, registrar, (open) => {
    open.get("/openapi.json", { schema: { hide: true } }, async () => server.swagger());
    trustRoute(open, registrar);
    authenticationRoutes(open, authentications);
  });
  await server.register((open) => genuineRoutes(open, registrar.genuine));
  await server.register(async (guarded) => {
    guarded.addHook("onRoute", requireAction("bearer"));
    const door = registrarDoor(registrar);
    birthRoutes(guarded, door, identify);
    batchRoutes(guarded, door, identify);
    attestationRoutes(guarded, registrar, identify);
    stationRoutes(guarded, registrar, identify);
    deviceRoutes(guarded, registrar, identify);
    evidenceRoutes(guarded, registrar, identify);
    lifecycleRoutes(guarded, registrar, identify);
    operatorRoutes(guarded, registrar, identify);
    productRoutes(guarded, registrar, identify);
    expectationRoutes(guarded, registrar, identify);
    incidentRoutes(guarded, registrar, identify);
  });
  await server.register(estDoor(registrar, identify), { prefix: estPrefix });
  return server;
}

/** Only what is public, over plain http. */
export async function buildPlainServer(registrar: Registrar, logger: FastifyBaseLogger): Promise<FastifyInstance> {
  const server = prepareServer(Fastify(serverOptions(logger)));
  // Nothing here may send a client to https: whoever checks a certificate has none to check it with.
  await secureHeaders(server, { contentSecurityPolicy: false, strictTransportSecurity: false });
  await registerPublic(server, registrar);
  return server;
}

/** Rate limits hold for the doors that ask nobody who they are; the others are bounded by who they know. */
async function registerPublic(
  server: FastifyInstance,
  registrar: Registrar,
  more: (open: FastifyInstance) => void = () => undefined,
): Promise<void> {
  await server.register(async (open) => {
    await open.register(rateLimit, { max: publicRequestsPerMinute, timeWindow: "1 minute" });
    publicRoutes(open, registrar);
    logRoutes(open, registrar.stores);
    crlRoutes(open, registrar);
    more(open);
  });
}
