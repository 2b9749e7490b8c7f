// SPDX-License-Identifier: Apache-2.0
// The description of the API (OpenAPI 3.1), made from the routes' own schemas. Every operation may also answer with a
// problem document, which no route repeats.

import swagger, { type SwaggerTransformObject } from "@fastify/swagger";
import type { FastifyInstance } from "fastify";
import { jsonSchemaTransform } from "fastify-type-provider-zod";
import { z } from "zod";
import { problemMediaType, problemSchema } from "./problem.ts";

const insteadOfHeader = "Or no header, and the client certificate that the operator is registered with";

/** Of OpenAPI 3.1.0 section 4.8.27; the framework's types know the schemes of 3.0 only. */
const birthCertificate = {
  type: "mutualTLS",
  description: "The device's birth certificate, with its chain",
} as unknown as { type: "http"; scheme: string };

/** Before the routes: it sees those that come after it. */
export async function describeApi(server: FastifyInstance): Promise<void> {
  await server.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "Natalis registrar", version: "0.1.0", license: { name: "Apache-2.0" } },
      components: {
        securitySchemes: {
          bearer: { type: "http", scheme: "bearer", description: insteadOfHeader },
          basic: { type: "http", scheme: "basic", description: insteadOfHeader },
          birthCertificate,
        },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: withProblems,
  });
}

interface Operation {
  responses?: Record<string, unknown>;
}

const problem = {
  description: "Refused or failed, with a stable code (RFC 9457)",
  content: { [problemMediaType]: { schema: z.toJSONSchema(problemSchema) } },
};

/** Adds the problem document to whatever an operation answers. */
const withProblems: SwaggerTransformObject = (documents) => {
  const { paths = {} } = "openapiObject" in documents ? documents.openapiObject : {};
  for (const path of Object.values(paths) as Record<string, Operation>[])
    for (const operation of Object.values(path)) operation.responses = { ...operation.responses, default: problem };
  return "openapiObject" in documents ? documents.openapiObject : documents.swaggerObject;
};
