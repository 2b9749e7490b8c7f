// SPDX-License-Identifier: Apache-2.0
// Enrollment over Secure Transport (RFC 7030, with RFC 8951 and RFC 9908): cacerts for anyone, csrattrs and
// simpleenroll for stations. A label is a product line. What is not offered is not there: a birth certificate is not
// renewed, so there is no simplereenroll, and keys are made in devices, so there is no serverkeygen.

import type { TLSSocket } from "node:tls";
import rateLimit from "@fastify/rate-limit";
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from "fastify";
import { encodeCertsOnly, parseCertificationRequest } from "natalis/formats";
import type { AuthorityStore } from "natalis/registry";
import { serviceError } from "../../service/errors.ts";
import type { Identify, Registrar } from "../../service/registrar.ts";
import { principalOf, requireAction, requires } from "../authentication.ts";
import { httpError } from "../errors.ts";
import { birthBodyLimit, publicRequestsPerMinute } from "../limits.ts";
import { readBasic } from "./authentication.ts";
import { csrAttributesOf } from "./csr-attributes.ts";
import { estError } from "./errors.ts";
import { requireLink } from "./link.ts";
import { answerInWords } from "./refusals.ts";
import { decodeTransfer, sendTransfer } from "./transfer.ts";
import { birthInputOf, labelledProfile, profileFor } from "./unit.ts";

interface Labelled {
  Params: { label?: string };
}

/** RFC 7030 section 3.2.2. */
export const estPrefix = "/.well-known/est";

const labels = ["", "/:label"];
const certsOnly = "application/pkcs7-mime; smime-type=certs-only";

/** All of EST, to be registered under its prefix. */
export function estDoor(registrar: Registrar, identify: Identify): FastifyPluginAsync {
  return async (door) => {
    door.setErrorHandler(answerInWords);
    door.setNotFoundHandler((request) => {
      throw estError("NAT_EST_OPERATION", `${request.method} ${request.url.slice(0, 200)}`);
    });
    await door.register(async (open) => {
      await open.register(rateLimit, { max: publicRequestsPerMinute, timeWindow: "1 minute" });
      authorityRoutes(open, registrar);
    });
    await door.register(async (guarded) => {
      guarded.addHook("onRoute", requireAction("basic"));
      guarded.removeAllContentTypeParsers();
      guarded.addContentTypeParser("application/pkcs10", { parseAs: "string" }, (_, body, done) => done(null, body));
      attributeRoutes(guarded, registrar, identify);
      enrolRoutes(guarded, registrar, identify);
    });
  };
}

/** Section 4.1: what is needed from a birth certificate up to the root. */
function authorityRoutes(open: FastifyInstance, { profiles, stores }: Registrar): void {
  const schema = { tags: ["est"], summary: "The authority's certificates (certs-only CMS)" };
  for (const label of labels)
    open.get<Labelled>(`${label}/cacerts`, { schema }, async (request, reply) => {
      if (request.params.label !== undefined) labelledProfile(request.params.label, profiles);
      const authorities = [await latest(stores.authorities, "issuing"), await latest(stores.authorities, "root")];
      return sendTransfer(reply, certsOnly, encodeCertsOnly(authorities));
    });
}

/** Section 4.5. */
function attributeRoutes(guarded: FastifyInstance, { profiles }: Registrar, identify: Identify): void {
  const schema = { tags: ["est"], summary: "What a request for this product line should look like (CsrAttrs)" };
  const onRequest = requires("birth.request", identify, readBasic);
  for (const label of labels)
    guarded.get<Labelled>(`${label}/csrattrs`, { onRequest, schema }, async (request, reply) => {
      const profile = profileFor(request.params.label, profiles, principalOf(request));
      return sendTransfer(reply, "application/csrattrs", csrAttributesOf(profile));
    });
}

/** Section 4.2: a birth; asking again for the same one gets the same certificate. */
function enrolRoutes(guarded: FastifyInstance, registrar: Registrar, identify: Identify): void {
  const summary = "Ask for a birth (PKCS#10 in, evidence in it or none; certs-only CMS out)";
  const schema = { tags: ["est"], summary };
  const options = { onRequest: requires("birth.request", identify, readBasic), bodyLimit: birthBodyLimit, schema };
  for (const label of labels)
    guarded.post<Labelled>(`${label}/simpleenroll`, options, async (request, reply) => {
      const certificate = await enrol(registrar, request);
      return sendTransfer(reply, certsOnly, encodeCertsOnly([certificate]));
    });
}

async function enrol({ profiles, births }: Registrar, request: FastifyRequest<Labelled>): Promise<Uint8Array> {
  const station = principalOf(request);
  const profile = profileFor(request.params.label, profiles, station);
  if (typeof request.body !== "string") throw httpError("NAT_HTTP_INVALID", "there is no PKCS#10 request");
  const asked = parseCertificationRequest(decodeTransfer(request.body));
  requireLink(asked, request.raw.socket as TLSSocket);
  const { certificate } = await births.bear(station, birthInputOf(asked, profile, station));
  return certificate;
}

async function latest(authorities: AuthorityStore, kind: "issuing" | "root"): Promise<Uint8Array> {
  const row = await authorities.latestAuthority(kind);
  if (row === undefined) throw serviceError("NAT_SERVICE_DATA", `the registry has no ${kind} authority`);
  return row.certificate;
}
