// SPDX-License-Identifier: Apache-2.0
// The authentication service over an opened registrar: challenges that all its processes share, and a key for verdicts.

import { parseTrustFile } from "natalis/registry";
import { SqliteChallengeStore } from "../adapters/sqlite/index.ts";
import { Authentications } from "./authentications.ts";
import type { OpenedRegistrar } from "./open.ts";
import { certifyVerdictKey } from "./verdict-key.ts";

export interface OpenedAuthentications {
  readonly service: Authentications;
  close(): void;
}

export async function openAuthentications(opened: OpenedRegistrar): Promise<OpenedAuthentications> {
  const { folder, registrar, authority } = opened;
  const { stores, proofs, revocationLists } = registrar;
  const trust = parseTrustFile(registrar.trust);
  const key = await certifyVerdictKey(opened);
  const challenges = new SqliteChallengeStore(folder.challenges);
  const chain = [authority.certificate.der];
  const service = new Authentications({ stores, proofs, revocationLists, challenges, trust, chain, key });
  return { service, close: () => challenges.close() };
}
