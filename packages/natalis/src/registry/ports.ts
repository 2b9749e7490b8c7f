// SPDX-License-Identifier: Apache-2.0
// What the registry needs of its storage (DESIGN 3.4), as small ports split by the guarantee they give, not by table.
// Times are Unix milliseconds unless a comment says seconds; sizes, ordinals and indexes are safe integers;
// hashes are 32 bytes, device ids 16 bytes, key identifiers lower-case hexadecimal text.

import type { TileBytes, TileId, TileReader } from "../formats/index.ts";
import type { Awaitable } from "../kernel/index.ts";
import type {
  EvidenceClaim,
  EvidenceIndex,
  KeptEvidenceRow,
  KeptEvidenceStore,
  ExpectationStore,
  IncidentRow,
  IncidentStore,
  ListedBirth,
  ProductBirths,
  ProductStore,
} from "./admission-ports.ts";

/** The largest page that any list of these ports is asked for; adapters refuse more with NAT_REGISTRY_PAGE. */
export const pageLimit = 500;

/** Where the log stands: what the newest commit left. */
export interface RegistryHead {
  /** Entries in the log. */
  readonly size: number;
  /** RFC 9162 root of the log at `size`. */
  readonly root: Uint8Array;
  /** Time of the newest entry; no later entry may be older. */
  readonly time: number;
  /** Leaves of the state tree: devices ever born. */
  readonly devices: number;
  readonly stateRoot: Uint8Array;
  /** The signed note (C2SP tlog-checkpoint) over `size` and `root`. */
  readonly checkpoint: string;
}

/** One entry of the log with what only authorised readers see of it. */
export interface StoredEntry {
  readonly index: number;
  /** One of `entryTypes`. */
  readonly type: number;
  readonly time: number;
  readonly deviceId: Uint8Array | null;
  /** The public entry, byte for byte what the leaf hash covers. */
  readonly entry: Uint8Array;
  /** Empty for state entries. */
  readonly body: Uint8Array;
  /** 16 bytes; empty for state entries. */
  readonly salt: Uint8Array;
}

export type DeviceState = "active" | "suspended" | "revoked" | "retired";

/** What never changes of a device and follows from its birth record and certificate. */
export interface BornFacts {
  readonly id: Uint8Array;
  readonly product: string;
  readonly maker: string;
  readonly model: string;
  readonly serial: string;
  readonly hardwareRevision?: string;
  readonly facility: string;
  /** Id of the operator (a station, as a rule) that asked for the birth. */
  readonly station: string;
  /** 0 to 4 (DESIGN 5). */
  readonly custody: number;
  /** SHA-256 of the canonical SPKI: never twice. */
  readonly keyHash: Uint8Array;
  /** SHA-256 of the deterministic CBOR of record fields 3 to 9. */
  readonly factsHash: Uint8Array;
  /** Content octets of the certificate's serialNumber: never twice under one issuer. */
  readonly certificateSerial: Uint8Array;
  readonly certificateHash: Uint8Array;
  /** Key identifier of the issuing authority, hexadecimal. */
  readonly issuer: string;
  /** Birth in Unix seconds, as in the record. */
  readonly bornAt: number;
}

/** What a birth brings to the registry. */
export interface NewDevice extends BornFacts {
  /** HMAC-SHA-256 of maker, model and serial (`unitTag`): never twice. */
  readonly unitTag: Uint8Array;
}

/**
 * A device as the registry knows it now. The birth record and the certificate are not repeated here: they are the
 * body of the entry at `bornEntry` (`readBirth`).
 */
export interface DeviceRow extends NewDevice {
  /** Position in the order of births, from 0; the device's leaf in the state tree. */
  readonly ordinal: number;
  readonly bornEntry: number;
  readonly state: DeviceState;
  /** When that state began. */
  readonly since: number;
  /** Index of the device's newest entry. */
  readonly lastEntry: number;
  /** SHA-256 of the owner key's SPKI; zeros where none is registered. */
  readonly owner: Uint8Array;
}

/** What a lifecycle event changes of a device. */
export interface DeviceChange {
  readonly id: Uint8Array;
  readonly state: DeviceState;
  readonly since: number;
  readonly lastEntry: number;
}

/** One certificate on the CRL of its issuer and shard. */
export interface RevokedRow {
  readonly issuer: string;
  /** 0 to 255: the low byte of the serial. */
  readonly shard: number;
  readonly serial: Uint8Array;
  /** CRLReason, RFC 5280 5.3.1. */
  readonly reason: number;
  readonly revokedAt: number;
  /** RFC 5280 5.3.2, milliseconds. */
  readonly invalidityDate?: number;
  /** Index of the entry that put it there. */
  readonly entry: number;
}

