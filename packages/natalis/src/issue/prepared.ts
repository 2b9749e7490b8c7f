// SPDX-License-Identifier: Apache-2.0
// The single-use token between preparing and signing: bytes that passed their rules, for one issuer's key. There is
// no other way to such a token than through the rules, and no other way to a signature than through a token.

import { equalBytes, type SignatureAlgorithm, type Signer } from "../kernel/index.ts";
import { issueError } from "./errors.ts";
import {
  type LintCheck,
  type LintContext,
  LintSubject,
  layoutOf,
  lint,
  rulesOf,
  type TbsLayout,
} from "./lint/index.ts";
import { SignedBuffer } from "./signed-buffer.ts";

/** A certificate that waits for its signature. */
export class PreparedCertificate {
  readonly #buffer: SignedBuffer;
  readonly #issuerKey: Uint8Array;
  #isUsed = false;

  /** What is linted is what will be signed: the bytes in the buffer. @throws NAT_ISSUE_LINT */
  constructor(buffer: SignedBuffer, layout: TbsLayout, context: LintContext, checks: readonly LintCheck[]) {
    const subject = new LintSubject(buffer.tbs, layout, context);
    lint(subject, checks);
    this.#buffer = buffer;
    this.#issuerKey = context.authority?.certificate.publicKey ?? subject.publicKey;
  }

  /** Gives the bytes out once, to the signer of the issuer's key. */
  static async sign(prepared: PreparedCertificate, signer: Signer): Promise<Uint8Array> {
    if (typeof prepared !== "object" || prepared === null || !(#buffer in prepared))
      throw issueError("NAT_ISSUE_TOKEN_FORGED", typeof prepared);
    if (!equalBytes(signer.publicKey, prepared.#issuerKey))
      throw issueError("NAT_ISSUE_SIGNER", "its public key is not the issuer's");
    if (prepared.#isUsed) throw issueError("NAT_ISSUE_TOKEN_USED", "the certificate has been signed");
    prepared.#isUsed = true;
    return prepared.#buffer.close(await signer.sign(prepared.#buffer.tbs));
  }
}

/**
 * Signs what was prepared, once: the whole certificate in DER.
 * @throws NAT_ISSUE_TOKEN_USED, NAT_ISSUE_TOKEN_FORGED, NAT_ISSUE_SIGNER where the signer is not the issuer
 */
export function signPrepared(prepared: PreparedCertificate, signer: Signer): Promise<Uint8Array> {
  return PreparedCertificate.sign(prepared, signer);
}

/** For certificates that are encoded whole: parsed once, held against every rule of their kind. @throws NAT_ISSUE_LINT */
export function prepareTbs(tbs: Uint8Array, algorithm: SignatureAlgorithm, context: LintContext): PreparedCertificate {
  return new PreparedCertificate(new SignedBuffer(tbs, algorithm), layoutOf(tbs), context, rulesOf(context.kind));
}
