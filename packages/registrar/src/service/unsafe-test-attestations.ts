// SPDX-License-Identifier: Apache-2.0
// For tests only: an AttestationStore that forgets with its process.

import type { AttestationStore, OpenAttestation } from "natalis/birth";
import { toHex } from "natalis/kernel";

export class VolatileAttestationStore implements AttestationStore {
  readonly #attestations = new Map<string, OpenAttestation>();

  put(attestation: OpenAttestation): void {
    this.#attestations.set(toHex(attestation.id), attestation);
  }

  take(id: Uint8Array, station: string): OpenAttestation | undefined {
    const key = toHex(id);
    const attestation = this.#attestations.get(key);
    if (attestation?.station !== station) return undefined;
    this.#attestations.delete(key);
    return attestation;
  }
}
