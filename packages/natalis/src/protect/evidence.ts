// SPDX-License-Identifier: Apache-2.0
// What every format of evidence is given and answers (DESIGN 5). A format reads one statement, holds it against the
// binding and the configured roots, and answers the custody that is proven; what is not authentic is refused.

import type { Certificate, CertificateList } from "../formats/index.ts";
import { concatBytes, encodeUtf8, type Hash, type SignatureVerifier } from "../kernel/index.ts";

/**
 * Where the private key lives, as far as it is proven: 0 software, 1 declared, 2 vendor-possession, 3 attested-key,
 * 4 attested-certified.
 */
export type Custody = 0 | 1 | 2 | 3 | 4;

/** What evidence must be bound to, so that none made for another key, unit or occasion counts. */
export interface EvidenceBinding {
  /** DER SubjectPublicKeyInfo of the birth key. */
  readonly publicKey: Uint8Array;
  /** 32 octets that we chose for this birth. Absent, where we chose none: then no more than custody 1 is proven. */
  readonly nonce?: Uint8Array;
  /** SHA-256 of the facts (record fields 3 to 9). */
  readonly factsHash: Uint8Array;
  /** What credential activation gave for this nonce; formats of TPMs only. */
  readonly activation?: {
    /** 32 octets. */
    readonly secret: Uint8Array;
    readonly attestationKeyName: Uint8Array;
    /** SHA-256 of the endorsement key's SubjectPublicKeyInfo. */
    readonly endorsementKeyHash: Uint8Array;
  };
}

/** A root that evidence may end in, with the most that it can prove. */
export interface EvidenceRoot {
  readonly name: string;
  readonly certificate: Certificate;
  /** For which formats it counts. */
  readonly formats: readonly string[];
  /** 1 for the roots of simulators. */
  readonly cap: Custody;
  /** A test lifted the cap; said in the finding. */
  readonly capLifted?: boolean;
}

export interface EvidenceContext {
  readonly at: Date;
  readonly roots: readonly EvidenceRoot[];
  readonly hash: Hash;
  readonly verifier: SignatureVerifier;
  /** Revocation lists that are known. */
  readonly lists?: readonly CertificateList[];
}

export interface HardwareIdentity {
  readonly manufacturer: string;
  readonly model?: string;
  readonly firmware?: string;
}

/** What authentic evidence proves. */
export interface EvidenceFinding {
  /** After the root's cap; 1 at most without nonce. */
  readonly custody: Custody;
  readonly root?: {
    readonly name: string;
    /** SHA-256 of the DER. */
    readonly hash: Uint8Array;
    readonly capLifted: boolean;
  };
  readonly hardware?: HardwareIdentity;
  /** For people. */
  readonly details: readonly (readonly [name: string, value: string])[];
}

export interface EvidenceFormat {
  /** The name that stands in birth records. */
  readonly format: string;
  /** @throws NAT_EVIDENCE_ codes, and none but those of the catalogues */
  verify(statement: Uint8Array, binding: EvidenceBinding, context: EvidenceContext): Promise<EvidenceFinding>;
}

/** Longest statement of a format whose standard needs no more, in octets. */
export const maximumStatementLength = 1 << 16;

const domain = encodeUtf8("natalis-evidence-v1");

/**
 * What stands in evidence or is signed by the birth key, from custody 2 up: SHA-256 of "natalis-evidence-v1", the
 * nonce, the SHA-256 of the birth key's SubjectPublicKeyInfo and that of the facts (DESIGN 5). Undefined without nonce.
 */
export function bindingValue(binding: EvidenceBinding, hash: Hash): Uint8Array | undefined {
  const { nonce, publicKey, factsHash } = binding;
  return nonce && hash.sha256(concatBytes(domain, nonce, hash.sha256(publicKey), factsHash));
}
