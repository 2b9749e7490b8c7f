// SPDX-License-Identifier: Apache-2.0
// Seals a device's records, batch by batch, into one unbroken history. The order of steps is the point:
//   1. the seal is made and signed   - a cut here loses nothing: nobody has seen it
//   2. the state that counts it is saved, and is durable
//   3. the seal is handed out        - a cut before leaves it in the state, from where it is delivered later
// So no two seals that anybody ever sees share a sequence number.

import {
  type CborKey,
  type CborValue,
  encodeX5chain,
  encodeX5t,
  headerLabels,
  parseSign1,
  rootOfLeaves,
  signedBytes,
  signSign1,
} from "../formats/index.ts";
import { type Hash, isNatalisError, type Signer } from "../kernel/index.ts";
import {
  type DataRecord,
  encodeSealPayload,
  largestBatch,
  leavesOfRecords,
  recordSchema,
  type Seal,
  type SealCheckpoint,
  type SealingCertificate,
  sealingCertificate,
  sealType,
  splitLeaves,
} from "../trust/index.ts";
import { requireOwnCertificate } from "./certificate.ts";
import { deviceError } from "./errors.ts";
import { encodeSealState, parseSealState, type SealState } from "./seal-state.ts";
import type { SealStateStore } from "./seal-state-store.ts";

export interface SealerOptions {
  readonly signer: Signer;
  /** The device's birth certificate, DER. */
  readonly certificate: Uint8Array;
  /** Certificates of the authorities above it, DER, the issuing one first; they travel with this sealer's first seal. */
  readonly chain: readonly Uint8Array[];
  /** The registry's OID arc: the certificate must allow sealing under it. */
  readonly arc: string;
  readonly store: SealStateStore;
  readonly hash: Hash;
  /**
   * Begins this epoch: after the state was lost or cannot be trusted (a restored backup), the last epoch that anybody
   * saw plus one. Without it the state's epoch goes on, and where there never was one epoch 0 begins.
   */
  readonly newEpoch?: number;
}

export interface SealedBatch {
  /** The COSE_Sign1. */
  readonly seal: Uint8Array;
  /** Leaf hashes of the records, joined: this batch's part of a leaves file. */
  readonly leaves: Uint8Array;
}

