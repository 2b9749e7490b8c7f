// SPDX-License-Identifier: Apache-2.0
// How DER travels in EST: base64 (RFC 4648 section 4), whatever a Content-Transfer-Encoding says, with white space
// tolerated where it is received and none sent (RFC 8951 sections 3 and 3.1).

import type { FastifyReply } from "fastify";
import { fromBase64, toBase64 } from "natalis/kernel";

/** @throws NAT_BYTES_BASE64 */
export function decodeTransfer(text: string): Uint8Array {
  return fromBase64(text.replaceAll(/[ \t\r\n]/g, ""));
}

/** The header says what the body is to clients from before RFC 8951, which told others to ignore it. */
export function sendTransfer(reply: FastifyReply, mediaType: string, der: Uint8Array): FastifyReply {
  return reply.type(mediaType).header("content-transfer-encoding", "base64").send(toBase64(der));
}
