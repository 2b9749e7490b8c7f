// SPDX-License-Identifier: Apache-2.0
// Those who audit a log after a load: natalis itself, from what is stored, and Go's checksum database code, from what is
// served.

import assert from "node:assert/strict";
import { encodeVerifierKey, noteKeyTypes } from "natalis/formats";
import { accepts } from "../interop/peer.ts";
import { outcomeOf, spawnNatalis } from "../support/command.ts";
import { loopback } from "../support/ports.ts";
import type { RunningRegistrar } from "../support/registrar.ts";

export interface AuditReport {
  readonly entries: number;
  readonly devices: number;
  readonly problems: readonly unknown[];
}

/** `natalis log audit`, as long as it takes. */
export async function auditItself({ place }: RunningRegistrar): Promise<AuditReport> {
  const { code, stdout, stderr } = await outcomeOf(spawnNatalis(["log", "audit", "--json", "--data", place.folder]));
  assert.equal(code, 0, `${stdout}${stderr}`);
  return JSON.parse(stdout) as AuditReport;
}

export interface GoReport {
  readonly checkpoint: { readonly size: number };
  readonly entries: number;
  readonly tiles: number;
}

/** @param older file of a checkpoint that the log must go on from */
export async function auditByGo({ trust, place }: RunningRegistrar, judge: string, older: string): Promise<GoReport> {
  const log = trust.log.logs.find(({ key }) => key.type === noteKeyTypes.ed25519);
  assert.ok(log !== undefined, "the log has an Ed25519 key");
  const url = `http://${loopback}:${place.httpPort}/log`;
  return JSON.parse(await accepts(judge, "whole", encodeVerifierKey(log.key), url, older)) as GoReport;
}
