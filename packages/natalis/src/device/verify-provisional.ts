// SPDX-License-Identifier: Apache-2.0
// What a device can make sure of where a station without a connection bore it: everything but that the birth is
// registered. The certificate is for the key that asked and leads through a station's authority to a trusted root, and
// the birth is one that this station was certified for. Nobody takes the certificate before the registrar has entered it.

import type { VerifiedPath } from "../authenticate/index.ts";
import type { BirthRecord } from "../birth/index.ts";
import { attributeValues, findExtension, oids, oidsOf, parseStationExtension } from "../formats/index.ts";
import { isNatalisError } from "../kernel/index.ts";
import { asRefusal, refusal } from "./birth-refusal.ts";
import { type PapersVerification, type ProvisionalPapers, verifyCertificate } from "./verify-papers.ts";

/** What a station gave, verified as far as it can be: `fetchBirthReceipt` makes it whole. */
export interface ProvisionallyBorn extends ProvisionalPapers {
  readonly provisional: true;
  /** UUID, 16 bytes. */
  readonly deviceId: Uint8Array;
  /** Id of the station. */
  readonly station: string;
}

/** @throws NAT_DEVICE_BIRTH, whose cause says what did not hold */
export async function verifyProvisionalPapers(
  input: PapersVerification<ProvisionalPapers>,
): Promise<ProvisionallyBorn> {
  try {
    const { path, record } = await verifyCertificate(input);
    requireStation(path, record, input.trust.arc);
    const { certificate, chain, record: encoded } = input.papers;
    const { deviceId, station } = record;
    return { provisional: true, certificate, chain, record: encoded, deviceId, station };
  } catch (error) {
    throw isNatalisError(error) ? asRefusal(error) : error;
  }
}

/** The issuer is a station's authority, and the birth one of that station, its product line and its time. */
function requireStation({ certificates: [, issuer] }: VerifiedPath, record: BirthRecord, arc: string): void {
  const extension = findExtension(issuer, oidsOf(arc).station);
  if (extension === undefined) throw refusal("a registrar's certificate without its receipt: no station issued it");
  if (!extension.critical) throw refusal("the station's extension is not critical: strangers would take its word");
  const { product, notBefore, notAfter } = parseStationExtension(extension.value);
  if (record.profile.product !== product) throw refusal(`the station is certified for ${product}`);
  const bornAt = record.bornAt * 1000;
  if (bornAt < notBefore.getTime() || bornAt > notAfter.getTime()) throw refusal("born outside of the station's time");
  const [name] = attributeValues(issuer.subject, oids.commonName);
  if (name !== record.station) throw refusal(`the record is of station ${record.station}, the certificate of ${name}`);
}
