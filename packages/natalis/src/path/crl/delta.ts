// SPDX-License-Identifier: Apache-2.0
// RFC 5280 5.2.4 and 6.3.3 (c), (h): which delta list brings a complete list up to date.

import { type CertificateList, findExtension, oids, sameName } from "../../formats/index.ts";
import { equalBytes } from "../../kernel/index.ts";
import type { Statement } from "./statement.ts";

export function isDelta({ list }: Statement): boolean {
  return list.baseNumber !== undefined;
}

/** The newest of the deltas that may be combined with the complete list. */
export function newestDelta(complete: Statement, deltas: readonly Statement[]): Statement | undefined {
  const [newest] = deltas
    .filter((delta) => goesWith(delta, complete))
    .toSorted((a, b) => Number((b.list.number ?? 0n) - (a.list.number ?? 0n)));
  return newest;
}

/** Same issuer, scope and key; the complete list is the base or younger, and older than the delta. */
export function goesWith({ list: delta, signer }: Statement, { list: complete, signer: other }: Statement): boolean {
  if (!sameName(delta.issuer, complete.issuer) || !equalBytes(signer.publicKey, other.publicKey)) return false;
  if (!isSameExtension(delta, complete, oids.issuingDistributionPoint)) return false;
  if (!isSameExtension(delta, complete, oids.authorityKeyIdentifier)) return false;
  const { number, baseNumber } = delta;
  if (complete.number === undefined || number === undefined || baseNumber === undefined) return false;
  return baseNumber <= complete.number && complete.number < number;
}

function isSameExtension(a: CertificateList, b: CertificateList, oid: string): boolean {
  const [inA, inB] = [findExtension(a, oid), findExtension(b, oid)];
  if (inA === undefined || inB === undefined) return inA === inB;
  return equalBytes(inA.value, inB.value);
}
