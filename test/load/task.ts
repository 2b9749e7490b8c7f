// SPDX-License-Identifier: Apache-2.0
// What the threads of a load are told and answer: some units at a time.

/** Who makes keys and requests: OpenSSL's command line, or Natalis' own SDK. */
export type Maker = "openssl" | "sdk";
/** How births are asked for: one a request, or all of a task in one. */
export type Way = "single" | "batch";

export interface Task {
  readonly maker: Maker;
  readonly way: Way;
  /** Number of its first unit, and how many there are. */
  readonly first: number;
  readonly units: number;
}

/** What a thread knows of the registrar. */
export interface StationEquipment {
  readonly url: string;
  /** trust.json */
  readonly trust: string;
  readonly token: string;
  /** Where files may be made. */
  readonly folder: string;
}

/** A birth whose certificate path, record and receipt were verified. */
export interface VerifiedBirth {
  /** UUID, hexadecimal. */
  readonly device: string;
  /** Where in the log it says it stands. */
  readonly index: number;
  /** The public entry. */
  readonly entry: Uint8Array;
  /** Size and root (base64) of the log that its receipt states. */
  readonly size: number;
  readonly root: string;
}

export type TaskAnswer = { readonly births: readonly VerifiedBirth[] } | { readonly failed: string };
