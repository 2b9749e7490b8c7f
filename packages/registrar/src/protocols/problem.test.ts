// SPDX-License-Identifier: Apache-2.0
// Every code that a door can meet has a status that somebody decided on.

import assert from "node:assert/strict";
import { test } from "node:test";
import Fastify from "fastify";
import { birthErrors } from "natalis/birth";
import { issueErrors } from "natalis/issue";
import { errorFactory, NatalisError } from "natalis/kernel";
import { evidenceErrors, tpmStructureErrors } from "natalis/protect";
import { registryErrors } from "natalis/registry";
import { pipelineErrors } from "../pipeline/errors.ts";
import { serviceErrors } from "../service/errors.ts";
import { httpErrors } from "./errors.ts";
import { answerProblem, statusOf } from "./problem.ts";

const decided: Readonly<Record<string, number>> = {
  NAT_AUTHORIZE_DENIED: 403,
  NAT_AUTHORIZE_WINDOW: 403,
  NAT_BIRTH_STATION_PRODUCT: 403,
  NAT_BIRTH_NOT_ADMITTED: 403,
  NAT_BIRTH_CUSTODY: 403,
  NAT_BIRTH_ATTESTATION: 403,
  NAT_BIRTH_EVIDENCE: 400,
  NAT_EVIDENCE_MALFORMED: 400,
  NAT_EVIDENCE_FRESHNESS: 403,
  NAT_EVIDENCE_ROOT: 403,
  NAT_TPM_STRUCTURE: 400,
  NAT_BIRTH_FACTS: 400,
  NAT_BIRTH_ALGORITHM: 400,
  NAT_BIRTH_POSSESSION: 400,
  NAT_BIRTH_KEY_REUSED: 409,
  NAT_BIRTH_UNIT_REUSED: 409,
  NAT_BIRTH_EVIDENCE_REUSED: 409,
  NAT_BIRTH_STATION_WINDOW: 403,
  NAT_BIRTH_STATION_PROFILE: 409,
  NAT_BIRTH_STATION_CLAIM: 422,
  NAT_LIFECYCLE_REFUSED: 409,
  NAT_LIFECYCLE_REASON: 400,
  NAT_REGISTRY_DUPLICATE: 409,
  NAT_REGISTRY_OPERATOR: 409,
  NAT_REGISTRY_QUOTA: 403,
  NAT_REGISTRY_PRODUCT_QUOTA: 403,
  NAT_REGISTRY_NOT_EXPECTED: 403,
  NAT_REGISTRY_WINDOW: 403,
  NAT_REGISTRY_DEVICE: 404,
  NAT_REGISTRY_BUSY: 503,
  NAT_REGISTRY_FULL: 503,
  NAT_PIPELINE_FULL: 503,
  NAT_PIPELINE_CLOSED: 503,
  NAT_PIPELINE_WORKER: 503,
  NAT_PIPELINE_PRODUCT: 500,
  NAT_SERVICE_NOT_FOUND: 404,
  NAT_SERVICE_CONFLICT: 409,
  NAT_SERVICE_REQUEST: 400,
  NAT_ISSUE_LINT: 422,
};

/** Own failures, and what no request can cause: 500, and nothing told. */
const own = [
  "NAT_BIRTH_DOCUMENTS",
  "NAT_BIRTH_RECORD",
  "NAT_BIRTH_KEPT_EVIDENCE",
  "NAT_REGISTRY_HEAD_MOVED",
  "NAT_REGISTRY_PAGE",
  "NAT_REGISTRY_CRL_NUMBER",
  "NAT_REGISTRY_INITIALISED",
  "NAT_REGISTRY_ROLLED_BACK",
  "NAT_REGISTRY_EMPTY",
  "NAT_REGISTRY_DAMAGED",
  "NAT_REGISTRY_ENTRY",
  "NAT_REGISTRY_BODY",
  "NAT_REGISTRY_LEAF",
  "NAT_SERVICE_DATA",
  "NAT_SERVICE_SETTINGS",
  "NAT_SERVICE_PROFILE",
  "NAT_SERVICE_EVIDENCE",
  "NAT_SERVICE_LISTEN",
  "NAT_ISSUE_SIGNER",
  "NAT_ISSUE_TOKEN_FORGED",
  "NAT_ISSUE_TOKEN_USED",
  "NAT_ISSUE_AUTHORITY",
];

