// SPDX-License-Identifier: Apache-2.0
// CRL shards, signed when they are asked for and out of date: their shard changed, or half their time is over. A list
// in force is answered as it is stored, so asking often costs a read. The root's own list needs the root's key: it is
// signed at init, and again in the last month before its end.

import { parseCertificate } from "natalis/formats";
import { type Authority, buildCertificateList, openAuthority, shardCount, shardOf } from "natalis/issue";
import { type Awaitable, type Clock, equalBytes, isNatalisError, type Signer } from "natalis/kernel";
import { pageLimit, type RegistryStores, type RevokedRow, type StoredCrl } from "natalis/registry";
import { serviceError } from "./errors.ts";

const day = 86_400_000;
const issuingLifetime = day;
const rootLifetime = 366 * day;
const rootMargin = 31 * day;
/** A shard that changes faster than it is signed is answered as it was last signed. */
const maximumAttempts = 8;

type CrlStores = Pick<RegistryStores, "commits" | "crls" | "revocations">;
type ListStores = CrlStores & Pick<RegistryStores, "authorities">;

export class RevocationLists {
  readonly #stores: ListStores;
  readonly #authority: Authority;
  readonly #signer: Signer;
  readonly #clock: Clock;
  /** Stations that the authority certified, by key identifier. */
  readonly #stations = new Map<string, Authority>();
  /** Signing under way, so that many who ask at once cause one signature. */
  readonly #signing = new Map<string, Promise<void>>();

  constructor(stores: ListStores, authority: Authority, signer: Signer, clock: Clock) {
    this.#stores = stores;
    this.#authority = authority;
    this.#signer = signer;
    this.#clock = clock;
  }

