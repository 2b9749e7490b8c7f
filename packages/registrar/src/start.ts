// SPDX-License-Identifier: Apache-2.0
// Starts a registrar: opens it, certifies its TLS key, listens, and keeps what must not grow old: the log's state
// entry, the TLS certificate. The TLS key is made at each start and written nowhere.

import { writeFileDurably } from "@natalis/node";
import type { FastifyInstance } from "fastify";
import { encodeUtf8 } from "natalis/kernel";
import { idleInterval } from "natalis/registry";
import { pino } from "pino";
import { buildPlainServer, buildSecureServer } from "./protocols/server.ts";
import { openRegistrar, type OpenedRegistrar } from "./service/open.ts";
import { type ListenPlan, listenPlan } from "./listen.ts";
import { serviceError } from "./service/errors.ts";
import { certifyServer, renewalInterval } from "./service/server-certificate.ts";

export interface StartOptions {
  readonly folder: string;
  readonly host: string;
  readonly httpsPort?: number | undefined;
  readonly httpPort?: number | undefined;
  readonly passphraseFile?: string | undefined;
}

export interface Addresses {
  readonly https: string;
  readonly http: string;
}

export interface Running {
  readonly addresses: Addresses;
  readonly warnings: readonly string[];
  close(): Promise<void>;
}

export async function startRegistrar(options: StartOptions): Promise<Running> {
  const opened = await openRegistrar(options.folder, options.passphraseFile);
  try {
    return await serveOpened(opened, options);
  } catch (error) {
    await opened.registrar.close();
    throw error;
  }
}

async function serveOpened(opened: OpenedRegistrar, options: StartOptions): Promise<Running> {
  const { registrar, warnings } = opened;
  const plan = await listenPlan(opened.folder, registrar.settings, options);
  // Standard output belongs to the command; the log is structured, on standard error.
  const logger = pino({ name: "natalis", level: "warn" }, pino.destination(2));
  const identify = (token: string) => registrar.operators.identify(token);
  const hosts = [plan.host, "localhost", new URL(registrar.settings.publicUrl).hostname];
  const secure = await buildSecureServer(registrar, identify, await certifyServer(opened, hosts), logger);
  const open = await buildPlainServer(registrar, logger);
  await listenBoth(open, secure, plan);
  const addresses = { https: addressOf(secure, "https"), http: addressOf(open, "http") };
  await writeFileDurably(opened.folder.addresses, encodeUtf8(`${JSON.stringify(addresses)}\n`), 0o644);
  const chores = startChores(opened, secure, hosts, (error) => logger.error({ err: error }, "a chore failed"));
  return {
    addresses,
    warnings,
    async close() {
      chores.stop();
      await Promise.all([secure.close(), open.close()]);
      await registrar.close();
    },
  };
}

/** Both or neither. @throws NAT_SERVICE_LISTEN */
async function listenBoth(open: FastifyInstance, secure: FastifyInstance, plan: ListenPlan): Promise<void> {
  const { host, httpPort, httpsPort } = plan;
  try {
    await listen(open, host, httpPort);
    await listen(secure, host, httpsPort);
  } catch (error) {
    await Promise.all([secure.close(), open.close()]);
    throw error;
  }
}

async function listen(server: FastifyInstance, host: string, port: number): Promise<void> {
  await server.listen({ host, port }).catch((cause: unknown) => {
    throw serviceError("NAT_SERVICE_LISTEN", `${host}, port ${port}`, cause);
  });
}

function addressOf(server: FastifyInstance, scheme: string): string {
  const [address] = server.addresses();
  if (typeof address !== "object") throw new Error("the server listens on no port");
  const host = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return `${scheme}://${host}:${address.port}`;
}

/** What a running registrar does by the clock. */
function startChores(
  opened: OpenedRegistrar,
  secure: FastifyInstance,
  hosts: string[],
  failed: (error: unknown) => void,
) {
  const touch = setInterval(() => void opened.queue.touch().catch(failed), idleInterval);
  const renew = setInterval(() => {
    certifyServer(opened, hosts)
      .then((tls) => (secure.server as unknown as { setSecureContext(tls: object): void }).setSecureContext(tls))
      .catch(failed);
  }, renewalInterval);
  return {
    stop() {
      clearInterval(touch);
      clearInterval(renew);
    },
  };
}
