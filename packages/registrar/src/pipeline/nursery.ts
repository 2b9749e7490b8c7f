// SPDX-License-Identifier: Apache-2.0
// Steps 1 to 3 of a birth (DESIGN 3.3) away from the database: admit, prepare, sign. All of it answers at once, so a
// thread that does nothing else runs at the speed of the curve. What the registry knows of key and unit comes as data;
// as a rule nothing does, and the unique indexes decide at the commit.

import type { KeyObject } from "node:crypto";
import {
  authenticatorFromShared,
  nodeEntropy,
  nodeHash,
  nodeSignatureVerifier,
  signerFromShared,
  systemClock,
} from "@natalis/node";
import {
  type BirthRequest,
  type ClaimedBirth,
  type EvidenceVerifier,
  type KnownFacts,
  parseClaimedRecord,
  type Principal,
  pkcs11DeclaredVerifier,
  prepareBirth,
  signBirth,
  verifyClaimedBirth,
} from "natalis/birth";
import { parseCertificate } from "natalis/formats";
import { type Authority, openAuthority, type Profile } from "natalis/issue";
import { type MessageAuthenticator, type Signer, toHex } from "natalis/kernel";
import { type BornEvent, unitTag } from "natalis/registry";
import { pipelineError } from "./errors.ts";

/** One birth to prepare. */
export interface RequestTask {
  readonly principal: Principal;
  readonly product: string;
  readonly request: BirthRequest;
  /** Absent: nothing is known, and the commit will tell. */
  readonly known?: KnownFacts;
}

/** One birth that a station bore without a connection, to be held against what is made of its request here. */
export interface ClaimTask {
  readonly principal: Principal;
  readonly product: string;
  readonly claim: ClaimedBirth;
  /** Certificate of the station's authority, DER. */
  readonly station: Uint8Array;
}

export type BirthTask = RequestTask | ClaimTask;

/** "stored": it is a retry of the birth of `known.byKey`. */
export type PreparedTask = { readonly kind: "signed"; readonly event: BornEvent } | { readonly kind: "stored" };

/** Guarantee: what is signed was admitted, and its request was signed by the key that it names. */
export interface BirthPreparer {
  /** Whether a birth would be taken now. */
  readonly isOpen: boolean;
  /** Whether more than half of the room is left: who brings many births leaves the other half to those who bring one. */
  readonly hasRoom: boolean;
  /** @throws NAT_AUTHORIZE_DENIED, NAT_BIRTH_*, NAT_ISSUE_*, the codes of a malformed request, NAT_PIPELINE_* */
  prepare(task: BirthTask): Promise<PreparedTask>;
}

/** All that a nursery needs, in a form that threads of one process can pass on. Keys are handles, not bytes. */
export interface NurseryEquipment {
  readonly authority: { readonly certificate: Uint8Array; readonly baseUrl: string; readonly arc: string };
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly issuing: KeyObject;
  /** HMAC key of unit tags. */
  readonly tags: KeyObject;
}

/** The formats of evidence that births may bring, each believed as far as its verifier does. */
const knownFormats: readonly EvidenceVerifier[] = [pkcs11DeclaredVerifier(nodeHash)];
const mostStations = 256;
const ports = { entropy: nodeEntropy, hash: nodeHash, verifier: nodeSignatureVerifier };

export class Nursery implements BirthPreparer {
  readonly isOpen = true;
  readonly hasRoom = true;
  readonly #authority: Authority;
  readonly #profiles: ReadonlyMap<string, Profile>;
  readonly #issuing: Signer;
  readonly #tags: MessageAuthenticator;
  readonly #place: Pick<NurseryEquipment["authority"], "baseUrl" | "arc">;
  /** By the hash of their certificates. */
  readonly #stations = new Map<string, Authority>();
  readonly #evidence: readonly EvidenceVerifier[];

  constructor({ authority, profiles, issuing, tags }: NurseryEquipment, evidence = knownFormats) {
    const { certificate, baseUrl, arc } = authority;
    this.#place = { baseUrl, arc };
    this.#authority = this.#open(certificate);
    this.#profiles = profiles;
    this.#issuing = signerFromShared(issuing);
    this.#tags = authenticatorFromShared(tags);
    this.#evidence = evidence;
  }

  prepare(task: BirthTask): Promise<PreparedTask> {
    return "claim" in task ? this.#verify(task) : this.#bear(task);
  }

  async #bear({ principal, product, request, known }: RequestTask): Promise<PreparedTask> {
    const profile = this.#profile(product);
    const facts = known ?? { unitTag: await this.#tagOf(profile, request) };
    const equipment = { authority: this.#authority, evidence: this.#evidence };
    const context = { principal, profile, ...equipment, at: systemClock.now(), ...ports };
    const prepared = await prepareBirth(request, facts, context);
    if (prepared.kind === "stored") return { kind: "stored" };
    return { kind: "signed", event: await signBirth(prepared, this.#issuing, nodeHash) };
  }

  async #verify({ principal, product, claim, station }: ClaimTask): Promise<PreparedTask> {
    const profile = this.#profile(product);
    const authority = this.#stationOf(station);
    const unit = await this.#tagOf(profile, parseClaimedRecord(claim));
    const equipment = { authority, evidence: this.#evidence };
    const context = { principal, profile, ...equipment, at: systemClock.now(), hash: nodeHash };
    const verifying = { ...context, verifier: nodeSignatureVerifier };
    return { kind: "signed", event: await verifyClaimedBirth(claim, { unitTag: unit }, verifying) };
  }

  #profile(product: string): Profile {
    const profile = this.#profiles.get(product);
    if (profile === undefined) throw pipelineError("NAT_PIPELINE_PRODUCT", product);
    return profile;
  }

  /** Kept from birth to birth, with the templates that hang on them. */
  #stationOf(certificate: Uint8Array): Authority {
    const key = toHex(nodeHash.sha256(certificate));
    const known = this.#stations.get(key);
    if (known !== undefined) return known;
    if (this.#stations.size >= mostStations) this.#stations.clear();
    const opened = this.#open(certificate);
    this.#stations.set(key, opened);
    return opened;
  }

  #open(certificate: Uint8Array): Authority {
    return openAuthority({ ...this.#place, certificate: parseCertificate(certificate), hash: nodeHash });
  }

  #tagOf({ maker }: Profile, { model, serial }: Pick<BirthRequest, "model" | "serial">) {
    return unitTag({ maker, model, serial }, this.#tags);
  }
}