  /** The shard's list in force, DER. @throws NAT_SERVICE_NOT_FOUND where this registrar signs no such list */
  async current(issuer: string, shard: number): Promise<Uint8Array> {
    const station = issuer === this.#authority.keyId ? undefined : await this.#stationOf(issuer);
    if (station === undefined && issuer !== this.#authority.keyId) return (await this.#stored(issuer, shard)).der;
    for (let attempt = 0; attempt < maximumAttempts; attempt++) {
      const stored = await this.#stores.crls.crl(issuer, shard);
      if (stored !== undefined && (await this.#isCurrent(stored))) return stored.der;
      // What is being signed may have been begun before the change that makes this caller ask: look again after it.
      await (this.#signing.get(`${issuer} ${shard}`) ?? this.#sign(issuer, station, shard));
    }
    return (await this.#stored(issuer, shard)).der;
  }

  /** What a station issued, this authority lists. */
  async #stationOf(issuer: string): Promise<Authority | undefined> {
    const known = this.#stations.get(issuer);
    if (known !== undefined) return known;
    const row = await this.#stores.authorities.authorityByKeyId(issuer);
    if (row?.kind !== "station") return undefined;
    const { baseUrl, hash, oids, certificate: own } = this.#authority;
    const certificate = parseCertificate(row.certificate);
    if (!equalBytes(certificate.issuer.der, own.subject.der)) return undefined;
    const opened = openAuthority({ certificate, baseUrl, arc: oids.arc, hash });
    this.#stations.set(issuer, opened);
    return opened;
  }

  async #stored(issuer: string, shard: number): Promise<StoredCrl> {
    const stored = await this.#stores.crls.crl(issuer, shard);
    if (stored === undefined) throw serviceError("NAT_SERVICE_NOT_FOUND", `CRL ${shard} of ${issuer}`);
    return stored;
  }

  async #isCurrent(crl: StoredCrl): Promise<boolean> {
    const changedBy = await this.#stores.revocations.shardChangedBy(crl.issuer, crl.shard);
    const isReflected = changedBy === undefined || changedBy < crl.logSize;
    return isReflected && lasts(crl, issuingLifetime / 2, this.#clock);
  }

  #sign(issuer: string, station: Authority | undefined, shard: number): Promise<void> {
    const scope = { authority: this.#authority, station, signer: this.#signer };
    const signing = signCrl(this.#stores, scope, shard, this.#clock, issuingLifetime);
    const key = `${issuer} ${shard}`;
    const ended = signing.finally(() => this.#signing.delete(key));
    this.#signing.set(key, ended);
    return ended;
  }
}

/**
 * Signs the root's list of the shard that speaks about its issuing authority, where there is none or it ends within a
 * month; only then the root's key is asked for. Answers whether it did.
 */
export async function renewRootCrl(
  stores: CrlStores,
  { root, issuing }: { readonly root: Authority; readonly issuing: Authority },
  openRootKey: () => Awaitable<Signer>,
  clock: Clock,
): Promise<boolean> {
  const shard = shardOf(issuing.certificate.serialNumber);
  const stored = await stores.crls.crl(root.keyId, shard);
  if (stored !== undefined && lasts(stored, rootMargin, clock)) return false;
  await signCrl(stores, { authority: root, signer: await openRootKey() }, shard, clock, rootLifetime);
  return true;
}

/** A list signed while the clock ran ahead is not in its time yet, however long it has still to go. */
function lasts({ thisUpdate, nextUpdate }: StoredCrl, milliseconds: number, clock: Clock): boolean {
  const now = clock.now().getTime();
  return thisUpdate <= now && nextUpdate - now > milliseconds;
}

/** Whose certificates a list is about, and who signs it. */
interface ListScope {
  readonly authority: Authority;
  /** Whose certificates, where they are not the authority's own. */
  readonly station?: Authority | undefined;
  readonly signer: Signer;
}

async function signCrl(
  stores: CrlStores,
  { authority, station, signer }: ListScope,
  shard: number,
  clock: Clock,
  lifetime: number,
): Promise<void> {
  const about = station ?? authority;
  const issuer = about.keyId;
  // Read before the rows: a change that comes between is listed early, never missed.
  const logSize = (await stores.commits.head())?.size ?? 0;
  const last = await stores.crls.crl(issuer, shard);
  const rows = await rowsOf(stores, about, shard);
  // After the rows, so that none of them is of later than the list.
  const thisUpdate = clock.now();
  const number = Math.max(thisUpdate.getTime(), (last?.number ?? 0) + 1);
  const nextUpdate = new Date(thisUpdate.getTime() + lifetime);
  const revoked = rows.map((row) => listed(row, thisUpdate));
  const scope = authority.isRoot ? {} : { shard };
  const times = { thisUpdate, nextUpdate };
  const der = await buildCertificateList({ authority, station, ...scope, number, ...times, revoked, signer });
  const stored = { thisUpdate: thisUpdate.getTime(), nextUpdate: nextUpdate.getTime() };
  await save(stores, { issuer, shard, number, ...stored, logSize, der });
}

/** Another process may have signed a list that is as new: then that one stands. */
async function save({ crls }: CrlStores, crl: StoredCrl): Promise<void> {
  try {
    await crls.saveCrl(crl);
  } catch (error) {
    if (!isNatalisError(error, "NAT_REGISTRY_CRL_NUMBER")) throw error;
  }
}

/** A root's list is complete, wherever its certificates say that it is. */
async function rowsOf(stores: CrlStores, { keyId, isRoot }: Authority, shard: number): Promise<RevokedRow[]> {
  if (!isRoot) return allRows(stores, keyId, shard);
  const rows: RevokedRow[] = [];
  for (let each = 0; each < shardCount; each++) rows.push(...(await allRows(stores, keyId, each)));
  return rows;
}

async function allRows(stores: CrlStores, issuer: string, shard: number): Promise<RevokedRow[]> {
  const rows: RevokedRow[] = [];
  for (let after: Uint8Array | undefined; ; after = rows.at(-1)?.serial) {
    const page = await stores.revocations.revokedIn(issuer, shard, after, pageLimit);
    rows.push(...page);
    if (page.length < pageLimit) return rows;
  }
}

/** The log's time never goes back, the clock may: a list that it keeps from being signed would hide the revocation. */
function listed({ serial, reason, revokedAt, invalidityDate }: RevokedRow, thisUpdate: Date) {
  return {
    serialNumber: serial,
    reason,
    revocationDate: new Date(Math.min(revokedAt, thisUpdate.getTime())),
    ...(invalidityDate === undefined ? {} : { invalidityDate: new Date(invalidityDate) }),
  };
}