/** Puts a certificate on its CRL (or replaces its row), or takes it off after a suspension. At most one per serial a batch. */
export type RevocationChange =
  | { readonly kind: "revoked"; readonly row: RevokedRow }
  | {
      readonly kind: "lifted";
      readonly issuer: string;
      readonly shard: number;
      readonly serial: Uint8Array;
      readonly entry: number;
    };

export type AuthorityKind = "root" | "issuing" | "server" | "verdict" | "station";

/**
 * A certificate that the authority holds itself (its root, an issuing CA, the registrar's TLS server, the key of its
 * verdicts), or that of a station which bears units without a connection.
 */
export interface AuthorityRow {
  readonly kind: AuthorityKind;
  /** The subject key identifier, hexadecimal. */
  readonly keyId: string;
  readonly certificate: Uint8Array;
  /** SHA-256 of the certificate: never twice. */
  readonly certificateHash: Uint8Array;
  readonly entry: number;
}

export type OperatorRole = "admin" | "registrar" | "station" | "auditor";

/** How an operator proves who it is: by one of these at least. */
export interface OperatorCredentials {
  /** SHA-256 of its token (32 random bytes, so a plain hash is enough): never twice. The token is stored nowhere. */
  readonly tokenHash?: Uint8Array;
  /** SHA-256 of its TLS client certificate, whoever issued that: never twice. */
  readonly certificateHash?: Uint8Array;
}

/** A principal that holds a token, a certificate, or both. */
export interface OperatorRow extends OperatorCredentials {
  /** [a-z0-9-]{1,64}, chosen at enrolment: never twice. */
  readonly id: string;
  readonly name: string;
  readonly role: OperatorRole;
  /** The products it may ask births for; empty means none. */
  readonly products: readonly string[];
  /** The most births it may ever ask for; absent means no bound. */
  readonly quota?: number;
  /** When its enrolment begins to be valid, and when it ceases, both included; absent means no bound. */
  readonly notBefore?: number;
  readonly notAfter?: number;
  readonly born: number;
  readonly state: "active" | "revoked";
  readonly enrolledEntry: number;
  /** Index of its newest station entry. */
  readonly lastEntry: number;
}

/** What a station entry changes of an operator: there is no way back from revoked. */
export interface OperatorChange {
  readonly id: string;
  readonly state: "revoked";
  readonly lastEntry: number;
}

/** Births to add to an operator's count, checked against its quota in the same transaction. */
export interface BirthCount {
  readonly operator: string;
  readonly births: number;
}

/** Everything that one commit makes true, planned by `sequence`. */
export interface CommitBatch {
  /** The head that this was planned on; undefined where the log is empty. */
  readonly expected: RegistryHead | undefined;
  readonly head: RegistryHead;
  /** Indexes `expected.size` to `head.size - 1`, in order. */
  readonly entries: readonly StoredEntry[];
  readonly devices: readonly DeviceRow[];
  /** Applied after `devices`. */
  readonly changes: readonly DeviceChange[];
  /** Whole new content of each changed tile (C2SP tlog-tiles, 1 to 256 hashes): it replaces what was stored. */
  readonly logTiles: readonly TileBytes[];
  readonly stateTiles: readonly TileBytes[];
  readonly revocations: readonly RevocationChange[];
  readonly authorities: readonly AuthorityRow[];
  readonly operators: readonly OperatorRow[];
  /** Applied after `operators`. */
  readonly operatorChanges: readonly OperatorChange[];
  /** Applied after `operators`. At most one per operator. */
  readonly births: readonly BirthCount[];
  /** At most one per product line. */
  readonly products: readonly ProductBirths[];
  readonly listed: readonly ListedBirth[];
  readonly evidence: readonly EvidenceClaim[];
  readonly keptEvidence: readonly KeptEvidenceRow[];
  readonly incidents: readonly IncidentRow[];
}

/**
 * Guarantee: a commit happens wholly or not at all, is durable (it survives power loss) when `commit` returns, and
 * happens only while the stored head still has the size and root of `expected` (compare-and-swap), whatever other
 * processes do. `head.checkpoint` joins the stored checkpoints in the same transaction.
 *
 * Refusals, after which nothing has changed: NAT_REGISTRY_HEAD_MOVED (plan again on the new head),
 * NAT_REGISTRY_DUPLICATE (a key, unit, device id, certificate serial of one issuer, statement of evidence, operator id,
 * token, operator's certificate, authority certificate or attempt is there already), NAT_REGISTRY_QUOTA and
 * NAT_REGISTRY_PRODUCT_QUOTA (an operator or a product line would pass its quota), NAT_REGISTRY_NOT_EXPECTED (a listed
 * birth's unit is not in its list, of another model, or born), NAT_REGISTRY_FULL (there is no room). Any other error
 * leaves open whether the commit happened; ask `head` and the stored checkpoints.
 */
