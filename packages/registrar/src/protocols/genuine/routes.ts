// SPDX-License-Identifier: Apache-2.0
// "Is it genuine?": for people a page, for programs JSON, for both the same answer. Open to anyone, and slower than the
// other public doors, since each answer is proven.

import rateLimit from "@fastify/rate-limit";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { parsePem } from "natalis/formats";
import { isNatalisError, parseUuid, toBase64 } from "natalis/kernel";
import type { Genuine, Genuineness } from "../../service/genuine.ts";
import { httpError } from "../errors.ts";
import { genuineRequestsPerMinute } from "../limits.ts";
import { askPage, genuinePage, pageStyle } from "./page.ts";

const documented = (summary: string) => ({ schema: { tags: ["genuine"], summary } });

export async function genuineRoutes(server: FastifyInstance, genuine: Genuine): Promise<void> {
  await server.register(rateLimit, { max: genuineRequestsPerMinute, timeWindow: "1 minute" });
  server.addContentTypeParser("application/x-www-form-urlencoded", { parseAs: "string" }, (_, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(String(body))));
  });
  server.get("/genuine.css", { schema: { hide: true } }, async (_, reply) => reply.type("text/css").send(pageStyle));
  server.get<{ Querystring: { id?: string } }>("/genuine", documented("Ask about a device"), async (request, reply) => {
    const { id } = request.query;
    if (id === undefined) return sendHtml(reply, 200, askPage());
    return reply.redirect(`/genuine/${encodeURIComponent(id)}`, 303);
  });
  server.get<{ Params: { id: string } }>("/genuine/:id", documented("By device id"), async (request, reply) => {
    const { id } = request.params;
    return answer(request, reply, await findById(genuine, id), id);
  });
  server.post<{ Body: { certificate?: unknown } }>(
    "/genuine",
    documented("By birth certificate"),
    async (request, reply) => {
      const found = await genuine.byCertificate(readCertificate(request.body));
      return answer(request, reply, found, "with this certificate");
    },
  );
}

/** What is no id is no registered device's: strangers need not know the form. */
async function findById(genuine: Genuine, text: string): Promise<Genuineness> {
  try {
    return await genuine.byId(parseUuid(text.trim().toLowerCase()));
  } catch (error) {
    if (isNatalisError(error, "NAT_UUID_FORM")) return { registered: false };
    throw error;
  }
}

function answer(request: FastifyRequest, reply: FastifyReply, found: Genuineness, asked: string): FastifyReply {
  const status = found.registered ? 200 : 404;
  if (wantsHtml(request)) return sendHtml(reply, status, genuinePage(found, asked.slice(0, 100)));
  const body = found.registered ? { ...found, stateProof: toBase64(found.stateProof) } : found;
  return reply.status(status).header("cache-control", "no-store").send(body);
}

function wantsHtml({ headers }: FastifyRequest): boolean {
  return (headers.accept ?? "").includes("text/html");
}

function sendHtml(reply: FastifyReply, status: number, html: string): FastifyReply {
  return reply.status(status).type("text/html; charset=utf-8").header("cache-control", "no-store").send(html);
}

function readCertificate(body: { certificate?: unknown } | null | undefined): Uint8Array {
  const pem = body?.certificate;
  if (typeof pem !== "string") throw httpError("NAT_HTTP_INVALID", "no certificate");
  const [der, ...others] = parsePem(pem.replaceAll("\r\n", "\n"), "CERTIFICATE");
  if (der === undefined || others.length > 0) throw httpError("NAT_HTTP_INVALID", "not exactly one certificate");
  return der;
}
