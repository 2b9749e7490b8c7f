// SPDX-License-Identifier: Apache-2.0
// The rows that a replayed log leaves besides devices: operators, authorities, and what the CRLs must list.

import { toHex } from "../../kernel/index.ts";
import type { StationAuthority } from "../body.ts";
import type { AuthorityRow, OperatorRow, RevocationChange, RevokedRow } from "../ports.ts";

/** Whose births under a station's authority may be, and when (Unix seconds, both included). */
export interface StationBounds extends Pick<StationAuthority, "notBefore" | "notAfter"> {
  readonly operator: string;
  readonly product: string | undefined;
}

export class ReplayedRows {
  readonly operators = new Map<string, OperatorRow>();
  readonly authorities: AuthorityRow[] = [];
  /** What stations with an authority of their own may bear, by its key identifier. */
  readonly stations = new Map<string, StationBounds>();
  /** Births by product line. */
  readonly products = new Map<string, number>();
  /** By issuer and serial. */
  readonly revocations = new Map<string, RevokedRow>();
  /** Newest entry that changed a shard, by issuer and shard. */
  readonly shardChanges = new Map<string, number>();

  revoke(change: RevocationChange): void {
    const { issuer, shard, serial, entry } = change.kind === "revoked" ? change.row : change;
    this.shardChanges.set(shardKey(issuer, shard), entry);
    if (change.kind === "revoked") this.revocations.set(revocationKey(issuer, serial), change.row);
    else this.revocations.delete(revocationKey(issuer, serial));
  }

  countProduct(product: string): void {
    this.products.set(product, (this.products.get(product) ?? 0) + 1);
  }

  countBirth(operator: OperatorRow): void {
    this.operators.set(operator.id, { ...operator, born: operator.born + 1 });
  }
}

export function revocationKey(issuer: string, serial: Uint8Array): string {
  return `${issuer} ${toHex(serial)}`;
}

export function shardKey(issuer: string, shard: number): string {
  return `${issuer} ${shard}`;
}
