// SPDX-License-Identifier: Apache-2.0
// Product lines: what their profiles say, and how many of them are born and expected.

import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { AcceptedEvidence, AdmissionRule, Profile } from "natalis/issue";
import { z } from "zod";
import type { Product } from "../../service/products.ts";
import type { Identify, Registrar } from "../../service/registrar.ts";
import { requires } from "../authentication.ts";
import { productIdSchema, productPageSchema, productSchema } from "./admission-schemas.ts";

const pageQuery = z.strictObject({
  after: productIdSchema.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

export function productRoutes(server: FastifyInstance, { products }: Registrar, identify: Identify): void {
  const typed = server.withTypeProvider<ZodTypeProvider>();
  const onRequest = requires("product.read", identify);

  typed.get(
    "/products",
    {
      onRequest,
      schema: {
        tags: ["products"],
        summary: "List product lines, by name",
        querystring: pageQuery,
        response: { 200: productPageSchema },
      },
    },
    async (request) => {
      const { after, limit } = request.query;
      const page = await products.list(after, limit);
      const last = page.at(-1);
      return {
        products: page.map(viewProduct),
        ...(page.length === limit && last !== undefined ? { next: last.profile.product } : {}),
      };
    },
  );

  typed.get(
    "/products/:product",
    {
      onRequest,
      schema: {
        tags: ["products"],
        summary: "One product line: its profile and its counts",
        params: z.object({ product: productIdSchema }),
        response: { 200: productSchema },
      },
    },
    async (request) => viewProduct(await products.find(request.params.product)),
  );
}

function viewProduct({ profile, counts }: Product): z.infer<typeof productSchema> {
  const { born, expected, expectedBorn } = counts;
  return {
    ...viewProfile(profile),
    born,
    expected: { units: expected, born: expectedBorn, left: expected - expectedBorn },
  };
}

function viewProfile(profile: Profile) {
  const { product, version, maker, models, productNumber, minimumCustody, evidence, mudUrl, showsMaker, quota } =
    profile;
  return {
    product,
    version,
    maker,
    ...(models === undefined ? {} : { models: [...models] }),
    productNumber,
    algorithms: profile.algorithms.map(({ name }) => name),
    notAfter: profile.lifetimeDays ?? ("none" as const),
    minimumCustody,
    ...(evidence === undefined ? {} : { evidence: evidence.map(viewAccepted) }),
    ...(mudUrl === undefined ? {} : { mudUrl }),
    showsMaker,
    admission: viewAdmission(profile.admission),
    ...(quota === undefined ? {} : { quota }),
  };
}

function viewAccepted({ format, roots }: AcceptedEvidence) {
  return { format, ...(roots === undefined ? {} : { roots: [...roots] }) };
}

/** Of a list its length only: it may be long, and stands in the profile. */
function viewAdmission(rule: AdmissionRule): z.infer<typeof productSchema>["admission"] {
  switch (rule.kind) {
    case "open":
    case "imported":
      return { kind: rule.kind };
    case "list":
      return { kind: "list", serials: rule.serials.size };
    case "serials": {
      const [from, to] = [rule.from, rule.to].map((number) => rule.prefix + String(number).padStart(rule.digits, "0"));
      return { kind: "serials", from: from as string, to: to as string };
    }
  }
}