export interface CommitStore {
  head(): Awaitable<RegistryHead | undefined>;
  commit(batch: CommitBatch): Awaitable<void>;
  /**
   * Does work while the commits of other processes wait, as far as the store can make them: who plans then does not
   * plan in vain, and everyone's turn comes. The work commits by the `commit` that it is given, once at most. Nothing
   * rests on it: compare-and-swap decides here as elsewhere. @throws NAT_REGISTRY_BUSY and what the work throws
   */
  inTurn?<Result>(work: (commit: CommitStore["commit"]) => Promise<Result>): Promise<Result>;
}

/**
 * Guarantee: history never changes, and all that is answered here is public. A tile shows at least what the newest
 * commit left; it only grows, so a prefix of it is the partial tile of any earlier size.
 */
export interface LogStore {
  readLogTile(id: TileId): Awaitable<Uint8Array | undefined>;
  /** Public entries `from` to at most `from + count - 1` in order, fewer at the end; `count` up to 500. @throws NAT_REGISTRY_PAGE */
  readEntries(from: number, count: number): Awaitable<readonly Uint8Array[]>;
}

/** Guarantee: history never changes. Bodies and salts are for authorised readers only. */
export interface EventStore {
  /** Entries `from` to at most `from + count - 1` in order, fewer at the end; `count` up to 500. @throws NAT_REGISTRY_PAGE */
  readEvents(from: number, count: number): Awaitable<readonly StoredEntry[]>;
  /** Entries of one device with an index above `after` (-1: all), in order. @throws NAT_REGISTRY_PAGE */
  timeline(deviceId: Uint8Array, after: number, limit: number): Awaitable<readonly StoredEntry[]>;
}

/** Guarantee: a tile of the state tree as the newest commit left it (it is no history: leaves are replaced in place). */
export interface StateTreeStore {
  readStateTile(id: TileId): Awaitable<Uint8Array | undefined>;
}

/** Guarantee: every checkpoint that was ever committed is found here, byte for byte, for ever. */
export interface CheckpointStore {
  checkpointAt(size: number): Awaitable<string | undefined>;
  /** Those of a size above `after` (0: all), by size. @throws NAT_REGISTRY_PAGE */
  listCheckpoints(after: number, limit: number): Awaitable<readonly StoredCheckpoint[]>;
}

export interface StoredCheckpoint {
  readonly size: number;
  readonly note: string;
}

/** What a list of devices is narrowed by: every field given must be equal. */
export interface DeviceFilter {
  readonly state?: DeviceState;
  readonly product?: string;
  readonly maker?: string;
  readonly model?: string;
  readonly serial?: string;
  readonly station?: string;
}

export interface DeviceQuery {
  /** Ordinals above this one; absent: from the first. */
  readonly after?: number;
  readonly limit: number;
  readonly filter?: DeviceFilter;
}

/** Guarantee: devices as the newest commit left them, in the order of ordinals. */
export interface DeviceStore {
  device(id: Uint8Array): Awaitable<DeviceRow | undefined>;
  /** @throws NAT_REGISTRY_PAGE */
  listDevices(query: DeviceQuery): Awaitable<readonly DeviceRow[]>;
}

/** What a birth takes for itself for ever. */
export interface BirthClaim {
  readonly deviceId: Uint8Array;
  readonly keyHash: Uint8Array;
  readonly unitTag: Uint8Array;
  readonly issuer: string;
  readonly certificateSerial: Uint8Array;
  /** SHA-256 of each statement of its evidence; absent: none. */
  readonly evidence?: readonly Uint8Array[];
}

export type BirthClaimField = "key" | "unit" | "device" | "serial" | "evidence";

/** Guarantee: a birth once committed is found for ever, whatever state its device came to. */
export interface BirthIndex extends EvidenceIndex {
  birthByKey(keyHash: Uint8Array): Awaitable<DeviceRow | undefined>;
  birthByUnit(unitTag: Uint8Array): Awaitable<DeviceRow | undefined>;
  /** For each claim, in order, the first of its fields that is taken already, or undefined. */
  takenBy(claims: readonly BirthClaim[]): Awaitable<readonly (BirthClaimField | undefined)[]>;
}

