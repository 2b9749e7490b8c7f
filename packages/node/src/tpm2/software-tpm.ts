// SPDX-License-Identifier: Apache-2.0
// A TPM in software, swtpm, for tests and demonstrations: manufactured in a folder of its own, with endorsement
// certificates by an authority that is made there too, and run as a process of ours. Whoever has the folder has its
// keys; so evidence of it proves no more than custody 1.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { delimiter, join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { parsePem } from "natalis/formats";
import { decodeUtf8, encodeUtf8, isNatalisError } from "natalis/kernel";
import { writeFileDurably } from "../durable-file.ts";
import { tpmError } from "./errors.ts";
import { openTransport, type TpmPlace } from "./transport.ts";

export interface SoftwareTpm {
  readonly place: TpmPlace & { readonly port: number };
  readonly processId: number;
  close(): Promise<void>;
}

const commands = ["swtpm", "swtpm_setup", "swtpm_localca"];
const host = "127.0.0.1";
const startMilliseconds = 20_000;
const pollMilliseconds = 20;
const mostAttempts = 5;

/** Whether the commands of swtpm are on the path. @param path as in the environment variable */
export function hasSoftwareTpm(path: string): boolean {
  return commands.every((command) => path.split(delimiter).some((folder) => isExecutable(join(folder, command))));
}

/**
 * Manufactures a TPM with an RSA-2048 and a P-384 endorsement key and their certificates.
 * @param authority folder of the authority that certifies them, made if it is not there; default one of the TPM's own
 * @throws NAT_TPM_UNREACHABLE with what swtpm_setup said
 */
export async function makeSoftwareTpm(folder: string, authority = join(folder, "authority")): Promise<void> {
  const place = resolve(folder);
  for (const one of [stateOf(place), resolve(authority)]) await mkdir(one, { recursive: true, mode: 0o700 });
  const setup = await writeConfiguration(place, resolve(authority));
  const words = [
    "--tpm2",
    "--tpmstate",
    stateOf(place),
    "--create-ek-cert",
    "--config",
    setup,
    "--pcr-banks",
    "sha256",
  ];
  try {
    await promisify(execFile)("swtpm_setup", [...words, "--lock-nvram", "--not-overwrite"]);
  } catch (cause) {
    throw tpmError(
      "NAT_TPM_UNREACHABLE",
      `swtpm_setup: ${(cause as { stdout?: string }).stdout ?? String(cause)}`,
      cause,
    );
  }
}

/** DER of the certificates of the authority: the issuing one first, then its root. */
export async function readSoftwareTpmAuthority(authority: string): Promise<readonly [Uint8Array, Uint8Array]> {
  const names = ["issuercert.pem", "swtpm-localca-rootca-cert.pem"];
  const [issuing, root] = await Promise.all(
    names.map(async (name) => parsePem(decodeUtf8(await readFile(join(authority, name))), "CERTIFICATE")[0]),
  );
  return [issuing as Uint8Array, root as Uint8Array];
}

/** Starts it on free ports of the loopback interface: commands on one, its control channel on the next. */
export async function startSoftwareTpm(folder: string): Promise<SoftwareTpm> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const child = spawn("swtpm", wordsOf(stateOf(resolve(folder)), port), { stdio: "ignore" });
    try {
      await answering(child, port);
      return { place: { host, port }, processId: child.pid as number, close: () => end(child) };
    } catch (error) {
      await end(child);
      // Someone else took one of the two ports in between.
      if (attempt === mostAttempts) throw error;
    }
  }
}

function wordsOf(state: string, port: number): string[] {
  const channel = (number: number) => `type=tcp,port=${number},bindaddr=${host}`;
  const channels = ["--server", channel(port), "--ctrl", channel(port + 1)];
  return ["socket", "--tpm2", "--tpmstate", `dir=${state}`, ...channels, "--flags", "not-need-init,startup-clear"];
}

function stateOf(folder: string): string {
  return join(folder, "state");
}

async function writeConfiguration(place: string, authority: string): Promise<string> {
  const local = join(place, "localca.conf");
  const options = join(place, "localca.options");
  const setup = join(place, "setup.conf");
  const files: readonly (readonly [path: string, lines: readonly string[]])[] = [
    [
      local,
      [
        `statedir = ${authority}`,
        `signingkey = ${join(authority, "signkey.pem")}`,
        `issuercert = ${join(authority, "issuercert.pem")}`,
        `certserial = ${join(authority, "certserial")}`,
      ],
    ],
    [options, ["--platform-manufacturer Natalis", "--platform-version 1", "--platform-model test"]],
    [
      setup,
      [
        "create_certs_tool = swtpm_localca",
        `create_certs_tool_config = ${local}`,
        `create_certs_tool_options = ${options}`,
      ],
    ],
  ];
  for (const [path, lines] of files) await writeFileDurably(path, encodeUtf8(`${lines.join("\n")}\n`), 0o600);
  return setup;
}

async function answering(child: ChildProcess, port: number): Promise<void> {
  let failure: Error | undefined;
  child.once("error", (error) => {
    failure = error;
  });
  for (let waited = 0; waited < startMilliseconds; waited += pollMilliseconds) {
    if (failure !== undefined || child.exitCode !== null)
      throw tpmError("NAT_TPM_UNREACHABLE", `swtpm ended with ${child.exitCode}`, failure);
    if (await isListening(port)) return;
    await wait(pollMilliseconds);
  }
  throw tpmError("NAT_TPM_DEADLINE", `swtpm does not listen on port ${port}`);
}

async function isListening(port: number): Promise<boolean> {
  try {
    await (await openTransport({ host, port }, startMilliseconds)).close();
    return true;
  } catch (error) {
    if (isNatalisError(error, "NAT_TPM_UNREACHABLE")) return false;
    throw error;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = new Promise((done) => {
    child.once("exit", done);
  });
  child.kill("SIGTERM");
  await ended;
}

function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const server = createServer();
    server.once("error", failed);
    server.listen(0, host, () => {
      const address = server.address();
      server.close(() => done(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
