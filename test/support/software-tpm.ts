// SPDX-License-Identifier: Apache-2.0
// TPMs in software, all of one authority, each a process that ends with the test; and the two round trips by which a key
// in one of them is proven to be there.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  hasSoftwareTpm,
  makeSoftwareTpm,
  nodeCredentialCryptography,
  nodeEntropy,
  nodeHash,
  nodeSignatureVerifier,
  openTpm,
  readSoftwareTpmAuthority,
  type SoftwareTpm,
  startSoftwareTpm,
  type Tpm,
  type TpmEndorsement,
  type TpmKey,
} from "@natalis/node";
import { parseCertificate } from "natalis/formats";
import {
  type Activation,
  type AttestationClaim,
  certifyQualifyingData,
  type EndorsementTemplateName,
  type EvidenceBinding,
  type EvidenceContext,
  type EvidenceRoot,
  startActivation,
  tpm2CertifyFormat,
} from "natalis/protect";
import type { Scope } from "./scope.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** An authority that manufactures TPMs in a folder of a test's own. */
export class TpmMaker {
  readonly #scope: Scope;
  readonly #folder: string;
  readonly #authority: string;
  #made = 0;

  constructor(scope: Scope) {
    assert.ok(hasSoftwareTpm(process.env.PATH ?? ""), "swtpm is not installed");
    this.#scope = scope;
    this.#folder = temporaryFolder(scope);
    this.#authority = join(this.#folder, "authority");
    mkdirSync(this.#authority);
  }

  async make(): Promise<SoftwareTpm> {
    const folder = join(this.#folder, `tpm-${this.#made++}`);
    await makeSoftwareTpm(folder, this.#authority);
    const running = await startSoftwareTpm(folder);
    this.#scope.defer(() => running.close());
    return running;
  }

  /** DER: the issuing authority, then its root. */
  authority(): Promise<readonly [Uint8Array, Uint8Array]> {
    return readSoftwareTpmAuthority(this.#authority);
  }

  /** Simulators are capped at custody 1; a test may lift that. */
  async root(isLifted = false): Promise<EvidenceRoot> {
    const [, root] = await this.authority();
    const capped = {
      name: "swtpm",
      certificate: parseCertificate(root),
      formats: [tpm2CertifyFormat],
      cap: 1,
    } as const;
    return isLifted ? { ...capped, cap: 3, capLifted: true } : capped;
  }
}

export function evidenceContext(...roots: EvidenceRoot[]): EvidenceContext {
  return { at: new Date(), roots, hash: nodeHash, verifier: nodeSignatureVerifier };
}

/** A device with a TPM, its connection closed with the test. */
export async function openDevice(scope: Scope, { place }: SoftwareTpm): Promise<Tpm> {
  const tpm = await openTpm({ place });
  scope.defer(() => tpm.close());
  return tpm;
}

/** What the device shows first: its endorsement with the authority's certificate, which swtpm keeps nowhere. */
export async function claimOf(tpm: Tpm, name: EndorsementTemplateName, issuing: Uint8Array): Promise<TpmEndorsement> {
  const endorsement = await tpm.endorsement(name);
  return { ...endorsement, endorsementCertificates: [...endorsement.endorsementCertificates, issuing] };
}

/** What the service keeps of one birth. */
export interface StartedBirth {
  readonly binding: EvidenceBinding & { readonly nonce: Uint8Array; readonly activation: Activation };
  /** What the device opened. */
  readonly secret: Uint8Array;
}

/** Both halves of the first round trip. */
export async function startBirth(
  tpm: Tpm,
  endorsement: TpmEndorsement,
  key: TpmKey,
  context: EvidenceContext,
): Promise<StartedBirth> {
  const ports = { entropy: nodeEntropy, cryptography: nodeCredentialCryptography };
  const claim: AttestationClaim = endorsement;
  const { credential, activation } = await startActivation(claim, context, ports);
  const [nonce, factsHash] = [nodeEntropy.bytes(32), nodeEntropy.bytes(32)];
  const secret = await tpm.activate(endorsement, credential);
  return { binding: { publicKey: key.publicKey, nonce, factsHash, activation }, secret };
}

/** The device's half of the second. */
export async function evidenceFor(
  tpm: Tpm,
  endorsement: TpmEndorsement,
  key: TpmKey,
  { binding: { nonce, factsHash }, secret }: StartedBirth,
): Promise<Uint8Array> {
  const qualifyingData = certifyQualifyingData({ nonce, secret, factsHash }, nodeHash);
  return (await tpm.attest(key, endorsement, qualifyingData)).statement;
}
