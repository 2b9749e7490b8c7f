// SPDX-License-Identifier: Apache-2.0
// What a maker endorses: that a secure element of this unique id is its own, and holds these keys (RFC 9334 section 4.2).
// Found by key, which nothing else has, and by unique id, so that another element's certificate is told apart.

import type { Certificate } from "../formats/index.ts";
import { type Awaitable, toHex } from "../kernel/index.ts";
import type { EvidenceRoot, HardwareIdentity } from "./evidence.ts";

export interface EndorsedKey {
  /** The maker's name of the place that the key is in: the slot. */
  readonly slot: string;
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** Leaf first; empty for keys that are not certified. */
  readonly certificates: readonly Certificate[];
}

export interface Endorsement {
  /** As the maker writes it, in lower case. */
  readonly uniqueId: string;
  readonly hardware: HardwareIdentity;
  readonly keys: readonly EndorsedKey[];
  /** Whose signature the manifest has. */
  readonly root: EvidenceRoot;
}

/** Endorsements as they are looked up. Guarantee: what is answered was signed by a signer that counts now. */
export interface Endorsements {
  /** The element that holds a key, by its DER SubjectPublicKeyInfo. */
  ofKey(publicKey: Uint8Array): Awaitable<Endorsement | undefined>;
  /** The element of a unique id. */
  ofUniqueId(uniqueId: string): Awaitable<Endorsement | undefined>;
}

/** In memory. */
export class EndorsementIndex implements Endorsements {
  readonly #byKey = new Map<string, Endorsement>();
  readonly #byUniqueId = new Map<string, Endorsement>();

  constructor(endorsements: Iterable<Endorsement>) {
    for (const endorsement of endorsements) {
      this.#byUniqueId.set(endorsement.uniqueId, endorsement);
      for (const { publicKey } of endorsement.keys) this.#byKey.set(toHex(publicKey), endorsement);
    }
  }

  ofKey(publicKey: Uint8Array): Endorsement | undefined {
    return this.#byKey.get(toHex(publicKey));
  }

  ofUniqueId(uniqueId: string): Endorsement | undefined {
    return this.#byUniqueId.get(uniqueId.toLowerCase());
  }
}
