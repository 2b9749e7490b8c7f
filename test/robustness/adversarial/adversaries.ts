// SPDX-License-Identifier: Apache-2.0
// All of them, by kind.

import type { Adversary } from "./adversary.ts";
import { crossSignMeshes } from "./cross-sign-mesh.ts";
import { evidence } from "./evidence.ts";
import { largeExtensions } from "./large-extensions.ts";
import { nameProducts } from "./name-product.ts";
import { policyExplosions } from "./policy-explosion.ts";

export async function adversaries(): Promise<readonly Adversary[]> {
  const kinds = [policyExplosions, nameProducts, crossSignMeshes, largeExtensions, evidence];
  const all: Adversary[] = [];
  for (const make of kinds) all.push(...(await make()));
  return all;
}
