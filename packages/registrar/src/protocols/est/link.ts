// SPDX-License-Identifier: Apache-2.0
// Linking identity and proof of possession (RFC 7030 section 3.5): a request may carry the tls-unique value of its
// connection (RFC 5929 section 3) as its challengePassword, and a server that is given one must check it. TLS 1.3 has
// no such value (RFC 9266 section 1), so a request with a challengePassword is refused there.

import type { TLSSocket } from "node:tls";
import {
  type CertificationRequest,
  encodeIa5String,
  encodePrintableString,
  encodeUtf8String,
  oids,
} from "natalis/formats";
import { equalBytes, toBase64 } from "natalis/kernel";
import { estError } from "./errors.ts";

/** What the check needs of a connection. */
export type LinkedConnection = Pick<TLSSocket, "getProtocol" | "isSessionReused" | "getFinished" | "getPeerFinished">;

/** @throws NAT_EST_LINK */
export function requireLink({ attributes }: CertificationRequest, connection: LinkedConnection): void {
  const password = attributes.find(({ oid }) => oid === oids.challengePassword);
  if (password === undefined) return;
  const unique = tlsUnique(connection);
  if (unique === undefined) throw estError("NAT_EST_LINK", "this connection has none; leave challengePassword out");
  const [value, second] = password.values;
  const isLinked = value !== undefined && second === undefined && isText(value, toBase64(unique));
  if (!isLinked) throw estError("NAT_EST_LINK", "it is another value");
}

/** The first Finished message of the handshake: the client's in a full one, else the server's. */
function tlsUnique(connection: LinkedConnection): Uint8Array | undefined {
  if (connection.getProtocol() !== "TLSv1.2") return undefined;
  return connection.isSessionReused() ? connection.getFinished() : connection.getPeerFinished();
}

function isText(value: Uint8Array, text: string): boolean {
  return [encodePrintableString, encodeUtf8String, encodeIa5String].some((encode) => equalBytes(value, encode(text)));
}
