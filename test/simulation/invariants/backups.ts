// SPDX-License-Identifier: Apache-2.0
// A backup of the store that lacks what a registrar answered is not continued by that registrar: it would sign a second
// history. Its checkpoint outside the database tells it so.

import { nodeHash } from "@natalis/node";
import { isNatalisError } from "natalis/kernel";
import { openRegistry } from "natalis/registry";
import { origin } from "../world/maker.ts";
import type { Aftermath } from "./all.ts";

export async function forkedBackups({ backup, history, registrars }: Aftermath): Promise<string[]> {
  const size = backup.head()?.size ?? 0;
  const broken: string[] = [];
  for (const { name, mirrorFile } of registrars) {
    const lost = history.told.find(({ registrar, outcome }) => {
      return registrar === name && "answer" in outcome && outcome.answer.index >= size;
    });
    if (lost === undefined) continue;
    const mirror = { read: () => mirrorFile.checkpoint, write: () => undefined };
    const opened = openRegistry({ stores: backup.stores, mirror, origin, hash: nodeHash });
    const error: unknown = await opened.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!isNatalisError(error, "NAT_REGISTRY_ROLLED_BACK"))
      broken.push(`${name} would continue a backup of size ${size} that lacks its answer for ${lost.order.serial}`);
  }
  return broken;
}