/** Makes a device's seals; only one at a time may use a store. */
export class Sealer {
  readonly #options: SealerOptions;
  readonly #sealedBy: SealingCertificate;
  readonly #epoch: number;
  #last: SealState | undefined;
  #carriesChain = true;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(options: SealerOptions, sealedBy: SealingCertificate, last: SealState | undefined) {
    this.#options = options;
    this.#sealedBy = sealedBy;
    this.#epoch = options.newEpoch ?? last?.epoch ?? 0;
    this.#last = last;
  }

  /**
   * @throws NAT_DEVICE_KEY, NAT_SEAL_CERTIFICATE, NAT_DEVICE_SEAL_STATE for a state that cannot be read while no new
   * epoch is given, NAT_DEVICE_SEAL_EPOCH for a new epoch that is not the state's plus one
   */
  static async open(options: SealerOptions): Promise<Sealer> {
    const { newEpoch } = options;
    const certificate = requireOwnCertificate(options.certificate, options.signer);
    const sealedBy = sealingCertificate(certificate, options.arc, options.hash);
    const last = readState(await options.store.load(), newEpoch !== undefined);
    if (newEpoch !== undefined && last !== undefined && newEpoch !== last.epoch + 1)
      throw deviceError("NAT_DEVICE_SEAL_EPOCH", `${newEpoch} after ${last.epoch}`);
    return new Sealer(options, sealedBy, last);
  }

  /** The last seal made, delivered or not: after a restart, whoever collects seals compares it with what they have. */
  get lastSeal(): Uint8Array | undefined {
    return this.#last?.seal;
  }

  /**
   * Seals 1 to 65,536 records in their order. Calls wait for each other. Where one fails, nothing was sealed as far as
   * anybody can see, and the same records may be given again.
   * @param checkpoint the newest checkpoint that the device knows; an older one than before is passed over. Only the
   * very first seal may do without
   * @throws NAT_DEVICE_BATCH, NAT_RECORD_FORM, NAT_SEAL_FORM without a checkpoint, and what signer and store throw
   */
  seal(records: readonly DataRecord[], checkpoint?: SealCheckpoint): Promise<SealedBatch> {
    const sealing = this.#queue.then(() => this.#sealNow(records, checkpoint));
    this.#queue = sealing.catch(() => undefined);
    return sealing;
  }

  async #sealNow(records: readonly DataRecord[], checkpoint: SealCheckpoint | undefined): Promise<SealedBatch> {
    if (records.length < 1 || records.length > largestBatch)
      throw deviceError("NAT_DEVICE_BATCH", `${records.length} records`);
    const leaves = leavesOfRecords(records, this.#options.hash);
    const statement = this.#statementOf(records, leaves, checkpoint);
    const seal = await this.#sign(statement);
    const state = this.#stateAfter(statement, seal);
    await this.#options.store.save(encodeSealState(state));
    this.#last = state;
    this.#carriesChain = false;
    return { seal, leaves };
  }

  #statementOf(records: readonly DataRecord[], leaves: Uint8Array, checkpoint: SealCheckpoint | undefined): Seal {
    const goesOn = this.#last?.epoch === this.#epoch ? this.#last : undefined;
    const newest = newestOf(this.#last?.checkpoint, checkpoint);
    return {
      deviceId: this.#sealedBy.deviceId,
      epoch: this.#epoch,
      first: goesOn?.next ?? 0,
      count: records.length,
      ...timesOf(records),
      root: rootOfLeaves(splitLeaves(leaves), this.#options.hash),
      ...(goesOn === undefined ? {} : { previous: goesOn.previous }),
      schema: recordSchema,
      ...(newest === undefined ? {} : { checkpoint: newest }),
    };
  }

  #sign(statement: Seal): Promise<Uint8Array> {
    const { signer, certificate, chain, hash } = this.#options;
    return signSign1({
      protectedHeader: new Map<CborKey, CborValue>([
        [headerLabels.type, sealType],
        [headerLabels.x5t, encodeX5t(certificate, hash)],
      ]),
      unprotectedHeader: this.#carriesChain
        ? new Map([[headerLabels.x5chain, encodeX5chain([certificate, ...chain])]])
        : new Map(),
      payload: encodeSealPayload(statement),
      signer,
    });
  }

  #stateAfter({ epoch, first, count, checkpoint }: Seal, seal: Uint8Array): SealState {
    return {
      epoch,
      next: first + count,
      previous: this.#options.hash.sha256(signedBytes(parseSign1(seal))),
      ...(checkpoint === undefined ? {} : { checkpoint }),
      seal,
    };
  }
}

function readState(bytes: Uint8Array | undefined, mayBeLost: boolean): SealState | undefined {
  if (bytes === undefined) return undefined;
  try {
    return parseSealState(bytes);
  } catch (error) {
    if (!isNatalisError(error)) throw error;
    if (mayBeLost) return undefined;
    throw deviceError("NAT_DEVICE_SEAL_STATE", `${bytes.length} bytes`, error);
  }
}

function newestOf(known: SealCheckpoint | undefined, given: SealCheckpoint | undefined): SealCheckpoint | undefined {
  if (known === undefined || given === undefined) return given ?? known;
  return given.size >= known.size ? given : known;
}

function timesOf(records: readonly DataRecord[]): Pick<Seal, "earliest" | "latest"> {
  let [earliest, latest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { time } of records) {
    earliest = Math.min(earliest, time);
    latest = Math.max(latest, time);
  }
  return { earliest, latest };
}
