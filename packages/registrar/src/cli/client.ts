// SPDX-License-Identifier: Apache-2.0
// The command line's way to the registrar: HTTPS with the trust file's roots and nothing else trusted, a bearer
// token, a deadline and a size limit on every answer, problem documents (RFC 9457) turned back into errors.

import { request } from "node:https";
import { decodeUtf8, NatalisError } from "natalis/kernel";
import type { z } from "zod";
import { problemSchema } from "../protocols/problem.ts";
import { clientError } from "./errors.ts";

const answerLimit = 16 * 1024 * 1024;
const deadlineMilliseconds = 30_000;

export interface ClientOptions {
  /** Base address, https. */
  readonly url: string;
  /** PEM certificates that the registrar's own certificate must chain to. */
  readonly roots: readonly string[];
  readonly token?: string | undefined;
}

interface Answer {
  readonly status: number;
  readonly body: Uint8Array;
}

export class RegistrarClient {
  readonly #options: ClientOptions;

  /** @throws NAT_CLIENT_OPTION where the address is none that a token may be sent to */
  constructor(options: ClientOptions) {
    if (!URL.canParse(options.url) || new URL(options.url).protocol !== "https:")
      throw clientError("NAT_CLIENT_OPTION", `the registrar's address must be https://..., not ${options.url}`);
    this.#options = options;
  }

  /** Sends and checks the answer against a schema. @throws the registrar's own error, NAT_CLIENT_UNREACHABLE, NAT_CLIENT_ANSWER */
  async json<T>(method: "GET" | "POST" | "DELETE", path: string, schema: z.ZodType<T>, body?: unknown): Promise<T> {
    const answer = await this.#ask(method, path, body);
    const parsed = schema.safeParse(parseJson(answer.body));
    if (!parsed.success) throw clientError("NAT_CLIENT_ANSWER", `${method} ${path}: ${parsed.error.message}`);
    return parsed.data;
  }

  /** The bytes at an address. @throws as `json` */
  async bytes(path: string): Promise<Uint8Array> {
    return (await this.#ask("GET", path)).body;
  }

  async text(path: string): Promise<string> {
    return decodeUtf8(await this.bytes(path));
  }

  async #ask(method: string, path: string, body?: unknown): Promise<Answer> {
    const answer = await this.#send(method, path, body === undefined ? undefined : JSON.stringify(body));
    if (answer.status >= 200 && answer.status < 300) return answer;
    const problem = problemSchema.safeParse(parseJson(answer.body));
    if (!problem.success) throw clientError("NAT_CLIENT_ANSWER", `${method} ${path}: status ${answer.status}`);
    throw new NatalisError(problem.data.code as `NAT_${string}`, problem.data.title, problem.data.detail);
  }

  #send(method: string, path: string, body: string | undefined): Promise<Answer> {
    const { url, roots, token } = this.#options;
    const headers: Record<string, string> = {};
    if (token !== undefined) headers.authorization = `Bearer ${token}`;
    if (body !== undefined) headers["content-type"] = "application/json";
    return new Promise((resolve, reject) => {
      const fail = (cause: Error): void => reject(clientError("NAT_CLIENT_UNREACHABLE", url, cause));
      const sent = request(
        new URL(path, url),
        { method, headers, ca: [...roots], signal: AbortSignal.timeout(deadlineMilliseconds), agent: false },
        (response) => {
          const parts: Buffer[] = [];
          let length = 0;
          response.on("data", (part: Buffer) => {
            parts.push(part);
            length += part.length;
            if (length > answerLimit) sent.destroy(new Error("answer too large"));
          });
          response.on("error", fail);
          response.on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts) }));
        },
      );
      sent.on("error", fail);
      sent.end(body);
    });
  }
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(decodeUtf8(body));
  } catch (cause) {
    throw clientError("NAT_CLIENT_ANSWER", "not JSON", cause);
  }
}
