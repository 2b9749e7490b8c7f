// SPDX-License-Identifier: Apache-2.0
// POST /births/attestations: begins a birth whose evidence is to come.

import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { fromBase64, fromHex, toBase64, toHex } from "natalis/kernel";
import type { z } from "zod";
import type { AttestationInput, BegunAttestation } from "../../service/attestations.ts";
import type { Identify, Registrar } from "../../service/registrar.ts";
import { principalOf, requires } from "../authentication.ts";
import { birthBodyLimit } from "../limits.ts";
import { attestationAnswerSchema, attestationRequestSchema } from "./attestation-schemas.ts";

export function attestationRoutes(server: FastifyInstance, registrar: Registrar, identify: Identify): void {
  const refusesWhenFull = async () => registrar.births.requireOpen();
  server.withTypeProvider<ZodTypeProvider>().post(
    "/births/attestations",
    {
      bodyLimit: birthBodyLimit,
      onRequest: [refusesWhenFull, requires("birth.request", identify)],
      schema: {
        tags: ["births"],
        summary: "Begin a birth whose evidence is to be bound to a nonce",
        body: attestationRequestSchema,
        response: { 201: attestationAnswerSchema },
      },
    },
    async (request, reply) => {
      const begun = await registrar.attestations.begin(principalOf(request), readInput(request.body));
      return reply.status(201).send(viewBegun(begun));
    },
  );
}

function readInput(body: z.infer<typeof attestationRequestSchema>): AttestationInput {
  const { publicKey, firmwareDigest, hardwareRevision, tpm, ...facts } = body;
  return {
    ...facts,
    publicKey: fromBase64(publicKey),
    ...(hardwareRevision === undefined ? {} : { hardwareRevision }),
    ...(firmwareDigest === undefined ? {} : { firmwareDigest: fromHex(firmwareDigest) }),
    ...(tpm === undefined
      ? {}
      : {
          tpm: {
            endorsementCertificates: tpm.endorsementCertificates.map((der) => fromBase64(der)),
            endorsementKey: fromBase64(tpm.endorsementKey),
            attestationKey: fromBase64(tpm.attestationKey),
            key: fromBase64(tpm.key),
          },
        }),
  };
}

function viewBegun({ attestation, credential }: BegunAttestation): z.infer<typeof attestationAnswerSchema> {
  const { id, nonce, bornAt, factsHash, expiresAt } = attestation;
  return {
    attestation: toHex(id),
    nonce: toBase64(nonce),
    bornAt: new Date(bornAt * 1000).toISOString(),
    factsHash: toBase64(factsHash),
    expiresAt: expiresAt.toISOString(),
    ...(credential && {
      credential: {
        credentialBlob: toBase64(credential.credentialBlob),
        encryptedSecret: toBase64(credential.encryptedSecret),
      },
    }),
  };
}
