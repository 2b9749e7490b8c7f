// SPDX-License-Identifier: Apache-2.0
// Who asks: bearer tokens (RFC 6750) in the Authorization header, nowhere else. A route names the action it needs;
// a route that names none is public, and the server refuses to start with a route that says neither.

import type { FastifyRequest, onRequestAsyncHookHandler, RouteOptions } from "fastify";
import { type Action, authorize, type Principal } from "natalis/birth";
import type { Identify } from "../service/registrar.ts";
import { httpError } from "./errors.ts";

const principals = new WeakMap<FastifyRequest, Principal>();

/** Finds the principal and checks that its role may do this. @throws NAT_HTTP_UNAUTHENTICATED, NAT_AUTHORIZE_DENIED */
export function requires(action: Action, identify: Identify): onRequestAsyncHookHandler {
  return async (request) => {
    const token = /^Bearer ([A-Za-z0-9._~+/=-]{1,200})$/.exec(request.headers.authorization ?? "")?.[1];
    const principal = token === undefined ? undefined : await identify(token);
    if (principal === undefined)
      throw httpError("NAT_HTTP_UNAUTHENTICATED", token === undefined ? "no token" : "unknown token");
    authorize(principal, action);
    principals.set(request, principal);
  };
}

/**
 * For a scope whose routes are not public: refuses one that names no action, and describes the token that it asks for.
 * Who asks is settled when the header is there: a stranger's body is not read.
 */
export function requireAction(route: RouteOptions): void {
  if (route.onRequest === undefined) throw new Error(`${String(route.method)} ${route.url} names no action`);
  route.schema = { ...route.schema, security: [{ bearer: [] }] };
}

/** The principal of a request that passed `requires`. */
export function principalOf(request: FastifyRequest): Principal {
  const principal = principals.get(request);
  if (principal === undefined) throw httpError("NAT_HTTP_UNAUTHENTICATED", "the route names no action");
  return principal;
}
