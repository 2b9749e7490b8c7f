// SPDX-License-Identifier: Apache-2.0
// What is not HTTP enough to become a request (RFC 9112): no route and no reply exist yet, so the problem document is
// written to the connection as it stands, and the connection is closed.

import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { NatalisError } from "natalis/kernel";
import { httpError } from "./errors.ts";
import { problemMediaType, problemOf, statusOf } from "./problem.ts";

/** Handles Node's `clientError`. */
export function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code !== "ECONNRESET" && socket.writable) socket.write(answerTo(error));
  socket.destroy(error);
}

function answerTo(error: NodeJS.ErrnoException): string {
  const told = translate(error);
  const status = statusOf(told.code);
  const body = JSON.stringify(problemOf(told, status, "connection"));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `content-type: ${problemMediaType}`,
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}

function translate(error: NodeJS.ErrnoException): NatalisError {
  if (error.code === "HPE_HEADER_OVERFLOW") return httpError("NAT_HTTP_HEADER_SIZE", "header", error);
  if (error.code === "ERR_HTTP_REQUEST_TIMEOUT") return httpError("NAT_HTTP_DEADLINE", "request", error);
  return httpError("NAT_HTTP_INVALID", "not an HTTP request", error);
}
