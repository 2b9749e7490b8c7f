// SPDX-License-Identifier: Apache-2.0
// The authentication service over an opened registrar: challenges that all its processes share, and a key for verdicts.

import { systemClock } from "@natalis/node";
import type { Awaitable } from "natalis/kernel";
import { parseTrustFile } from "natalis/registry";
import { Authentications } from "./authentications.ts";
import type { OpenedRegistrar } from "./open.ts";
import { certifyVerdictKey } from "./verdict-key.ts";

export interface OpenedAuthentications {
  readonly service: Authentications;
  close(): Awaitable<void>;
}

export async function openAuthentications(opened: OpenedRegistrar): Promise<OpenedAuthentications> {
  const { registrar, authority } = opened;
  const { stores, proofs, revocationLists } = registrar;
  const trust = parseTrustFile(registrar.trust);
  const key = await certifyVerdictKey(opened, systemClock);
  const challenges = opened.openChallenges();
  const chain = [authority.certificate.der];
  const parts = { stores, proofs, revocationLists, challenges, trust, chain, key, clock: systemClock };
  const service = new Authentications(parts);
  return { service, close: () => challenges.close() };
}
