// SPDX-License-Identifier: Apache-2.0
// What a device's row must repeat of its birth. The registry does not read birth records; whoever audits says how.

import { encodeCbor } from "../../formats/index.ts";
import type { Hash } from "../../kernel/index.ts";
import type { BornBody } from "../body.ts";
import type { BornFacts, NewDevice } from "../ports.ts";

/** What an audit reads of a birth's documents. */
export interface RecordedBirth extends BornFacts {
  /** SHA-256 of each statement of evidence; absent: none. */
  readonly evidence?: readonly Uint8Array[];
}

/** Takes the documents of a birth apart (birth record and certificate). Throws catalogue errors. */
export type ReadFacts = (documents: BornBody) => RecordedBirth;

/** Takes kept evidence apart: SHA-256 of each statement that is kept, each once. Throws catalogue errors. */
export type ReadKeptEvidence = (body: Uint8Array) => readonly Uint8Array[];

/** One hash over all that never changes of a device's row: rows with the same digest are the same in all of it. */
export function factsDigest(device: NewDevice & { readonly bornEntry: number }, hash: Hash): Uint8Array {
  return hash.sha256(
    encodeCbor([
      device.id,
      device.product,
      device.maker,
      device.model,
      device.serial,
      device.hardwareRevision ?? null,
      device.facility,
      device.station,
      device.custody,
      device.keyHash,
      device.factsHash,
      device.certificateSerial,
      device.certificateHash,
      device.issuer,
      device.bornAt,
      device.unitTag,
      device.bornEntry,
    ]),
  );
}
