// SPDX-License-Identifier: Apache-2.0
// Operators and stations: enrolled and revoked as entries of the log; found by their token's hash, or by that of their
// client certificate, whoever signed it: an authority that certifies stations certifies others too.

import { type Principal, requireValidity } from "natalis/birth";
import { type Certificate, parseCertificate } from "natalis/formats";
import { type Clock, type Entropy, type Hash, toHex } from "natalis/kernel";
import type { NewOperator, OperatorRole, OperatorRow, RegistryStores, Validity } from "natalis/registry";
import type { EventQueue } from "../pipeline/event-queue.ts";
import { serviceError } from "./errors.ts";
import type { Credential } from "./registrar.ts";
import { newToken, tokenHash } from "./tokens.ts";

export interface EnrolRequest {
  readonly name: string;
  readonly role: OperatorRole;
  /** Of a station only: the product lines it may ask births for; none if absent. */
  readonly products?: readonly string[] | undefined;
  /** Of a station only: births in all; no bound if absent. */
  readonly quota?: number | undefined;
  /** Of anyone but an administrator: from when and until when it may ask for anything; no bound if absent. */
  readonly notBefore?: Date | undefined;
  readonly notAfter?: Date | undefined;
  /** Its TLS client certificate, DER, of any issuer. */
  readonly certificate?: Uint8Array | undefined;
  /** Whether it gets a token; absent: if it has no certificate. */
  readonly token?: boolean | undefined;
}

export interface Enrolled {
  readonly operator: OperatorRow;
  /** The only time it is seen. */
  readonly token?: string;
}

export interface OperatorPorts {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly hash: Hash;
}

type OperatorStores = Pick<RegistryStores, "operators" | "births">;

export class Operators {
  readonly #stores: OperatorStores;
  readonly #queue: EventQueue;
  readonly #ports: OperatorPorts;

  constructor(stores: OperatorStores, queue: EventQueue, ports: OperatorPorts) {
    this.#stores = stores;
    this.#queue = queue;
    this.#ports = ports;
  }

  /**
   * Who holds the token or the key of the certificate; undefined where nobody does, or not any more.
   * @throws NAT_AUTHORIZE_WINDOW where that one is not enrolled yet, or not any more
   */
  async identify(credential: Credential): Promise<Principal | undefined> {
    const row = await ("token" in credential ? this.#byToken(credential) : this.#byCertificate(credential.certificate));
    if (row?.state !== "active") return undefined;
    requireValidity(row, this.#ports.clock.now());
    return row;
  }

  /**
   * @throws NAT_SERVICE_REQUEST where products or a quota are given to anyone but a station, where its time is an
   * administrator's, over, or none, where there is neither token nor certificate, where the certificate is not valid now or is a device's; NAT_X509_… and NAT_DER_… of the
   * certificate; NAT_REGISTRY_DUPLICATE where it is another operator's
   */
  async enrol(request: EnrolRequest, actor: string): Promise<Enrolled> {
    const { entropy, hash } = this.#ports;
    const { name, role, products, quota, certificate } = request;
    if (role !== "station" && (products !== undefined || quota !== undefined))
      throw serviceError("NAT_SERVICE_REQUEST", `${role}: products and quota are a station's`);
    const validity = this.#validityOf(request);
    if (certificate !== undefined) await this.#requireUsable(parseCertificate(certificate));
    const token = (request.token ?? certificate === undefined) ? newToken(entropy) : undefined;
    if (token === undefined && certificate === undefined)
      throw serviceError("NAT_SERVICE_REQUEST", "neither a token nor a certificate");
    const operator: NewOperator = {
      id: `${role}-${toHex(entropy.bytes(8))}`,
      name,
      role,
      ...(token !== undefined && { tokenHash: tokenHash(token, hash) as Uint8Array }),
      ...(certificate !== undefined && { certificateHash: hash.sha256(certificate) }),
      products: products ?? [],
      ...(quota === undefined ? {} : { quota }),
      ...validity,
    };
    await this.#queue.submit({ type: "operator-enrolled", operator, actor });
    return { operator: await this.#find(operator.id), ...(token !== undefined && { token }) };
  }

  /**
   * Nobody revokes their own token; that an administrator is left, the registry sees to.
   * @throws NAT_SERVICE_NOT_FOUND, NAT_SERVICE_CONFLICT, NAT_REGISTRY_ADMINISTRATOR, NAT_REGISTRY_OPERATOR where it is
   * revoked already
   */
  async revoke(id: string, actor: string): Promise<OperatorRow> {
    await this.#find(id);
    if (id === actor) throw serviceError("NAT_SERVICE_CONFLICT", `${id} itself asks: let another administrator do it`);
    await this.#queue.submit({ type: "operator-revoked", operatorId: id, actor });
    return this.#find(id);
  }

  /** An administrator whose time is over could leave none; one that is over at once is a mistake. */
  #validityOf({ role, notBefore, notAfter }: EnrolRequest): Validity {
    if (notBefore === undefined && notAfter === undefined) return {};
    const [from, to] = [notBefore?.getTime() ?? 0, notAfter?.getTime() ?? Number.POSITIVE_INFINITY];
    if (role === "admin") throw serviceError("NAT_SERVICE_REQUEST", "an administrator is enrolled until revoked");
    if (from > to || to < this.#ports.clock.now().getTime())
      throw serviceError("NAT_SERVICE_REQUEST", "the enrolment would end before it begins, or is over already");
    return { ...(notBefore && { notBefore: from }), ...(notAfter && { notAfter: to }) };
  }

  async #byToken({ token, id }: Extract<Credential, { token: string }>): Promise<OperatorRow | undefined> {
    const hashed = tokenHash(token, this.#ports.hash);
    const row = hashed === undefined ? undefined : await this.#stores.operators.operatorByToken(hashed);
    return id === undefined || id === row?.id ? row : undefined;
  }

  /** The certificate is taken apart only where it is one that was registered. */
  async #byCertificate(der: Uint8Array): Promise<OperatorRow | undefined> {
    const row = await this.#stores.operators.operatorByCertificate(this.#ports.hash.sha256(der));
    return row !== undefined && this.#isValidNow(parseCertificate(der)) ? row : undefined;
  }

  async #requireUsable(certificate: Certificate): Promise<void> {
    if (!this.#isValidNow(certificate))
      throw serviceError("NAT_SERVICE_REQUEST", `the certificate is not valid now, or not any more`);
    if ((await this.#stores.births.birthByKey(this.#ports.hash.sha256(certificate.publicKey))) !== undefined)
      throw serviceError("NAT_SERVICE_REQUEST", "the certificate's key is a device's");
  }

  #isValidNow({ notBefore, notAfter }: Certificate): boolean {
    const now = this.#ports.clock.now();
    return notBefore <= now && now <= notAfter;
  }

  async #find(id: string): Promise<OperatorRow> {
    const row = await this.#stores.operators.operator(id);
    if (row === undefined) throw serviceError("NAT_SERVICE_NOT_FOUND", `operator ${id}`);
    return row;
  }
}
