// SPDX-License-Identifier: Apache-2.0
// The trust file of this registrar: what its verifiers are given once. It is written when the keys are made; a start
// checks that it still speaks of them, since whoever got another file would refuse every device.

import { nodeHash, readBoundedFile } from "@natalis/node";
import { type Certificate, encodeVerifierKey, parseLogPolicy, verifierKey } from "natalis/formats";
import { decodeUtf8, equalBytes } from "natalis/kernel";
import { encodeTrustFile, parseTrustFile, type TrustFile } from "natalis/registry";
import { serviceError } from "./errors.ts";
import type { RegistrarKeys } from "./keys.ts";
import type { Settings } from "./settings.ts";

export type LogKeys = Pick<RegistrarKeys, "logEd25519" | "logP256">;

const largestFile = 1 << 20;

/** The text of a new registrar's trust file. */
export function trustFileText(settings: Settings, keys: LogKeys, root: Certificate): string {
  const lines = logKeyTexts(settings, keys).map((key) => `log ${key}\n`);
  const log = parseLogPolicy(`${lines.join("")}quorum none\n`);
  return encodeTrustFile({ arc: settings.arc, roots: [root], log });
}

/**
 * The trust file's text. @throws NAT_SERVICE_DATA where there is none, or it does not name this registrar's root, arc
 * and log keys; NAT_REGISTRY_TRUST_FILE
 */
export async function readTrustFile(
  path: string,
  settings: Settings,
  keys: LogKeys,
  root: Certificate,
): Promise<string> {
  const bytes = await readBoundedFile(path, largestFile).catch((cause: unknown) => {
    throw serviceError("NAT_SERVICE_DATA", path, cause);
  });
  const text = decodeUtf8(bytes);
  requireOurs(parseTrustFile(text), settings, keys, root);
  return text;
}

function requireOurs(trust: TrustFile, settings: Settings, keys: LogKeys, root: Certificate): void {
  if (!trust.roots.some(({ der }) => equalBytes(der, root.der)))
    throw serviceError("NAT_SERVICE_DATA", "the trust file does not name the registry's root");
  if (trust.arc !== settings.arc) throw serviceError("NAT_SERVICE_DATA", `the trust file is for the arc ${trust.arc}`);
  const trusted = trust.log.logs.map(({ key }) => encodeVerifierKey(key));
  if (!logKeyTexts(settings, keys).every((key) => trusted.includes(key)))
    throw serviceError("NAT_SERVICE_DATA", "the trust file does not name the keys that sign the log");
}

function logKeyTexts({ origin }: Settings, { logEd25519, logP256 }: LogKeys): string[] {
  return [logEd25519, logP256].map(({ publicKey }) => verifierKey(origin, publicKey, nodeHash));
}
