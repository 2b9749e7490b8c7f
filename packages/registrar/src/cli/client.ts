// SPDX-License-Identifier: Apache-2.0
// The command line's way to the registrar: answers held against the schemas of the API, problem documents (RFC 9457)
// turned back into errors.

import { connectRegistrar, type NodeRegistrarConnection, type RegistrarOptions } from "@natalis/node";
import type { RegistrarAnswer } from "natalis/device";
import { decodeUtf8, NatalisError } from "natalis/kernel";
import type { z } from "zod";
import { problemSchema } from "../protocols/problem.ts";
import { ndjson } from "../protocols/rest/ndjson.ts";
import { clientError } from "./errors.ts";

type Method = "GET" | "POST" | "DELETE";

export class RegistrarClient {
  readonly #connection: NodeRegistrarConnection;

  /** @throws NAT_REGISTRAR_ADDRESS where the address is none that a token may be sent to */
  constructor(options: RegistrarOptions) {
    this.#connection = connectRegistrar(options);
  }

  /** Sends and checks the answer against a schema. @throws the registrar's own error, NAT_REGISTRAR_UNREACHABLE, NAT_CLIENT_ANSWER */
  async json<T>(method: Method, path: string, schema: z.ZodType<T>, body?: unknown): Promise<T> {
    const answer = await this.#ask(method, path, body === undefined ? undefined : JSON.stringify(body));
    return checked(answer, schema, `${method} ${path}`);
  }

  /** The bytes at an address. @throws as `json` */
  async bytes(path: string): Promise<Uint8Array> {
    return (await this.#ask("GET", path)).body;
  }

  /** Sends lines of JSON (application/x-ndjson) and gives out the lines of the answer. @throws as `json` */
  async lines(path: string, lines: readonly string[]): Promise<string[]> {
    const { body } = await this.#ask("POST", path, lines.join("\n"), ndjson);
    return decodeUtf8(body)
      .split("\n")
      .filter((line) => line !== "");
  }

  /** Sends lines of JSON and checks the one answer against a schema. @throws as `json` */
  async upload<T>(path: string, lines: readonly string[], schema: z.ZodType<T>): Promise<T> {
    return checked(await this.#ask("POST", path, lines.join("\n"), ndjson), schema, `POST ${path}`);
  }

  async text(path: string): Promise<string> {
    return decodeUtf8(await this.bytes(path));
  }

  async #ask(method: Method, path: string, body?: string, type?: string): Promise<RegistrarAnswer> {
    const answer = await this.#connection.send(method, path, body, type);
    if (answer.status >= 200 && answer.status < 300) return answer;
    const problem = problemSchema.safeParse(parseJson(answer.body));
    if (!problem.success) throw clientError("NAT_CLIENT_ANSWER", `${method} ${path}: status ${answer.status}`);
    throw new NatalisError(problem.data.code as `NAT_${string}`, problem.data.title, problem.data.detail);
  }
}

function checked<T>({ body }: RegistrarAnswer, schema: z.ZodType<T>, what: string): T {
  const parsed = schema.safeParse(parseJson(body));
  if (!parsed.success) throw clientError("NAT_CLIENT_ANSWER", `${what}: ${parsed.error.message}`);
  return parsed.data;
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(decodeUtf8(body));
  } catch (cause) {
    throw clientError("NAT_CLIENT_ANSWER", "not JSON", cause);
  }
}
