// SPDX-License-Identifier: Apache-2.0
// The single-use token between preparing and signing: bytes that passed their rules, for one issuer's key. There is
// no other way to such a token than through the rules, and no other way to a signature than through a token.

import { algorithmOfPublicKey, assembleSigned } from "../formats/index.ts";
import { equalBytes, type SignatureAlgorithm, type Signer } from "../kernel/index.ts";
import { issueError } from "./errors.ts";
import { type LintContext, type LintCheck, LintSubject, layoutOf, lint, rulesOf } from "./lint/index.ts";

/** A certificate that waits for its signature. */
export class PreparedCertificate {
  readonly #tbs: Uint8Array;
  readonly #issuerKey: Uint8Array;
  readonly #algorithm: SignatureAlgorithm;
  #isUsed = false;

  /** @throws NAT_ISSUE_LINT */
  constructor(subject: LintSubject, checks: readonly LintCheck[]) {
    lint(subject, checks);
    const { authority } = subject.context;
    this.#tbs = subject.tbs;
    this.#issuerKey = authority?.certificate.publicKey ?? subject.publicKey;
    this.#algorithm = authority?.algorithm ?? algorithmOfPublicKey(subject.publicKey);
  }

  /** Gives the bytes out once, to the signer of the issuer's key. */
  static async sign(prepared: PreparedCertificate, signer: Signer): Promise<Uint8Array> {
    if (typeof prepared !== "object" || prepared === null || !(#tbs in prepared))
      throw issueError("NAT_ISSUE_TOKEN_FORGED", typeof prepared);
    if (!equalBytes(signer.publicKey, prepared.#issuerKey))
      throw issueError("NAT_ISSUE_SIGNER", "its public key is not the issuer's");
    if (prepared.#isUsed) throw issueError("NAT_ISSUE_TOKEN_USED", "the certificate has been signed");
    prepared.#isUsed = true;
    const signature = await signer.sign(prepared.#tbs);
    return assembleSigned(prepared.#tbs, prepared.#algorithm.signatureIdentifier, signature);
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
export function prepareTbs(tbs: Uint8Array, context: LintContext): PreparedCertificate {
  return new PreparedCertificate(new LintSubject(tbs, layoutOf(tbs), context), rulesOf(context.kind));
}
