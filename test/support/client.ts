// SPDX-License-Identifier: Apache-2.0
// A plain HTTP client that hides nothing: status, headers and bytes as they came, whatever they are.

import { Agent as HttpAgent, type IncomingHttpHeaders, request as requestHttp, type RequestOptions } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
  /** False where the connection broke before its end. */
  readonly isWhole: boolean;
}

export interface Question {
  readonly token?: string | undefined;
  /** Sent as it is where it is text or bytes, else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether an answer that breaks off is told as far as it came. */
  readonly part?: boolean;
}

export interface ClientOptions {
  /** http or https, without a path. */
  readonly url: string;
  /** PEM roots of https. */
  readonly roots?: readonly string[];
  readonly token?: string;
  /** What it shows of itself in the TLS handshake. */
  readonly identity?: ClientIdentity;
}

/** PEM, the certificates leaf first. */
export interface ClientIdentity {
  readonly cert: string;
  readonly key: string;
}

const deadlineMilliseconds = 30_000;

export class Client {
  readonly #options: ClientOptions;
  readonly #agent: HttpAgent;

  constructor(options: ClientOptions) {
    this.#options = options;
    const keep = { keepAlive: true, maxSockets: 32 };
    const tls = { ca: [...(options.roots ?? [])], ...options.identity };
    this.#agent = this.#isSecure ? new HttpsAgent({ ...keep, ...tls }) : new HttpAgent(keep);
  }

  get #isSecure(): boolean {
    return this.#options.url.startsWith("https:");
  }

  /** The same registrar with another token, or with none. */
  as(token: string | undefined): Client {
    const { url, roots } = this.#options;
    return new Client({ url, ...(roots && { roots }), ...(token !== undefined && { token }) });
  }

  /** The same registrar with a client certificate instead of a token. */
  showing(identity: ClientIdentity): Client {
    const { url, roots } = this.#options;
    return new Client({ url, ...(roots && { roots }), identity });
  }

  /** Rejects only where no answer came. */
  ask(method: string, path: string, { body, headers = {}, part = false }: Question = {}): Promise<Answer> {
    const { token } = this.#options;
    const isRaw = typeof body === "string" || body instanceof Uint8Array;
    const sent = body === undefined || isRaw ? body : JSON.stringify(body);
    const given = {
      ...(sent !== undefined && { "content-type": "application/json" }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    };
    return this.#send({ method, path, headers: given }, sent, part);
  }

  /** The JSON of an answer that must have one of these statuses. */
  async json<Shape>(
    method: string,
    path: string,
    body?: unknown,
    statuses: readonly number[] = [200, 201],
  ): Promise<Shape> {
    const answer = await this.ask(method, path, { body });
    if (!statuses.includes(answer.status)) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return JSON.parse(answer.text) as Shape;
  }

  /** The bytes of an answer that must be 200. */
  async bytes(path: string): Promise<Uint8Array> {
    const answer = await this.ask("GET", path);
    if (answer.status !== 200) throw new Error(`GET ${path}: ${answer.status} ${answer.text}`);
    return new Uint8Array(answer.body);
  }

  async text(path: string): Promise<string> {
    return new TextDecoder().decode(await this.bytes(path));
  }

  /** Gives its connections back. */
  close(): void {
    this.#agent.destroy();
  }

  #send(options: RequestOptions, body: string | Uint8Array | undefined, part: boolean): Promise<Answer> {
    const request = this.#isSecure ? requestHttps : requestHttp;
    const signal = AbortSignal.timeout(deadlineMilliseconds);
    return new Promise((resolve, reject) => {
      const sent = request(new URL(options.path ?? "/", this.#options.url), { ...options, agent: this.#agent, signal });
      sent.on("error", reject);
      sent.on("response", (response) => {
        const parts: Buffer[] = [];
        const answer = (isWhole: boolean): Answer => {
          const bytes = Buffer.concat(parts);
          const { statusCode: status = 0, headers } = response;
          return { status, headers, body: bytes, text: bytes.toString("utf8"), isWhole };
        };
        response.on("data", (chunk: Buffer) => parts.push(chunk));
        response.on("error", (error) => (part ? resolve(answer(false)) : reject(error)));
        response.on("end", () => resolve(answer(true)));
      });
      sent.end(body);
    });
  }
}
