// SPDX-License-Identifier: Apache-2.0
// CRL shards, signed when they are asked for and out of date: their shard changed, or half their time is over. A list
// in force is answered as it is stored, so asking often costs a read. The root's own list is signed when the root's
// key is at hand: at init, and at a start within a month of the list's end.

import { parseCertificate } from "natalis/formats";
import { type Authority, buildCertificateList, shardOf } from "natalis/issue";
import { type Clock, type Signer, toHex } from "natalis/kernel";
import { pageLimit, type RegistryStores, type RevokedRow, type StoredCrl } from "natalis/registry";
import { serviceError } from "./errors.ts";

const day = 86_400_000;
const issuingLifetime = day;
const rootLifetime = 366 * day;
const rootMargin = 31 * day;

type CrlStores = Pick<RegistryStores, "commits" | "crls" | "revocations">;

export class RevocationLists {
  readonly #stores: CrlStores;
  readonly #authority: Authority;
  readonly #signer: Signer;
  readonly #clock: Clock;
  /** Signing under way, so that many who ask at once cause one signature. */
  readonly #signing = new Map<number, Promise<StoredCrl>>();

  constructor(stores: CrlStores, authority: Authority, signer: Signer, clock: Clock) {
    this.#stores = stores;
    this.#authority = authority;
    this.#signer = signer;
    this.#clock = clock;
  }

  /** The shard's list in force, DER. @throws NAT_SERVICE_NOT_FOUND where this registrar signs no such list */
  async current(issuer: string, shard: number): Promise<Uint8Array> {
    const stored = await this.#stores.crls.crl(issuer, shard);
    if (issuer !== toHex(this.#authority.keyIdentifier)) {
      if (stored === undefined) throw serviceError("NAT_SERVICE_NOT_FOUND", `CRL ${shard} of ${issuer}`);
      return stored.der;
    }
    if (stored !== undefined && (await this.#isCurrent(stored))) return stored.der;
    return (await this.#signOnce(shard)).der;
  }

  async #isCurrent(crl: StoredCrl): Promise<boolean> {
    const changedBy = await this.#stores.revocations.shardChangedBy(crl.issuer, crl.shard);
    const isReflected = changedBy === undefined || changedBy < crl.logSize;
    return isReflected && crl.nextUpdate - this.#clock.now().getTime() > issuingLifetime / 2;
  }

  #signOnce(shard: number): Promise<StoredCrl> {
    const underWay = this.#signing.get(shard);
    if (underWay !== undefined) return underWay;
    const signing = signCrl(this.#stores, this.#authority, this.#signer, shard, this.#clock.now(), issuingLifetime);
    this.#signing.set(shard, signing);
    return signing.finally(() => this.#signing.delete(shard));
  }
}

/** The root's list of the shard that speaks about its issuing authority. */
export async function signFirstRootCrl(
  stores: CrlStores,
  root: Authority,
  signer: Signer,
  issuing: Uint8Array,
): Promise<void> {
  const { serialNumber, notBefore } = parseCertificate(issuing);
  await signCrl(stores, root, signer, shardOf(serialNumber), notBefore, rootLifetime);
}

/** Whether the root's list ends within a month. */
export async function isRootCrlDue(stores: Pick<CrlStores, "crls">, root: Authority, at: Date): Promise<boolean> {
  return (await rootShardsDue(stores, root, at)).length > 0;
}

export async function renewRootCrl(stores: CrlStores, root: Authority, signer: Signer, at: Date): Promise<void> {
  for (const shard of await rootShardsDue(stores, root, at))
    await signCrl(stores, root, signer, shard, at, rootLifetime);
}

async function rootShardsDue(stores: Pick<CrlStores, "crls">, root: Authority, at: Date): Promise<number[]> {
  const issuer = toHex(root.keyIdentifier);
  const due = await stores.crls.staleCrls(at.getTime() + rootMargin, pageLimit);
  return due.filter((stale) => stale.issuer === issuer).map(({ shard }) => shard);
}

async function signCrl(
  stores: CrlStores,
  authority: Authority,
  signer: Signer,
  shard: number,
  at: Date,
  lifetime: number,
): Promise<StoredCrl> {
  const issuer = toHex(authority.keyIdentifier);
  // Read before the rows: a change that comes between is listed early, never missed.
  const logSize = (await stores.commits.head())?.size ?? 0;
  const last = await stores.crls.crl(issuer, shard);
  const number = Math.max(at.getTime(), (last?.number ?? 0) + 1);
  const nextUpdate = new Date(at.getTime() + lifetime);
  const revoked = (await allRows(stores, issuer, shard)).map(listed);
  const der = await buildCertificateList({ authority, shard, number, thisUpdate: at, nextUpdate, revoked, signer });
  const crl = { issuer, shard, number, thisUpdate: at.getTime(), nextUpdate: nextUpdate.getTime(), logSize, der };
  await stores.crls.saveCrl(crl);
  return crl;
}

async function allRows(stores: CrlStores, issuer: string, shard: number): Promise<RevokedRow[]> {
  const rows: RevokedRow[] = [];
  for (let after: Uint8Array | undefined; ; after = rows.at(-1)?.serial) {
    const page = await stores.revocations.revokedIn(issuer, shard, after, pageLimit);
    rows.push(...page);
    if (page.length < pageLimit) return rows;
  }
}

function listed({ serial, reason, revokedAt, invalidityDate }: RevokedRow) {
  return {
    serialNumber: serial,
    reason,
    revocationDate: new Date(revokedAt),
    ...(invalidityDate === undefined ? {} : { invalidityDate: new Date(invalidityDate) }),
  };
}
