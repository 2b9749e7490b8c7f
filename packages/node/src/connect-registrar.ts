// SPDX-License-Identifier: Apache-2.0
// The connection of a device, or of any program, to a registrar: HTTPS that trusts the trust file's roots and nothing
// else, a bearer token in its header, a deadline and a size limit on every answer.

import { request as plainRequest } from "node:http";
import { request } from "node:https";
import type { RegistrarAnswer, RegistrarConnection } from "natalis/device";
import { encodePem } from "natalis/formats";
import type { TrustFile } from "natalis/registry";
import { nodeError } from "./errors.ts";

export interface RegistrarOptions {
  /** `https://host[:port]`. */
  readonly url: string;
  /** Whose roots the registrar's TLS certificate must lead to. */
  readonly trust: Pick<TrustFile, "roots">;
  readonly token?: string | undefined;
  /** PEM certificates to which the server's one must lead instead: a station without a connection has its owner's. */
  readonly tlsRoots?: readonly string[] | undefined;
  /** Takes `http://127.0.0.1[:port]` and `http://[::1][:port]` too, where a station listens on this machine itself. */
  readonly plainLoopback?: boolean | undefined;
}

/** A connection whose methods also reach every other address of the registrar. */
export interface NodeRegistrarConnection extends RegistrarConnection {
  /** @param type of the body; absent: JSON */
  send(method: "GET" | "POST" | "DELETE", path: string, body?: string, type?: string): Promise<RegistrarAnswer>;
}

const answerLimit = 16 * 1024 * 1024;
const deadlineMilliseconds = 30_000;

/** @throws NAT_REGISTRAR_ADDRESS where the address is none that a token may be sent to; `send` NAT_REGISTRAR_UNREACHABLE */
export function connectRegistrar(options: RegistrarOptions): NodeRegistrarConnection {
  const { url, trust, token, tlsRoots, plainLoopback = false } = options;
  const base = parseAddress(url, plainLoopback);
  const ca = [...(tlsRoots ?? trust.roots.map(({ der }) => encodePem("CERTIFICATE", der)))];
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return {
    async send(method, path, body, type = "application/json") {
      const typed = body === undefined ? {} : { "content-type": type };
      return exchange(addressAt(base, path), { method, headers: { ...authorization, ...typed }, ca }, body);
    },
  };
}

/** Nothing but the host: a path, a query or a name with a password would be lost without a word. */
function parseAddress(url: string, plainLoopback: boolean): URL {
  const base = URL.canParse(url) ? new URL(url) : undefined;
  if (base === undefined || base.href !== `${base.origin}/`) throw nodeError("NAT_REGISTRAR_ADDRESS", url);
  // By its number: a name may lead anywhere.
  const isLoopback = base.protocol === "http:" && ["127.0.0.1", "[::1]"].includes(base.hostname);
  if (base.protocol !== "https:" && !(plainLoopback && isLoopback)) throw nodeError("NAT_REGISTRAR_ADDRESS", url);
  return base;
}

/** A path may come from an answer: it must not lead the token to another host. */
function addressAt(base: URL, path: string): URL {
  const address = URL.canParse(path, base.href) ? new URL(path, base) : undefined;
  if (address?.origin !== base.origin) throw nodeError("NAT_REGISTRAR_ADDRESS", path);
  return address;
}

function exchange(url: URL, options: { method: string; headers: object; ca: string[] }, body?: string) {
  return new Promise<RegistrarAnswer>((resolve, reject) => {
    const fail = (cause: Error): void => reject(nodeError("NAT_REGISTRAR_UNREACHABLE", url.origin, cause));
    const signal = AbortSignal.timeout(deadlineMilliseconds);
    // Said, since an environment variable may turn the default off.
    const fixed = { signal, agent: false, rejectUnauthorized: true } as const;
    const send = url.protocol === "http:" ? plainRequest : request;
    const sent = send(url, { ...options, ...fixed, headers: { ...options.headers } }, (response) => {
      const parts: Buffer[] = [];
      let length = 0;
      response.on("data", (part: Buffer) => {
        parts.push(part);
        length += part.length;
        if (length > answerLimit) sent.destroy(new Error("answer too large"));
      });
      response.on("error", fail);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts) }));
    });
    sent.on("error", fail);
    sent.end(body);
  });
}
