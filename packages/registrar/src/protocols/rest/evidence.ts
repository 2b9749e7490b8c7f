// SPDX-License-Identifier: Apache-2.0
// The evidence that a device was born with, and what it is worth now.

import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { formatUuid, parseUuid, toBase64, toHex } from "natalis/kernel";
import { nodeHash } from "@natalis/node";
import type { AppraisedStatement, EvidenceFinding } from "natalis/birth";
import { z } from "zod";
import type { RecheckedStatement } from "../../service/kept-evidences.ts";
import type { Identify, Registrar } from "../../service/registrar.ts";
import { requires } from "../authentication.ts";
import { type recheckedStatementSchema, recheckSchema, shownEvidenceSchema } from "./evidence-schemas.ts";
import { deviceIdSchema } from "./schemas.ts";

const params = z.object({ id: deviceIdSchema });

export function evidenceRoutes(server: FastifyInstance, { evidence }: Registrar, identify: Identify): void {
  const onRequest = requires("evidence.read", identify);
  const typed = server.withTypeProvider<ZodTypeProvider>();
  typed.get(
    "/devices/:id/evidence",
    {
      onRequest,
      schema: {
        tags: ["devices"],
        summary: "The evidence that a device was born with",
        params,
        response: { 200: shownEvidenceSchema },
      },
    },
    async (request) => {
      const { device, statements, isFresh } = await evidence.show(parseUuid(request.params.id));
      const { id, custody } = device;
      return { device: formatUuid(id), custody, isFresh, statements: statements.map(viewStatement) };
    },
  );
  typed.get(
    "/devices/:id/evidence/recheck",
    {
      onRequest,
      schema: {
        tags: ["devices"],
        summary: "What that evidence proves now, by the roots and revocation lists that are known now",
        params,
        response: { 200: recheckSchema },
      },
    },
    async (request) => {
      const { device, at, custodyNow, statements } = await evidence.recheck(parseUuid(request.params.id));
      const { id, custody } = device;
      const rechecked = statements.map(viewRechecked);
      return { device: formatUuid(id), at: at.toISOString(), custody, custodyNow, statements: rechecked };
    },
  );
}

function viewStatement({ format, statement, custody, root }: AppraisedStatement) {
  const digest = toHex(nodeHash.sha256(statement));
  return { format, custody, digest, statement: toBase64(statement), ...(root && { root: viewRoot(root) }) };
}

function viewRoot({ name, hash, capLifted }: NonNullable<EvidenceFinding["root"]>) {
  return { name, hash: toHex(hash), capLifted };
}

function viewRechecked({
  format,
  custodyThen,
  custodyNow,
  finding,
  refusal,
  changes,
}: RecheckedStatement): z.infer<typeof recheckedStatementSchema> {
  const details = (finding?.details ?? []).map(([name, value]) => ({ name, value }));
  return {
    format,
    custodyThen,
    custodyNow,
    ...(finding?.root && { root: viewRoot(finding.root) }),
    ...(finding?.hardware && { hardware: { ...finding.hardware } }),
    ...(details.length > 0 && { details }),
    ...(refusal && { refusal: { code: refusal.code, detail: refusal.detail } }),
    changes: [...changes],
  };
}
