// SPDX-License-Identifier: Apache-2.0
// Devices: lists, timelines, and the proofs of each.

import type { FastifyInstance, onRequestAsyncHookHandler } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { encodePem } from "natalis/formats";
import { parseUuid } from "natalis/kernel";
import type { DeviceFilter } from "natalis/registry";
import { z } from "zod";
import type { Identify, Registrar } from "../../service/registrar.ts";
import { principalOf, requires } from "../authentication.ts";
import { devicePageSchema, deviceIdSchema, deviceQuerySchema, pageQuerySchema, timelineSchema } from "./schemas.ts";
import { viewTimeline } from "./event-view.ts";
import { viewDevice } from "./views.ts";

type Typed = ReturnType<typeof typedBy>;

const params = z.object({ id: deviceIdSchema });

export function deviceRoutes(server: FastifyInstance, registrar: Registrar, identify: Identify): void {
  const typed = typedBy(server);
  const onRequest = requires("device.read", identify);
  listRoute(typed, registrar, onRequest);
  timelineRoute(typed, registrar, onRequest);
  documentRoutes(typed, registrar, onRequest);
  proofRoutes(typed, registrar, onRequest);
  receiptRoute(typed, registrar, requires("receipt.read", identify));
}

function listRoute(typed: Typed, { stores }: Registrar, onRequest: onRequestAsyncHookHandler): void {
  typed.get(
    "/devices",
    {
      onRequest,
      schema: {
        tags: ["devices"],
        summary: "List devices, by order of birth",
        querystring: deviceQuerySchema,
        response: { 200: devicePageSchema },
      },
    },
    async (request) => {
      const { after, limit, ...filter } = request.query;
      const query = { limit, filter: given(filter), ...(after === undefined ? {} : { after }) };
      const rows = await stores.devices.listDevices(query);
      const last = rows.at(-1);
      return {
        devices: rows.map(viewDevice),
        ...(rows.length === limit && last !== undefined ? { next: last.ordinal } : {}),
      };
    },
  );
}

function timelineRoute(typed: Typed, { proofs, stores }: Registrar, onRequest: onRequestAsyncHookHandler): void {
  typed.get(
    "/devices/:id",
    {
      onRequest,
      schema: {
        tags: ["devices"],
        summary: "One device and its timeline",
        params,
        querystring: pageQuerySchema,
        response: { 200: timelineSchema },
      },
    },
    async (request) => {
      const { after, limit } = request.query;
      const device = await proofs.device(parseUuid(request.params.id));
      const entries = await stores.events.timeline(device.id, after ?? -1, limit);
      const later = { limit, filter: { deviceId: device.id }, ...(after !== undefined && { after }) };
      const events = viewTimeline(entries, await stores.incidents.listIncidents(later), limit);
      const last = events.at(-1);
      return {
        device: viewDevice(device),
        events,
        ...(events.length === limit && last !== undefined ? { next: last.index } : {}),
      };
    },
  );
}

/** Certificate and record, as they were entered. */
function documentRoutes(typed: Typed, { proofs }: Registrar, onRequest: onRequestAsyncHookHandler): void {
  typed.get(
    "/devices/:id/certificate",
    { onRequest, schema: { tags: ["devices"], summary: "The birth certificate (PEM)", params } },
    async (request, reply) => {
      const birth = await proofs.birth(parseUuid(request.params.id));
      return reply.type("application/pem-certificate-chain").send(encodePem("CERTIFICATE", birth.certificate));
    },
  );

  typed.get(
    "/devices/:id/record",
    { onRequest, schema: { tags: ["devices"], summary: "The birth record (CBOR)", params } },
    async (request, reply) => {
      const birth = await proofs.birth(parseUuid(request.params.id));
      return reply.type("application/cbor").send(Buffer.from(birth.record));
    },
  );
}

/** What anyone can check with the trust file. */
function proofRoutes(typed: Typed, { proofs }: Registrar, onRequest: onRequestAsyncHookHandler): void {
  typed.get(
    "/devices/:id/receipt",
    { onRequest, schema: { tags: ["devices"], summary: "The birth's receipt (C2SP tlog-proof)", params } },
    async (request, reply) => {
      const device = await proofs.device(parseUuid(request.params.id));
      return reply.type("text/plain; charset=utf-8").send(await proofs.birthReceipt(device));
    },
  );

  typed.get(
    "/devices/:id/state-proof",
    { onRequest, schema: { tags: ["devices"], summary: "The device's state now, provable (CBOR)", params } },
    async (request, reply) => {
      const proof = await proofs.stateProof(parseUuid(request.params.id));
      return reply.type("application/cbor").send(Buffer.from(proof));
    },
  );
}

/** For whoever may read devices, and for the station that bore the one in question. */
function receiptRoute(typed: Typed, { proofs }: Registrar, onRequest: onRequestAsyncHookHandler): void {
  typed.get(
    "/devices/:id/birth-receipt",
    { onRequest, schema: { tags: ["devices"], summary: "The receipt with what it is about (CBOR)", params } },
    async (request, reply) => {
      const receipt = await proofs.wholeReceipt(parseUuid(request.params.id), principalOf(request));
      return reply.type("application/cbor").send(Buffer.from(receipt));
    },
  );
}

/** Without the fields that were not given: an absent filter and an undefined one are not the same to a store. */
function given(filter: { [name in keyof DeviceFilter]?: DeviceFilter[name] | undefined }): DeviceFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}

function typedBy(server: FastifyInstance) {
  return server.withTypeProvider<ZodTypeProvider>();
}
