// SPDX-License-Identifier: Apache-2.0
// TLS of the doors: a client certificate is asked for and not required. Whose it is, the registry says by its
// fingerprint, so no authority is asked about it: devices, stations and strangers may all present one. What counts is
// that the handshake proves that the client has its key (RFC 8446 section 4.4.3).

import { constants } from "node:crypto";
import type { TLSSocket } from "node:tls";
import type { FastifyRequest } from "fastify";

/** Of the server, and of each renewal of its certificate: Node keeps none of it from one to the next. */
export const tlsOptions = {
  minVersion: "TLSv1.2",
  requestCert: true,
  rejectUnauthorized: false,
  // A renegotiated TLS 1.2 connection could change its client in the middle.
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
} as const;

const presented = new WeakMap<object, Uint8Array | undefined>();

/** DER of the certificate whose key this connection's handshake has proven; undefined where none was presented. */
export function clientCertificate({ raw: { socket } }: FastifyRequest): Uint8Array | undefined {
  if (!presented.has(socket)) presented.set(socket, readCertificate(socket as TLSSocket));
  return presented.get(socket);
}

/** Plain http, and requests that no connection brought, have no such question. */
function readCertificate(socket: TLSSocket): Uint8Array | undefined {
  const raw = socket.encrypted ? socket.getPeerX509Certificate()?.raw : undefined;
  return raw && new Uint8Array(raw);
}