test("each code has the status decided for it", () => {
  for (const [code, status] of Object.entries(decided)) assert.equal(statusOf(code), status, code);
  for (const code of own) assert.equal(statusOf(code), 500, code);
  for (const code of ["NAT_MIRROR_UNWRITABLE", "NAT_SQLITE_ENDED"]) assert.equal(statusOf(code), 503, code);
  assert.equal(statusOf("NAT_NEVER_HEARD_OF"), 500);
});

test("the codes are those of the catalogues", () => {
  const known = new Set(
    [
      birthErrors,
      evidenceErrors,
      tpmStructureErrors,
      issueErrors,
      registryErrors,
      pipelineErrors,
      serviceErrors,
    ].flatMap((codes) => Object.keys(codes)),
  );
  for (const code of [...Object.keys(decided), ...own]) assert.ok(known.has(code), code);
});

test("whatever the door itself refuses is no failure of the registrar, but the one that is", () => {
  for (const code of Object.keys(httpErrors)) assert.equal(statusOf(code) === 500, code === "NAT_HTTP_INTERNAL", code);
});

test("what is malformed in a request is the client's", () => {
  for (const code of [
    "NAT_DER_TAG",
    "NAT_X509_NAME",
    "NAT_PEM_NONE",
    "NAT_ALGORITHM_KEY",
    "NAT_BYTES_BASE64",
    "NAT_UUID_FORM",
  ])
    assert.equal(statusOf(code), 400, code);
});

async function answerTo(error: Error) {
  const logged: string[] = [];
  const stream = { write: (line: string) => void logged.push(line) };
  const server = Fastify({ logger: { level: "warn", stream } });
  server.setErrorHandler(answerProblem);
  server.get("/", () => {
    throw error;
  });
  const answer = await server.inject("/");
  return { answer, problem: answer.json<Record<string, unknown>>(), logged: logged.join("") };
}

test("a refusal is a problem document with its code, and no line in the log", async () => {
  const refused = errorFactory({ NAT_BIRTH_FACTS: "The facts are wrong." })("NAT_BIRTH_FACTS", "serial");
  const { answer, problem, logged } = await answerTo(refused);
  assert.deepEqual([answer.statusCode, logged], [400, ""]);
  assert.match(String(answer.headers["content-type"]), /^application\/problem\+json/);
  const { instance, ...rest } = problem;
  assert.match(String(instance), /^req-/);
  assert.deepEqual(rest, {
    type: "urn:natalis:error:NAT_BIRTH_FACTS",
    title: "The facts are wrong.",
    status: 400,
    detail: "serial",
    code: "NAT_BIRTH_FACTS",
  });
});

test("a failure tells its request's id and nothing else, and stands in the log", async () => {
  for (const error of [
    new TypeError("secret plan"),
    new NatalisError("NAT_REGISTRY_DAMAGED", "Damaged.", "secret plan"),
  ]) {
    const { answer, problem, logged } = await answerTo(error);
    assert.deepEqual([answer.statusCode, problem.code], [500, "NAT_HTTP_INTERNAL"]);
    assert.ok(!answer.body.includes("secret plan") && !answer.body.includes(".ts:"));
    assert.match(logged, /secret plan/);
  }
});

test("who is put off is told when to come again, in the log by one line without a stack", async () => {
  const { answer, logged } = await answerTo(new NatalisError("NAT_PIPELINE_FULL", "Full.", "4096 events"));
  assert.deepEqual([answer.statusCode, answer.headers["retry-after"]], [503, "1"]);
  assert.match(logged, /NAT_PIPELINE_FULL/);
  assert.doesNotMatch(logged, /stack/);
});

test("who shows no token is told how to", async () => {
  const { answer } = await answerTo(new NatalisError("NAT_HTTP_UNAUTHENTICATED", "No.", "no token"));
  assert.deepEqual([answer.statusCode, answer.headers["www-authenticate"]], [401, 'Bearer realm="natalis"']);
});
