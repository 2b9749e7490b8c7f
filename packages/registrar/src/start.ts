// SPDX-License-Identifier: Apache-2.0
// Starts a registrar: opens it, certifies its TLS key, listens, and keeps what must not grow old: the log's state
// entry, the TLS certificate. The TLS key is made at each start and written nowhere.

import { systemClock, writeFileDurably } from "@natalis/node";
import type { FastifyInstance } from "fastify";
import { encodeUtf8 } from "natalis/kernel";
import { idleInterval } from "natalis/registry";
import { type Logger, pino } from "pino";
import { buildPlainServer, buildSecureServer } from "./protocols/server.ts";
import { tlsOptions } from "./protocols/tls.ts";
import { openRegistrar, type OpenedRegistrar, type TokenLogin } from "./service/open.ts";
import { tellIncident } from "./tell-incident.ts";
import { tokenLogger } from "./token-logger.ts";
import { type ListenPlan, listenPlan } from "./listen.ts";
import { serviceError } from "./service/errors.ts";
import type { Identify } from "./service/registrar.ts";
import { certifyVerdictKey } from "./service/verdict-key.ts";
import { type OpenedAuthentications, openAuthentications } from "./service/open-authentications.ts";
import { certifyServer, renewalInterval, type TlsMaterial } from "./service/server-certificate.ts";

const hour = 3_600_000;
const day = 24 * hour;
/** How soon a changed root, list or signer counts. */
const evidenceInterval = 2_000;
/** How long a request under way may still take when the registrar stops. */
const drainMilliseconds = 10_000;

export interface StartOptions {
  readonly folder: string;
  readonly host: string;
  readonly httpsPort?: number | undefined;
  readonly httpPort?: number | undefined;
  readonly passphraseFile?: string | undefined;
  /** The registry's database where it is not the one that the folder says. */
  readonly database?: string | undefined;
  /** Asked for the PIN of the token that has the authority's keys. */
  readonly readPin?: TokenLogin["readPin"] | undefined;
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
  // Standard output belongs to the command; the log is structured, on standard error.
  const logger = pino({ name: "natalis", level: "warn" }, pino.destination(2));
  const { folder, passphraseFile, database, readPin } = options;
  const login = readPin && { readPin, changed: tokenLogger(logger) };
  const opened = await openRegistrar(folder, passphraseFile, database, login);
  try {
    return await serveOpened(opened, options, logger);
  } catch (error) {
    await opened.registrar.close();
    throw error;
  }
}

async function serveOpened(opened: OpenedRegistrar, options: StartOptions, logger: Logger): Promise<Running> {
  const { registrar, warnings } = opened;
  const plan = await listenPlan(opened.folder, registrar.settings, options);
  opened.incidents.listen((told) => tellIncident(logger, told));
  const identify: Identify = (credential) => registrar.operators.identify(credential);
  const hosts = [plan.host, "localhost", new URL(registrar.settings.publicUrl).hostname];
  const authentications = await openAuthentications(opened);
  const doors = { registrar, identify, authentications: authentications.service };
  const secure = await buildSecureServer(doors, await certifyServer(opened, hosts), logger);
  const open = await buildPlainServer(registrar, logger);
  const addresses = await listenBoth(open, secure, plan, opened.folder.addresses);
  const chores = startChores(opened, authentications, secure, hosts, logger);
  return {
    addresses,
    warnings,
    async close() {
      chores.stop();
      await drain([secure, open]);
      await authentications.close();
      await registrar.close();
    },
  };
}

/** Both or neither; then tells in the file where they are. @throws NAT_SERVICE_LISTEN */
async function listenBoth(
  open: FastifyInstance,
  secure: FastifyInstance,
  { host, httpPort, httpsPort }: ListenPlan,
  file: string,
): Promise<Addresses> {
  try {
    await listen(open, host, httpPort);
    await listen(secure, host, httpsPort);
    const addresses = { https: addressOf(secure, "https"), http: addressOf(open, "http") };
    await writeFileDurably(file, encodeUtf8(`${JSON.stringify(addresses)}\n`), 0o644);
    return addresses;
  } catch (error) {
    await drain([secure, open]);
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

/** Answers what is under way and takes nothing more; who takes too long is cut off. */
async function drain(servers: readonly FastifyInstance[]): Promise<void> {
  const cut = setTimeout(() => {
    for (const { server } of servers) server.closeAllConnections();
  }, drainMilliseconds);
  await Promise.all(servers.map((server) => server.close())).finally(() => clearTimeout(cut));
}

/** What a running registrar does by the clock. */
function startChores(
  opened: OpenedRegistrar,
  authentications: OpenedAuthentications,
  secure: FastifyInstance,
  hosts: string[],
  logger: Logger,
) {
  const failed = (error: unknown) => logger.error({ err: error }, "a chore failed");
  let renewAt = systemClock.now().getTime() + renewalInterval;
  // A timer stands still while the machine sleeps, a certificate does not.
  const renewCertificates = async () => {
    if (systemClock.now().getTime() < renewAt) return;
    replaceCertificate(secure, await certifyServer(opened, hosts));
    authentications.service.useKey(await certifyVerdictKey(opened, systemClock));
    renewAt += renewalInterval;
  };
  const tellEndedLists = () => {
    const issuers = opened.endedLists(systemClock.now());
    if (issuers.length > 0) logger.warn({ issuers }, "lists of revoked certificates have ended: evidence is refused");
  };
  tellEndedLists();
  let isReading = false;
  const readEvidence = async () => {
    if (isReading) return;
    isReading = true;
    const evidence = await opened.refreshEvidence().finally(() => {
      isReading = false;
    });
    if (evidence === undefined) return;
    logger.warn({ evidence }, "the roots and lists of evidence changed and were read again");
    tellEndedLists();
  };
  const timers = [
    setInterval(() => void readEvidence().catch(failed), evidenceInterval),
    setInterval(() => void opened.queue.touch().catch(failed), idleInterval),
    setInterval(() => void renewCertificates().catch(failed), hour),
    setInterval(tellEndedLists, day),
    setInterval(() => void opened.renewRootCrl().catch(failed), day),
  ];
  return {
    stop() {
      for (const timer of timers) clearInterval(timer);
    },
  };
}

/** For the connections that come. */
function replaceCertificate(secure: FastifyInstance, tls: TlsMaterial): void {
  (secure.server as unknown as { setSecureContext(options: object): void }).setSecureContext({ ...tls, ...tlsOptions });
}
