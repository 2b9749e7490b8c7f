// SPDX-License-Identifier: Apache-2.0
// The status of every certificate of a verified path, from the trust anchor's side down. Lists and responses may be
// signed by others than the issuers in the path; those have paths and a status of their own, asked with the same
// evidence. Each certificate is asked about once, and one that is asked about while it is being asked about is refused.

import { type Certificate, type Name, sameName } from "../../formats/index.ts";
import { equalBytes, toHex } from "../../kernel/index.ts";
import { crlError } from "../errors.ts";
import { type CertificateStatus, certificateStatus } from "./certificate-status.ts";
import { statusError } from "./errors.ts";
import type { RevocationPolicy, StatusQuestion } from "./question.ts";

export interface PathStatusRequest
  extends Pick<StatusQuestion, "evidence" | "candidates" | "at" | "verifier" | "budget" | "strength"> {
  /** A verified path: the certificate in question first, the trust anchor last. */
  readonly certificates: readonly Certificate[];
  /** A verified path of a signer to the same trust anchor, its status not looked at. @throws where there is none */
  readonly findPath: (signer: Certificate) => Promise<readonly Certificate[]>;
}

/** The status of each certificate in the order of the path, the anchor's left out. @throws NAT_PATH_BUDGET */
export function pathStatus(request: PathStatusRequest): Promise<readonly CertificateStatus[]> {
  return new Inquiry(request).ask(request.certificates);
}

/**
 * What a status means under a policy.
 * @throws NAT_STATUS_REVOKED; NAT_STATUS_UNKNOWN, with the most specific cause, unless the policy accepts that
 */
export function requireStatus(status: CertificateStatus, { unknown }: Pick<RevocationPolicy, "unknown">): void {
  if (status.state === "revoked")
    throw statusError(
      "NAT_STATUS_REVOKED",
      `since ${status.revokedAt.toISOString()}, reason ${status.reason}, by ${status.source} of ${status.asOf.toISOString()}`,
    );
  if (status.state === "good" || unknown === "accept") return;
  if (unknown === "acceptAbsent" && !status.presented) return;
  const [cause] = status.causes;
  throw statusError("NAT_STATUS_UNKNOWN", cause?.message ?? "", cause);
}

type Issuers = readonly [Certificate, ...Certificate[]];

/** A certificate of a path and those above it, up to the trust anchor. */
type Ascent = readonly [Certificate, ...Issuers];

/** A certificate that was asked about, with its verified path; without status, while it is. */
interface Asked {
  readonly path: Ascent;
  status?: CertificateStatus;
}

class Inquiry {
  readonly #request: PathStatusRequest;
  readonly #candidates: readonly Certificate[];
  readonly #asked: Asked[] = [];

  constructor(request: PathStatusRequest) {
    this.#request = request;
    this.#candidates = [...new Set([...request.certificates, ...request.candidates])];
  }

  async ask(path: readonly Certificate[]): Promise<CertificateStatus[]> {
    const statuses: CertificateStatus[] = [];
    for (let i = path.length - 2; i >= 0; i--)
      statuses.unshift(await this.#statusOf(path.slice(i) as unknown as Ascent));
    return statuses;
  }

  async #statusOf(path: Ascent): Promise<CertificateStatus> {
    const [certificate, ...issuers] = path;
    const known = this.#find(certificate);
    if (known !== undefined) return known.status ?? inCircle(certificate);
    const { evidence, at, verifier, budget, strength } = this.#request;
    const asked: Asked = { path };
    this.#asked.push(asked);
    asked.status = await certificateStatus({
      certificate,
      issuer: issuers[0],
      evidence,
      candidates: this.#candidates,
      at,
      verifier,
      budget,
      strength,
      validateSigner: (signer, checkStatus) => this.#validateSigner(signer, issuers, checkStatus),
    });
    return asked.status;
  }

  /** Whoever was asked about has a path already; the trust anchor needs none. */
  async #validateSigner(signer: Certificate, issuers: Issuers, checkStatus: boolean): Promise<void> {
    const { certificates, findPath, evidence } = this.#request;
    const known = this.#find(signer);
    const isAnchor = equalBytes(signer.der, certificates.at(-1)?.der ?? new Uint8Array(0));
    const path = known?.path ?? (isAnchor ? [signer] : await findPath(signer));
    if (sameName(signer.subject, issuers[0].subject)) requireSameAuthority(path, issuers);
    // An authority above the one in question has its status judged with the path's, as if it had issued this too.
    if (issuers.some(({ der }) => equalBytes(der, signer.der))) return;
    if (known !== undefined) return requireStatus(known.status ?? inCircle(signer), evidence.policy);
    if (isAnchor || !checkStatus) return;
    for (const status of await this.ask(path)) requireStatus(status, evidence.policy);
  }

  #find({ der }: Certificate): Asked | undefined {
    return this.#asked.find(({ path: [certificate] }) => equalBytes(certificate.der, der));
  }
}

/**
 * Who signs in the issuer's name is the issuer only below the same authorities: any other below the same anchor could
 * certify somebody of that name (RFC 5280 section 8).
 * @throws NAT_CRL_ISSUER
 */
function requireSameAuthority(path: readonly Certificate[], issuers: readonly Certificate[]): void {
  const [names, expected] = [authoritiesOf(path), authoritiesOf(issuers)];
  if (names.length !== expected.length || !names.every((name, i) => sameName(name, expected[i] as Name)))
    throw crlError("NAT_CRL_ISSUER", "by another authority of the same name");
}

/** The names of a path up to the anchor's; a certificate for a new key of an authority adds none. */
function authoritiesOf(path: readonly Certificate[]): Name[] {
  const named = path.filter(({ issuer, subject }, i) => i === path.length - 1 || !sameName(issuer, subject));
  return named.map(({ subject }) => subject);
}

function inCircle({ serialNumber }: Certificate): never {
  throw statusError("NAT_STATUS_CIRCLE", `certificate ${toHex(serialNumber)}`);
}
