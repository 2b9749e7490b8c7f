// SPDX-License-Identifier: Apache-2.0
// Refusals in words, as plain text (RFC 7030 section 4.2.3, RFC 8951 section 5): what EST clients show to people. The
// statuses are those of the other doors.

import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { judge } from "../problem.ts";

export function answerInWords(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, told } = judge(error, request, reply);
  if (status === 401) reply.header("www-authenticate", 'Basic realm="natalis", charset="UTF-8"');
  return reply.status(status).type("text/plain; charset=utf-8").send(`${told.message}\n`);
}
