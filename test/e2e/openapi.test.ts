// SPDX-License-Identifier: Apache-2.0
// The API description (OpenAPI 3.1) is one that generators can read, lists every door, and tells the truth about who
// must show a token.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openRegistrar, type RunningRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: object;
}

interface Operation {
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: object }> };
  readonly responses: Record<string, { readonly description: string }>;
  readonly security?: readonly Record<string, readonly string[]>[];
}

interface Description {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string; readonly license: { readonly name: string } };
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly securitySchemes: Record<string, object> };
}

const open = [
  "get /ca/{file}",
  "get /crl/{issuer}/{file}",
  "get /healthz",
  "get /log/checkpoint",
  "get /log/tile/{*}",
  "get /readyz",
  "get /trust.json",
];
const guarded = [
  "delete /operators/{id}",
  "get /devices",
  "get /devices/{id}",
  "get /devices/{id}/birth-receipt",
  "get /devices/{id}/certificate",
  "get /devices/{id}/receipt",
  "get /devices/{id}/record",
  "get /devices/{id}/state-proof",
  "get /incidents",
  "get /operators",
  "get /products",
  "get /products/{product}",
  "get /products/{product}/expected-units",
  "post /births",
  "post /births/batch",
  "post /devices/{id}/resume",
  "post /devices/{id}/retire",
  "post /devices/{id}/revoke",
  "post /devices/{id}/suspend",
  "post /operators",
  "post /products/{product}/expected-units",
  "post /products/{product}/expected-units/removals",
  "post /stations",
  "post /stations/{id}/births",
];

const scope = scopeOf({ after });
let registrar: RunningRegistrar;
let description: Description;

before(async () => {
  registrar = await openRegistrar(scope);
  description = await registrar.admin.as(undefined).json("GET", "/openapi.json");
});

test("it is OpenAPI 3.1 and says what it describes", () => {
  const { openapi, info } = description;
  assert.match(openapi, /^3\.1\.\d$/);
  assert.deepEqual([info.title, info.license.name], ["Natalis registrar", "Apache-2.0"]);
  assert.match(info.version, /^\d+\.\d+\.\d+$/);
});

test("every operation is described: summary, tags, answers, and the parameters of its path", () => {
  for (const [name, path, operation] of operations()) {
    assert.ok((operation.summary?.length ?? 0) > 3 && (operation.tags?.length ?? 0) > 0, name);
    const answers = Object.entries(operation.responses);
    assert.ok(
      answers.some(([status]) => /^2\d\d$/.test(status)),
      name,
    );
    for (const [, answer] of answers) assert.equal(typeof answer.description, "string", name);
    const named = [...path.matchAll(/\{([^}]+)\}/g)].map(([, parameter = ""]) => parameter);
    const declared = (operation.parameters ?? []).filter((one) => one.in === "path");
    assert.deepEqual(declared.map((one) => one.name).toSorted(), named.toSorted(), name);
    assert.ok(
      declared.every(({ required, schema }) => required === true && typeof schema === "object"),
      name,
    );
  }
});

test("every reference in it leads somewhere", () => {
  const references = [...JSON.stringify(description).matchAll(/"\$ref":"([^"]+)"/g)].map(([, target = ""]) => target);
  for (const target of references) {
    assert.match(target, /^#\//);
    const found = target
      .slice(2)
      .split("/")
      .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], description);
    assert.ok(found, target);
  }
});

test("it lists every door and who may pass", () => {
  const found = operations().map(([name, , { security }]) => ({ name, guarded: security !== undefined }));
  const named = (which: boolean) => found.filter((one) => one.guarded === which).map(({ name }) => name);
  for (const name of open) assert.ok(named(false).includes(name), name);
  for (const name of guarded) assert.ok(named(true).includes(name), name);
});

test("a door asks for a token exactly where the description says so", async () => {
  const stranger = registrar.admin.as(undefined);
  for (const [name, path, { security, requestBody }] of operations()) {
    for (const requirement of security ?? [])
      for (const scheme of Object.keys(requirement)) assert.ok(scheme in description.components.securitySchemes, name);
    const method = name.slice(0, name.indexOf(" ")).toUpperCase();
    const filled = path.replaceAll(/\{[^}]+\}/g, "x");
    const answer = await stranger.ask(method, filled, requestBody === undefined ? {} : { body: {} });
    assert.equal(answer.status === 401, security !== undefined, `${name}: ${answer.status}`);
  }
});

function operations(): [name: string, path: string, operation: Operation][] {
  return Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, string, Operation] => [
      `${method} ${path}`,
      path,
      operation,
    ]),
  );
}

test("every operation may answer with a problem document", async () => {
  const { paths } = description;
  for (const [path, operations] of Object.entries(paths))
    for (const [method, { responses }] of Object.entries(operations)) {
      const { content } = responses.default as unknown as {
        content: Record<string, { schema: { required: string[] } }>;
      };
      assert.ok(content["application/problem+json"]?.schema.required.includes("code"), `${method} ${path}`);
    }
});
