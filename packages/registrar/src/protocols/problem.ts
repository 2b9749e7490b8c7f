// SPDX-License-Identifier: Apache-2.0
// Errors as problem documents (RFC 9457). The one place that knows which HTTP status a code has.
// A code that no row names is the registrar's own failure: 500, and its detail stays in the log.

import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { isNatalisError, type NatalisError } from "natalis/kernel";
import { z } from "zod";
import { httpError } from "./errors.ts";

export const problemMediaType = "application/problem+json";

/** RFC 9457 section 3, with our stable `code`. */
export const problemSchema = z.object({
  type: z.string().describe("Names the kind of problem: urn:natalis:error:<code>"),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string().describe("Stable error code; docs/error-codes.md lists them all"),
  instance: z.string().describe("The request's id in the registrar's log"),
});

export type Problem = z.infer<typeof problemSchema>;

/** Exact codes before prefixes; the first row that matches decides. */
const statusRows: readonly (readonly [pattern: string, status: number])[] = [
  ["NAT_HTTP_UNAUTHENTICATED", 401],
  ["NAT_HTTP_CLIENT_CERTIFICATE", 401],
  ["NAT_HTTP_NOT_FOUND", 404],
  ["NAT_HTTP_TOO_LARGE", 413],
  ["NAT_HTTP_MEDIA_TYPE", 415],
  ["NAT_HTTP_HEADER_SIZE", 431],
  ["NAT_HTTP_DEADLINE", 408],
  ["NAT_HTTP_RATE_LIMITED", 429],
  ["NAT_HTTP_UNANSWERED", 503],
  ["NAT_HTTP_INVALID", 400],
  ["NAT_AUTHORIZE_", 403],
  ["NAT_EST_OPERATION", 404],
  ["NAT_EST_LABEL", 404],
  ["NAT_EST_", 400],
  ["NAT_BIRTH_NOT_ADMITTED", 403],
  ["NAT_BIRTH_STATION_PRODUCT", 403],
  ["NAT_BIRTH_KEY_AUTHORITY", 403],
  ["NAT_BIRTH_KEY_REUSED", 409],
  ["NAT_BIRTH_UNIT_REUSED", 409],
  ["NAT_BIRTH_EVIDENCE_REUSED", 409],
  ["NAT_BIRTH_FACTS", 400],
  ["NAT_BIRTH_ALGORITHM", 400],
  ["NAT_BIRTH_POSSESSION", 400],
  ["NAT_BIRTH_EVIDENCE", 400],
  ["NAT_BIRTH_ATTESTATION", 403],
  ["NAT_BIRTH_CUSTODY", 403],
  ["NAT_EVIDENCE_MALFORMED", 400],
  ["NAT_EVIDENCE_TYPE", 400],
  ["NAT_EVIDENCE_", 403],
  ["NAT_TPM_STRUCTURE", 400],
  ["NAT_BIRTH_STATION_WINDOW", 403],
  ["NAT_BIRTH_STATION_PROFILE", 409],
  ["NAT_BIRTH_STATION_CLAIM", 422],
  ["NAT_ISSUE_LINT", 422],
  ["NAT_AUTHENTICATE_", 403],
  ["NAT_PATH_", 403],
  ["NAT_CRL_", 403],
  ["NAT_COSE_SIGNATURE", 403],
  ["NAT_COSE_ALGORITHM", 403],
  ["NAT_COSE_", 400],
  ["NAT_ANSWER_", 400],
  ["NAT_LIFECYCLE_REFUSED", 409],
  ["NAT_LIFECYCLE_REASON", 400],
  ["NAT_REGISTRY_QUOTA", 403],
  ["NAT_REGISTRY_PRODUCT_QUOTA", 403],
  ["NAT_REGISTRY_NOT_EXPECTED", 403],
  ["NAT_REGISTRY_WINDOW", 403],
  ["NAT_REGISTRY_DUPLICATE", 409],
  ["NAT_REGISTRY_OPERATOR", 409],
  ["NAT_REGISTRY_ADMINISTRATOR", 409],
  ["NAT_REGISTRY_DEVICE", 404],
  ["NAT_REGISTRY_BUSY", 503],
  ["NAT_REGISTRY_FULL", 503],
  ["NAT_MIRROR_UNWRITABLE", 503],
  ["NAT_SQLITE_ENDED", 503],
  ["NAT_POSTGRES_UNREACHABLE", 503],
  ["NAT_POSTGRES_CONFLICT", 503],
  ["NAT_POSTGRES_HELD", 503],
  ["NAT_PIPELINE_FULL", 503],
  ["NAT_PIPELINE_CLOSED", 503],
  ["NAT_PIPELINE_WORKER", 503],
  ["NAT_PIPELINE_TOKEN", 503],
  ["NAT_SERVICE_NOT_FOUND", 404],
  ["NAT_SERVICE_CONFLICT", 409],
  ["NAT_SERVICE_REQUEST", 400],
  ["NAT_DER_", 400],
  ["NAT_X509_", 400],
  ["NAT_PEM_", 400],
  ["NAT_ALGORITHM_", 400],
  ["NAT_BYTES_", 400],
  ["NAT_UUID_", 400],
  ["NAT_CBOR_", 400],
  ["NAT_TLOG_TILE_PATH", 404],
];

