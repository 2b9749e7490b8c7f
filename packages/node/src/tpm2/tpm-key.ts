// SPDX-License-Identifier: Apache-2.0
// A key in a TPM as a Signer. The TPM signs a hash made here.

import { hash } from "node:crypto";
import type { SignatureAlgorithm, Signer } from "natalis/kernel";
import { parsePublicArea, publicKeyOf, x509Signature } from "natalis/protect";
import { digestNames } from "../node-algorithms.ts";
import { sign } from "./commands.ts";
import { tpmError } from "./errors.ts";
import type { KeySource, ObjectSlots } from "./object-slots.ts";
import { algorithmOfKey } from "./templates.ts";
import { encodeWrappedKey } from "./wrapped-key.ts";

/** Runs operations of several commands one after another. */
export type TakeTurn = <T>(operation: (slots: ObjectSlots) => Promise<T>) => Promise<T>;

export class TpmKey implements Signer {
  readonly algorithm: SignatureAlgorithm;
  readonly publicKey: Uint8Array;
  readonly source: KeySource;
  readonly #takeTurn: TakeTurn;

  /** @throws NAT_TPM_KEY where it is not a key that signs as one of our algorithms does */
  constructor(source: KeySource, takeTurn: TakeTurn) {
    const area = parsePublicArea(source.publicArea);
    this.source = source;
    this.algorithm = algorithmOfKey(area);
    this.publicKey = publicKeyOf(area);
    this.#takeTurn = takeTurn;
  }

  /** TPMT_PUBLIC */
  get publicArea(): Uint8Array {
    return this.source.publicArea;
  }

  /** To be kept by the device, for `Tpm.openKey`; undefined of a key that the TPM itself keeps. */
  get wrapped(): Uint8Array | undefined {
    return "privateArea" in this.source ? encodeWrappedKey(this.source) : undefined;
  }

  /** @throws NAT_TPM_… */
  async sign(data: Uint8Array): Promise<Uint8Array> {
    const { digest } = this.algorithm;
    if (digest === undefined) throw tpmError("NAT_TPM_KEY", this.algorithm.title);
    const message = new Uint8Array(hash(digestNames[digest], data, "buffer"));
    const signature = await this.#takeTurn((slots) =>
      slots.withKey(this.source, (handle) => sign(slots.channel, handle, message)),
    );
    if (signature.scheme !== "ECDSA" || signature.digest !== digest)
      throw tpmError("NAT_TPM_RESPONSE", `signed by ${signature.scheme} with ${signature.digest}`);
    return x509Signature(signature);
  }
}
