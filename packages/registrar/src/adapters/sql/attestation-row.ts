// SPDX-License-Identifier: Apache-2.0
// Births that were begun and wait for their evidence, as rows of either database.

import type { OpenAttestation } from "natalis/birth";
import type { OpenTable } from "./open-table.ts";

export const attestationTable: OpenTable = {
  name: "attestations",
  key: "id",
  owner: "station",
  columns: [
    "id",
    "station",
    "expires_at",
    "key_hash",
    "facts_hash",
    "born_at",
    "nonce",
    "secret",
    "attestation_key_name",
    "endorsement_key_hash",
  ],
};

export interface AttestationRow {
  readonly id: Uint8Array;
  readonly station: string;
  readonly expires_at: number;
  readonly key_hash: Uint8Array;
  readonly facts_hash: Uint8Array;
  readonly born_at: number;
  readonly nonce: Uint8Array;
  /** These three or none. */
  readonly secret: Uint8Array | null;
  readonly attestation_key_name: Uint8Array | null;
  readonly endorsement_key_hash: Uint8Array | null;
}

/** In the order of the columns. */
export function attestationValues(attestation: OpenAttestation): (Uint8Array | string | number | null)[] {
  const { id, station, expiresAt, keyHash, factsHash, bornAt, nonce, activation } = attestation;
  const opened = [activation?.secret, activation?.attestationKeyName, activation?.endorsementKeyHash];
  return [id, station, expiresAt.getTime(), keyHash, factsHash, bornAt, nonce, ...opened.map((one) => one ?? null)];
}

export function attestationOf(row: AttestationRow): OpenAttestation {
  const { secret, attestation_key_name: attestationKeyName, endorsement_key_hash: endorsementKeyHash } = row;
  const isWhole = secret !== null && attestationKeyName !== null && endorsementKeyHash !== null;
  return {
    id: row.id,
    station: row.station,
    expiresAt: new Date(row.expires_at),
    keyHash: row.key_hash,
    factsHash: row.facts_hash,
    bornAt: row.born_at,
    nonce: row.nonce,
    ...(isWhole && { activation: { secret, attestationKeyName, endorsementKeyHash } }),
  };
}
