// SPDX-License-Identifier: Apache-2.0
// What the store holds when a simulation begins: the stations are enrolled, and sometimes so many devices were born
// before that log or state tree is about to fill a tile.

import { nodeHash } from "@natalis/node";
import { type BirthContext, type NewBirth, prepareBirth, signBirth } from "natalis/birth";
import { encodeUtf8 } from "natalis/kernel";
import { openTrees, type OperatorEnrolledEvent, type RegistryEvent, sequence, unitTag } from "natalis/registry";
import { InsecureSeededEntropy } from "natalis/testing";
import type { Database } from "./database.ts";
import { authenticator, noteSigners, origin, product, requestFor, testAuthority } from "./maker.ts";
import { mockVerifier } from "./mock-keys.ts";
import type { Random } from "./random.ts";

const before = new Date(Date.UTC(2026, 4, 1));
const oldStation = "station-0";
/** With the enrolments they leave a log of 253 entries, or a state tree of 253 leaves. */
const oldBirths = [247, 253] as const;

/** Answers the checkpoint of the newest commit. */
export async function begin(
  database: Database,
  quotas: ReadonlyMap<string, number | undefined>,
  random: Random,
): Promise<string> {
  const entropy = new InsecureSeededEntropy(`beginning ${random.next()}`);
  const stations = [[oldStation, undefined] as const, ...quotas];
  const checkpoint = await lay(database, stations.map(enrolment), entropy);
  if (!random.chance(0.03)) return checkpoint;
  return lay(database, births.slice(0, random.pick(oldBirths)), entropy);
}

function enrolment([id, quota]: readonly [string, number | undefined]): OperatorEnrolledEvent {
  const tokenHash = nodeHash.sha256(encodeUtf8(id));
  const operator = { id, name: id, role: "station", tokenHash, products: [product] } as const;
  return { type: "operator-enrolled", actor: "init", operator: { ...operator, ...(quota && { quota }) } };
}

async function lay(
  database: Database,
  events: readonly RegistryEvent[],
  entropy: InsecureSeededEntropy,
): Promise<string> {
  const { stores } = database.registry;
  const head = database.registry.head();
  const trees = await openTrees(head, stores, nodeHash);
  const ports = { entropy, hash: nodeHash, signers: noteSigners };
  const { batch } = await sequence({ head, trees, events, at: before, stores, origin, ...ports });
  if (batch === undefined) throw new Error("nothing to begin with");
  database.lay(batch);
  return batch.head.checkpoint;
}

/** Made once a process, in the same way each time. */
const births = await oldEvents();

async function oldEvents(): Promise<readonly RegistryEvent[]> {
  const events: RegistryEvent[] = [];
  const entropy = new InsecureSeededEntropy("old births");
  for (let i = 0; i < Math.max(...oldBirths); i++) events.push(await oldBirth(`OLD-${i}`, entropy));
  return events;
}

async function oldBirth(serial: string, entropy: InsecureSeededEntropy): Promise<RegistryEvent> {
  const { profile, issuing: authority, issuingSigner } = testAuthority;
  const request = await requestFor(`key of ${serial}`, serial, "hall 1");
  const principal = { id: oldStation, name: oldStation, role: "station", products: [product] } as const;
  const ports = { at: before, entropy, hash: nodeHash, verifier: mockVerifier };
  const context: BirthContext = { principal, profile, authority, ...ports };
  const tag = await unitTag({ maker: profile.maker, model: request.model, serial }, authenticator);
  const prepared = (await prepareBirth(request, { unitTag: tag }, context)) as NewBirth;
  return signBirth(prepared, issuingSigner, nodeHash);
}
