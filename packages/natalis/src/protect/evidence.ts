// SPDX-License-Identifier: Apache-2.0
// What evidence is asked about, what it is held against and what it proves (DESIGN 5). One format of evidence is one
// `EvidenceFormat`; a program wires them to the birth chapter's port of the same shape.

import type { Certificate, CertificateList } from "../formats/index.ts";
import type { Hash, SignatureVerifier } from "../kernel/index.ts";

/** 0 software, 1 declared, 2 vendor possession, 3 attested key, 4 attested and certified. */
export type Custody = 0 | 1 | 2 | 3 | 4;

/** What evidence must be bound to, so that none made for another key, unit or occasion counts. */
export interface EvidenceBinding {
  /** DER SubjectPublicKeyInfo of the birth key. */
  readonly publicKey: Uint8Array;
  /** 32 octets that we chose for this birth. Absent: no more than custody 1 is proven. */
  readonly nonce?: Uint8Array;
  /** SHA-256 of the facts (record fields 3 to 9). */
  readonly factsHash: Uint8Array;
  /** What credential activation gave for this nonce; TPM formats only. */
  readonly activation?: Activation;
}

/** That a TPM holds both keys is known from a secret that only such a TPM could open (TPM 2.0 Part 1, 24). */
export interface Activation {
  /** 32 octets. */
  readonly secret: Uint8Array;
  readonly attestationKeyName: Uint8Array;
  /** SHA-256 of the endorsement key's SubjectPublicKeyInfo. */
  readonly endorsementKeyHash: Uint8Array;
}

/** A root that evidence may end in, with the most that it can prove. */
export interface EvidenceRoot {
  readonly name: string;
  readonly certificate: Certificate;
  /** Names of the formats for which it counts. */
  readonly formats: readonly string[];
  /** Of simulators 1: whoever runs one makes any evidence with it. */
  readonly cap: Custody;
  /** A test lifted the cap; findings say so. */
  readonly capLifted?: boolean;
}

export interface EvidenceContext {
  readonly at: Date;
  readonly roots: readonly EvidenceRoot[];
  readonly hash: Hash;
  readonly verifier: SignatureVerifier;
  /** Revocation lists known; none is asked for that is not here. */
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
    /** SHA-256 of the certificate's DER. */
    readonly hash: Uint8Array;
    readonly capLifted: boolean;
  };
  readonly hardware?: HardwareIdentity;
  /** For people. */
  readonly details: readonly (readonly [name: string, value: string])[];
}

/**
 * Guarantee: answers what a statement in this format proves of the bound key, never more; evidence that is malformed,
 * not authentic or bound to something else is refused with a catalogue error.
 */
export interface EvidenceFormat {
  /** The name that stands in birth records. Permanent. */
  readonly format: string;
  verify(statement: Uint8Array, binding: EvidenceBinding, context: EvidenceContext): Promise<EvidenceFinding>;
}
