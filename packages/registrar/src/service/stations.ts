// SPDX-License-Identifier: Apache-2.0
// Stations that bear units without a connection: an administrator sends the request of the station's own key, the
// issuing authority certifies it for one product line, a time and a number of births, and one entry of the log enrols
// operator and authority together. What the station issues counts only once it is entered here.

import { parseCertificationRequest, signatureSchemeFor } from "natalis/formats";
import {
  type Authority,
  encodeProfile,
  newSerial,
  prepareStationCertificate,
  type Profile,
  signPrepared,
} from "natalis/issue";
import { type Clock, type Entropy, type Hash, type SignatureVerifier, type Signer, toHex } from "natalis/kernel";
import { type NewOperator, type OperatorRow, type RegistryStores, stationAuthority } from "natalis/registry";
import type { EventQueue } from "../pipeline/event-queue.ts";
import { serviceError } from "./errors.ts";
import { newToken, tokenHash } from "./tokens.ts";

export interface StationRequest {
  readonly name: string;
  readonly product: string;
  /** Births in all. */
  readonly quota: number;
  /** When births may be, both included. */
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** DER PKCS#10, signed by the station's key. */
  readonly certificationRequest: Uint8Array;
}

export interface EnrolledStation {
  readonly operator: OperatorRow;
  /** With which it brings its births in; the only time it is seen. */
  readonly token: string;
  /** Its authority's, DER. */
  readonly certificate: Uint8Array;
  /** Those above it, DER, the issuing authority's first, the root's last. */
  readonly chain: readonly Uint8Array[];
  /** Of its product line, JSON. */
  readonly profile: Record<string, unknown>;
}

export interface StationsContext {
  readonly stores: Pick<RegistryStores, "operators" | "births" | "authorities">;
  readonly queue: EventQueue;
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly authority: Authority;
  readonly issuing: Signer;
  /** The root's certificate, DER. */
  readonly root: Uint8Array;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly hash: Hash;
  readonly verifier: SignatureVerifier;
}

export class Stations {
  readonly #context: StationsContext;

  constructor(context: StationsContext) {
    this.#context = context;
  }

  /**
   * @throws NAT_SERVICE_NOT_FOUND for an unknown product; NAT_SERVICE_REQUEST where the request is not signed by its
   * key, or the key has another life already; NAT_X509_*, NAT_DER_*, NAT_ALGORITHM_*, NAT_ISSUE_*
   */
  async enrol(request: StationRequest, actor: string): Promise<EnrolledStation> {
    const { authority, issuing, queue, entropy, hash, root } = this.#context;
    const profile = this.#context.profiles.get(request.product);
    if (profile === undefined) throw serviceError("NAT_SERVICE_NOT_FOUND", `product ${request.product}`);
    const publicKey = await this.#keyOf(request.certificationRequest);
    const token = newToken(entropy);
    const operator = this.#operatorOf(request, token);
    const certificate = await signPrepared(this.#prepare(request, operator.id, profile, publicKey), issuing);
    const enrolled = { operator, authority: stationAuthority(certificate, request, hash) };
    await queue.submit({ type: "operator-enrolled", ...enrolled, actor });
    const chain = [authority.certificate.der, root];
    const row = (await this.#context.stores.operators.operator(operator.id)) as OperatorRow;
    return { operator: row, token, certificate, chain, profile: encodeProfile(profile) };
  }

  /** Proof of possession, as of a device; and a key that is some device's is nobody else's. */
  async #keyOf(certificationRequest: Uint8Array): Promise<Uint8Array> {
    const { hash, verifier, stores } = this.#context;
    const { publicKey, signatureIdentifier, info, signature } = parseCertificationRequest(certificationRequest);
    const scheme = signatureSchemeFor(signatureIdentifier, publicKey);
    const isProven =
      scheme !== undefined && !scheme.legacy && (await verifier.verify(scheme, publicKey, info, signature));
    if (!isProven) throw serviceError("NAT_SERVICE_REQUEST", "the request is not signed by the key that it names");
    if ((await stores.births.birthByKey(hash.sha256(publicKey))) !== undefined)
      throw serviceError("NAT_SERVICE_REQUEST", "the key is a device's");
    return publicKey;
  }

  #operatorOf({ name, product, quota }: StationRequest, token: string): NewOperator {
    const { entropy, hash } = this.#context;
    const id = `station-${toHex(entropy.bytes(8))}`;
    return { id, name, role: "station", products: [product], quota, tokenHash: tokenHash(token, hash) as Uint8Array };
  }

  /** Named by maker and operator: so the audit, and whoever reads a chain, knows whose it is. */
  #prepare({ notBefore, notAfter, quota }: StationRequest, id: string, profile: Profile, publicKey: Uint8Array) {
    const { authority, entropy, clock } = this.#context;
    return prepareStationCertificate({
      authority,
      profile,
      name: { organization: profile.maker, commonName: id },
      publicKey,
      serialNumber: newSerial(entropy),
      at: clock.now(),
      window: { notBefore, notAfter },
      quota,
    });
  }
}