/** Guarantee: the authority's certificates as the newest commit left them; none ever goes away. */
export interface AuthorityStore {
  /** The newest certificate of that kind. */
  latestAuthority(kind: AuthorityKind): Awaitable<AuthorityRow | undefined>;
  /** The newest certificate of the key with that identifier (hexadecimal). */
  authorityByKeyId(keyId: string): Awaitable<AuthorityRow | undefined>;
  /** Those entered above index `after` (-1: all), by entry. @throws NAT_REGISTRY_PAGE */
  listAuthorities(after: number, limit: number): Awaitable<readonly AuthorityRow[]>;
}

/** Guarantee: what a CRL must list, as the newest commit left it; the cost of a page does not grow with other shards. */
export interface RevocationStore {
  /** Rows of one shard in bytewise order of serial, above `after` (absent: from the first). @throws NAT_REGISTRY_PAGE */
  revokedIn(
    issuer: string,
    shard: number,
    after: Uint8Array | undefined,
    limit: number,
  ): Awaitable<readonly RevokedRow[]>;
  /** Index of the newest entry that changed this shard (lifting counts), or undefined where none ever did. */
  shardChangedBy(issuer: string, shard: number): Awaitable<number | undefined>;
}

/** A CRL as it was signed. */
export interface StoredCrl {
  readonly issuer: string;
  readonly shard: number;
  /** RFC 5280 5.2.3: rises with every CRL of one issuer and shard. */
  readonly number: number;
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  /** Log size that it reflects: every change by an entry below this index is in it. */
  readonly logSize: number;
  readonly der: Uint8Array;
}

/** Guarantee: the number of the stored CRL of an issuer and shard only ever rises, whatever other processes do. */
export interface CrlStore {
  crl(issuer: string, shard: number): Awaitable<StoredCrl | undefined>;
  /** @throws NAT_REGISTRY_CRL_NUMBER where the stored number is not lower, or the stored CRL reflects a larger log */
  saveCrl(crl: StoredCrl): Awaitable<void>;
  /**
   * Shards to sign anew, at most `limit`: changed by an entry that their stored CRL does not reflect (or they have
   * none), or with a stored CRL whose nextUpdate is at or before `dueBefore`. @throws NAT_REGISTRY_PAGE
   */
  staleCrls(dueBefore: number, limit: number): Awaitable<readonly CrlShard[]>;
}

export interface CrlShard {
  readonly issuer: string;
  readonly shard: number;
}

/** Guarantee: operators as the newest commit left them; a revoked one stays, revoked. */
export interface OperatorStore {
  operator(id: string): Awaitable<OperatorRow | undefined>;
  operatorByToken(tokenHash: Uint8Array): Awaitable<OperatorRow | undefined>;
  operatorByCertificate(certificateHash: Uint8Array): Awaitable<OperatorRow | undefined>;
  /** Ids above `after` (absent: from the first) in bytewise order. @throws NAT_REGISTRY_PAGE */
  listOperators(after: string | undefined, limit: number): Awaitable<readonly OperatorRow[]>;
}

/** Guarantee: settings are written once, all together, when the registry is made (origin, publicUrl, arc, ...); then they stand. */
export interface SettingsStore {
  /** Empty before `initialise`. */
  settings(): Awaitable<ReadonlyMap<string, string>>;
  /** @throws NAT_REGISTRY_INITIALISED where settings are there already */
  initialise(settings: ReadonlyMap<string, string>): Awaitable<void>;
}

/**
 * Guarantee: what `write` was given last is what `read` answers, durably, and it is kept outside the database, so that
 * restoring the database does not restore it. Undefined before the first write.
 */
export interface CheckpointMirror {
  read(): Awaitable<string | undefined>;
  write(checkpoint: string): Awaitable<void>;
}

/** All storage of one registry, the mirror apart. One object may implement several ports; functions ask for what they use. */
export interface RegistryStores {
  readonly commits: CommitStore;
  readonly log: LogStore;
  readonly events: EventStore;
  readonly states: StateTreeStore;
  readonly checkpoints: CheckpointStore;
  readonly devices: DeviceStore;
  readonly births: BirthIndex;
  readonly authorities: AuthorityStore;
  readonly revocations: RevocationStore;
  readonly crls: CrlStore;
  readonly operators: OperatorStore;
  readonly products: ProductStore;
  readonly expectations: ExpectationStore;
  readonly incidents: IncidentStore;
  readonly keptEvidence: KeptEvidenceStore;
  readonly settings: SettingsStore;
}

/** The log's tiles as the tree code reads them. */
export function logTiles(log: Pick<LogStore, "readLogTile">): TileReader {
  return { readTile: (id) => log.readLogTile(id) };
}

/** The state tree's tiles as the tree code reads them. */
export function stateTiles(states: StateTreeStore): TileReader {
  return { readTile: (id) => states.readStateTile(id) };
}
