// SPDX-License-Identifier: Apache-2.0
// Authentication as a service: challenges for anyone who names an audience, and a verdict on the answer. The registrar
// brings the evidence itself, from its own registry, so the verdict is as fresh as the newest commit.

import { nodeEntropy, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import {
  type AuthenticatedIdentity,
  type Challenge,
  type ChallengeStore,
  challenge,
  type Evidence,
  issueVerdict,
  rememberingVerifier,
  type VerifiedIdentity,
  verifyAnswer,
  verifyIdentity,
} from "natalis/authenticate";
import { headerLabels, oids, parseSign1, parseX5chain, parseX5t } from "natalis/formats";
import { type Clock, equalBytes, isNatalisError } from "natalis/kernel";
import type { DeviceRow, RegistryStores, TrustFile } from "natalis/registry";
import { deviceIdOf } from "./device-id.ts";
import type { Proofs } from "./proofs.ts";
import type { RevocationLists } from "./revocation-lists.ts";
import type { VerdictKey } from "./verdict-key.ts";

export interface AuthenticationsContext {
  readonly stores: RegistryStores;
  readonly proofs: Proofs;
  readonly revocationLists: RevocationLists;
  readonly challenges: ChallengeStore;
  readonly trust: TrustFile;
  /** The authorities' certificates, DER, the issuing one first. */
  readonly chain: readonly Uint8Array[];
  /** Signs verdicts; replaced before its certificate ends (`useKey`). */
  readonly key: VerdictKey;
  readonly clock: Clock;
}

export interface Authentication {
  readonly identity: AuthenticatedIdentity;
  /** COSE_Sign1, for third parties. */
  readonly verdict: Uint8Array;
  readonly validUntil: Date;
}

/** Seconds that a verdict may be relied on. */
const verdictLifetime = 300;
/** Seconds: an idle log shows that it lives every ten minutes. */
const maxStateAge = 900;
const policy = { unknownStatus: "refuse", maxStateAge } as const;
const ports = { verifier: nodeSignatureVerifier, hash: nodeHash };
/** Authority certificates, lists and checkpoints come with every device. */
const evidenceVerifier = rememberingVerifier(ports);

export class Authentications {
  readonly #context: AuthenticationsContext;
  #key: VerdictKey;

  constructor(context: AuthenticationsContext) {
    this.#context = context;
    this.#key = context.key;
  }

  /** Signs the verdicts from now on. */
  useKey(key: VerdictKey): void {
    this.#key = key;
  }

  /** A fresh challenge for the party that calls itself `audience`. */
  async challenge(audience: string): Promise<Challenge> {
    const issued = challenge({ audience, at: this.#context.clock.now(), entropy: nodeEntropy });
    await this.#context.challenges.put(issued);
    return issued;
  }

  /** @throws NAT_AUTHENTICATE_*, NAT_COSE_*, NAT_PATH_*, and the codes of a malformed answer */
  async authenticate(answer: Uint8Array, audience: string, chain: readonly Uint8Array[]): Promise<Authentication> {
    const { challenges, trust, clock } = this.#context;
    const evidence = await this.#evidenceOn(namedBy(answer, chain), chain);
    // After the evidence: a list signed just now is not yet of the instant before.
    const at = clock.now();
    const request = { answer, challenges, audience, trust, evidence, policy, at, ...ports, evidenceVerifier };
    const identity = await verifyAnswer(request);
    const input = { identity, lifetime: verdictLifetime, ...this.#key, chain: this.#context.chain, hash: nodeHash };
    const validUntil = new Date(at.getTime() + verdictLifetime * 1000);
    return { identity, verdict: await issueVerdict(input), validUntil };
  }

  /** Step 1 for a certificate whose key the TLS handshake has proven. @throws as `authenticate`, without its step 2 */
  async identify(certificate: Uint8Array): Promise<VerifiedIdentity> {
    const { trust, chain, clock } = this.#context;
    const evidence = await this.#evidenceOn(certificate, chain);
    const at = clock.now();
    const request = { certificate, evidence, trust, policy, purpose: oids.clientAuth, at, hash: nodeHash };
    return verifyIdentity({ ...request, verifier: evidenceVerifier });
  }

  /** What this registry says of the device whose certificate it is; nothing of a stranger. */
  async #evidenceOn(certificate: Uint8Array | undefined, chain: readonly Uint8Array[]): Promise<Evidence> {
    const id = certificate === undefined ? undefined : deviceIdOf(certificate);
    const device = id === undefined ? undefined : await this.#context.stores.devices.device(id);
    if (device === undefined) return { chain };
    const stateProof = await this.#context.proofs.stateProof(device.id);
    const shard = device.certificateSerial.at(-1) as number;
    const crls = [await this.#context.revocationLists.current(device.issuer, shard)];
    return { chain: [...chain, ...(await this.#stationOf(device))], stateProof, crls };
  }

  /** The authority of the station that bore the device, where one did: devices in TLS bring no chain. */
  async #stationOf({ issuer }: DeviceRow): Promise<readonly Uint8Array[]> {
    const row = await this.#context.stores.authorities.authorityByKeyId(issuer);
    return row?.kind === "station" ? [row.certificate] : [];
  }
}

/** The certificate that an answer names; what is malformed is for `verifyAnswer` to refuse, with its own code. */
function namedBy(answer: Uint8Array, chain: readonly Uint8Array[]): Uint8Array | undefined {
  try {
    const { protectedHeader, unprotectedHeader } = parseSign1(answer);
    const fingerprint = parseX5t(protectedHeader.get(headerLabels.x5t));
    const travelling = unprotectedHeader.get(headerLabels.x5chain);
    const presented = [...(travelling === undefined ? [] : parseX5chain(travelling)), ...chain];
    return presented.find((der) => equalBytes(nodeHash.sha256(der), fingerprint));
  } catch (error) {
    if (isNatalisError(error)) return undefined;
    throw error;
  }
}