export function statusOf(code: string): number {
  return (
    statusRows.find(([pattern]) => (pattern.endsWith("_") ? code.startsWith(pattern) : code === pattern))?.[1] ?? 500
  );
}

/** What an answer tells of an error. */
export interface Judgement {
  readonly status: number;
  readonly told: NatalisError;
}

/** Turns whatever a handler threw into an answer. */
export function answerProblem(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, told } = judge(error, request, reply);
  if (status === 401) reply.header("www-authenticate", 'Bearer realm="natalis"');
  return reply
    .status(status)
    .type(problemMediaType)
    .send(problemOf(told, status, request.id));
}

/** What to tell of whatever a handler threw, and when to ask again. */
export function judge(error: FastifyError, request: FastifyRequest, reply: FastifyReply): Judgement {
  const judged = judgement(error, request);
  if (judged.status === 503) reply.header("retry-after", "1");
  return judged;
}

/** What is not ours to tell is logged, never sent. */
export function judgement(error: FastifyError, request: FastifyRequest): Judgement {
  const natalisError = translate(error);
  const status = statusOf(natalisError.code);
  if (status === 500) request.log.error({ err: error }, "request failed");
  if (status === 503) tellPutOff(request, natalisError.code);
  return { status, told: status === 500 ? httpError("NAT_HTTP_INTERNAL", `request ${request.id}`) : natalisError };
}

const tellMilliseconds = 1000;
let putOff = 0;
let toldAt = Number.NEGATIVE_INFINITY;

/** One line a second: who has too much to do must not write a line for each request that is put off. */
function tellPutOff(request: FastifyRequest, code: string): void {
  putOff += 1;
  if (performance.now() - toldAt < tellMilliseconds) return;
  request.log.warn({ code, url: request.routeOptions.url, requests: putOff }, "requests put off");
  [putOff, toldAt] = [0, performance.now()];
}

export function problemOf(error: NatalisError, status: number, instance: string): Problem {
  const title = error.message.slice(0, error.message.indexOf(` [${error.code}]`));
  return { type: `urn:natalis:error:${error.code}`, title, status, detail: error.detail, code: error.code, instance };
}

/** The framework's own refusals in our words. */
function translate(error: FastifyError): NatalisError {
  if (isNatalisError(error)) return error;
  if (error.validation !== undefined) return httpError("NAT_HTTP_INVALID", error.message.slice(0, 500), error);
  if (error.statusCode === 413) return httpError("NAT_HTTP_TOO_LARGE", "body", error);
  if (error.statusCode === 415) return httpError("NAT_HTTP_MEDIA_TYPE", error.message.slice(0, 200), error);
  if (error.statusCode === 429) return httpError("NAT_HTTP_RATE_LIMITED", error.message.slice(0, 200), error);
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500)
    return httpError("NAT_HTTP_INVALID", error.message.slice(0, 500), error);
  return httpError("NAT_HTTP_INTERNAL", "unexpected", error);
}
