// SPDX-License-Identifier: Apache-2.0
// A registrar that will die many times: its place, two stations, and what has been seen of it.

import { readdirSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { readPassphraseFile, readSealedFile, sealSecrets, writeFileDurably } from "@natalis/node";
import { type Place, product, type RunningRegistrar, startRegistrar } from "../../support/registrar.ts";
import type { Scope } from "../../support/scope.ts";
import { type Station, Witness } from "../witness/witness.ts";

export interface World {
  readonly scope: Scope;
  readonly place: Place;
  readonly witness: Witness;
  /** With births enough, and with so few that they run out. */
  readonly stations: readonly [ample: Station, scarce: Station];
}

/** The least that key files may cost: a start is a round's longest part. */
const quickCost = { logN: 14, r: 8, p: 1 };
const ample = 1_000_000;

/** @param scarce births that the second station may ask for */
export async function makeWorld(scope: Scope, place: Place, scarce: number): Promise<World> {
  await makeKeysQuick(place);
  const registrar = await startRegistrar(scope, place);
  const stations = [await enrol(registrar, "line-1", ample), await enrol(registrar, "line-2", scarce)] as const;
  await registrar.stop();
  return { scope, place, witness: new Witness(), stations };
}

async function makeKeysQuick({ folder }: Place): Promise<void> {
  const { passphrase } = await readPassphraseFile(join(folder, "passphrase"));
  for (const name of ["registrar.keys", "root.key"]) {
    const { secrets } = await readSealedFile(join(folder, name), passphrase);
    await writeFileDurably(join(folder, name), await sealSecrets(secrets, passphrase, quickCost));
  }
}

async function enrol({ admin }: RunningRegistrar, name: string, quota: number): Promise<Station> {
  const asked = { name, role: "station", products: [product], quota };
  const { id, token } = await admin.json<{ id: string; token: string }>("POST", "/operators", asked);
  return { id, token, quota };
}

/** What a data folder has that nobody uses but those files that `init` and `serve` keep there. */
export function litterOf({ folder }: Place): string[] {
  return readdirSync(folder).filter((name) => !keptFiles.includes(name));
}

/** As if the last crash had been a while ago: a start leaves young files alone. */
export function letTimePass({ folder }: Place): void {
  for (const name of readdirSync(folder)) utimesSync(join(folder, name), aWhileAgo, aWhileAgo);
}

const aWhileAgo = new Date("2026-03-01T12:00:00Z");
const keptFiles = [
  "addresses.json",
  "admin.token",
  "challenges.sqlite",
  "checkpoint",
  "database",
  "passphrase",
  "profiles",
  "registrar.keys",
  "registry.sqlite",
  "root.key",
  "trust.json",
];
