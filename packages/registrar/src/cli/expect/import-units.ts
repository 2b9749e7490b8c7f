// SPDX-License-Identifier: Apache-2.0
// Sends expected units some thousand a request. An import that was interrupted is done again: what is there is known.

import { importResultSchema } from "../../protocols/rest/admission-schemas.ts";
import type { ImportResult, NumberedUnit } from "../../service/expectations.ts";
import type { RegistrarClient } from "../client.ts";

const unitsPerRequest = 5000;

/** @throws what the registrar refuses; what was sent before is in the list */
export async function importUnits(
  client: Pick<RegistrarClient, "upload">,
  product: string,
  units: readonly NumberedUnit[],
  advance: (units: number) => void,
): Promise<ImportResult> {
  const path = `/products/${encodeURIComponent(product)}/expected-units`;
  const sum = { units: 0, added: 0, born: 0, known: 0, conflicts: 0, conflicting: [] as NumberedUnit[] };
  for (let at = 0; at < units.length; at += unitsPerRequest) {
    const part = units.slice(at, at + unitsPerRequest);
    const lines = part.map(({ serial, model }) => JSON.stringify({ serial, model }));
    const { conflicting, ...counts } = await client.upload(path, lines, importResultSchema);
    for (const name of ["units", "added", "born", "known", "conflicts"] as const) sum[name] += counts[name];
    // The registrar counts the lines of its request.
    sum.conflicting.push(...conflicting.flatMap(({ line }) => part[line - 1] ?? []));
    advance(part.length);
  }
  return sum;
}
