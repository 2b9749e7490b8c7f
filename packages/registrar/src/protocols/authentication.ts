// SPDX-License-Identifier: Apache-2.0
// Who asks: the Authorization header says it, as a rule with a bearer token (RFC 6750); where there is no such header,
// the client certificate of the connection. A route names the action it needs; a route that names none is public, and
// the server refuses to start with a route that says neither.

import type { FastifyRequest, onRequestAsyncHookHandler, RouteOptions } from "fastify";
import { type Action, authorize, type Principal } from "natalis/birth";
import type { Credential, Identify } from "../service/registrar.ts";
import { httpError } from "./errors.ts";
import { clientCertificate } from "./tls.ts";

const principals = new WeakMap<FastifyRequest, Principal>();

/** Reads an Authorization header of its scheme; undefined for any other. */
export type ReadAuthorization = (header: string) => Credential | undefined;

/** Finds the principal and checks that its role may do this. @throws NAT_HTTP_UNAUTHENTICATED, NAT_AUTHORIZE_DENIED */
export function requires(
  action: Action,
  identify: Identify,
  readAuthorization: ReadAuthorization = readBearer,
): onRequestAsyncHookHandler {
  return async (request, reply) => {
    // What is told to one who may know it is not kept for the next.
    reply.header("cache-control", "no-store");
    const credential = credentialOf(request, readAuthorization);
    const principal = credential && (await identify(credential));
    if (principal === undefined) throw httpError("NAT_HTTP_UNAUTHENTICATED", shown(credential));
    authorize(principal, action);
    principals.set(request, principal);
  };
}

/**
 * For a scope whose routes are not public: refuses one that names no action, and describes how it may be asked. Who asks
 * is settled when the header is there: a stranger's body is not read.
 */
export function requireAction(scheme: "bearer" | "basic"): (route: RouteOptions) => void {
  return (route) => {
    if (route.onRequest === undefined) throw new Error(`${String(route.method)} ${route.url} names no action`);
    route.schema = { ...route.schema, security: [{ [scheme]: [] }] };
  };
}

/** The principal of a request that passed `requires`. */
export function principalOf(request: FastifyRequest): Principal {
  const principal = principals.get(request);
  if (principal === undefined) throw httpError("NAT_HTTP_UNAUTHENTICATED", "the route names no action");
  return principal;
}

/** A header that is there decides: whoever names themselves wrongly is not let in by their certificate. */
function credentialOf(request: FastifyRequest, readAuthorization: ReadAuthorization): Credential | undefined {
  const { authorization } = request.headers;
  if (authorization !== undefined) return readAuthorization(authorization);
  const certificate = clientCertificate(request);
  return certificate && { certificate };
}

function readBearer(header: string): Credential | undefined {
  const token = /^Bearer +([A-Za-z0-9._~+/=-]{1,200})$/i.exec(header)?.[1];
  return token === undefined ? undefined : { token };
}

function shown(credential: Credential | undefined): string {
  if (credential === undefined) return "no token";
  return "token" in credential ? "unknown token" : "unknown certificate";
}
