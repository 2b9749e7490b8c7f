// SPDX-License-Identifier: Apache-2.0
// What a station bore counts once the registrar has entered it, and says so by a receipt of this very certificate: that
// is fetched, verified, and makes the device's papers whole.

import { formatUuid, isNatalisError } from "../kernel/index.ts";
import { parseBirthReceipt } from "../registry/index.ts";
import { asRefusal } from "./birth-refusal.ts";
import { readProblem } from "./registrar-answer.ts";
import type { RegistrarConnection } from "./registrar-connection.ts";
import {
  type BirthPapers,
  type Born,
  type PapersVerification,
  type ProvisionalPapers,
  verifyPapers,
} from "./verify-papers.ts";
import type { ProvisionallyBorn } from "./verify-provisional.ts";

export interface ReceiptInput extends Omit<PapersVerification, "papers"> {
  /** Asked as the station that bore the device, or as who may read devices. */
  readonly registrar: RegistrarConnection;
  readonly born: ProvisionallyBorn;
}

/**
 * The whole papers; undefined where the registrar has not entered the birth yet, or whoever asks may not read it.
 * @throws the registrar's own refusal with its code; NAT_DEVICE_BIRTH where its answer does not verify or is none
 */
export async function fetchBirthReceipt({ registrar, born, ...input }: ReceiptInput): Promise<Born | undefined> {
  const { status, body } = await registrar.send("GET", birthReceiptPath(born.deviceId));
  if (status === 200) return verifyPapers({ ...input, papers: wholePapers(born, body) });
  const error = readProblem(status, body);
  if (error.code === "NAT_SERVICE_NOT_FOUND") return undefined;
  throw error;
}

/** Where a registrar has the receipt of a device's birth, with all that it is about. */
export function birthReceiptPath(deviceId: Uint8Array): string {
  return `/devices/${formatUuid(deviceId)}/birth-receipt`;
}

/** A station's papers with what the registrar has of them; nothing of it is verified yet. @throws NAT_DEVICE_BIRTH */
export function wholePapers({ certificate, chain, record }: ProvisionalPapers, birthReceipt: Uint8Array): BirthPapers {
  try {
    const { entry, receipt, salt } = parseBirthReceipt(birthReceipt);
    return { certificate, chain, record, entry, receipt, salt };
  } catch (error) {
    throw isNatalisError(error) ? asRefusal(error) : error;
  }
}
