// SPDX-License-Identifier: Apache-2.0
// The extension of a station's authority, always critical: what it issues is provisional, and counts only where a log
// proves that the registrar entered it. Who does not know the extension refuses every path through it (RFC 5280 section
// 4.2), as with a precertificate's poison (RFC 6962 section 3.1).
//   StationExtension ::= SEQUENCE { version INTEGER (1), product UTF8String (SIZE (1..32)),
//     notBefore GeneralizedTime, notAfter GeneralizedTime, quota INTEGER (1..2147483647) }

import { errorFactory } from "../../kernel/index.ts";
import {
  type DerReader,
  decodeString,
  encodeGeneralizedTime,
  encodeInteger,
  encodeSequence,
  encodeUtf8String,
  readExactly,
  tags,
} from "../der/index.ts";

export const stationExtensionErrors = {
  NAT_X509_STATION_EXTENSION: "The extension of a station's authority is not of the form this version knows.",
} as const;

const fail = errorFactory(stationExtensionErrors);
const version = 1;
const largestQuota = 0x7fff_ffff;
const productForm = /^[a-z0-9-]{1,32}$/;

/** What a station was certified for. */
export interface StationExtension {
  /** Id of the one product line whose units it may bear. */
  readonly product: string;
  /** Births before this instant count for nothing, whatever the certificate's own validity. Whole seconds. */
  readonly notBefore: Date;
  /** Nor do births after this one. */
  readonly notAfter: Date;
  /** Births in all, at least 1. */
  readonly quota: number;
}

/** The extension's value. @throws NAT_X509_STATION_EXTENSION, NAT_DER_TIME */
export function encodeStationExtension(extension: StationExtension): Uint8Array {
  requireForm(extension);
  return encodeSequence(
    encodeInteger(version),
    encodeUtf8String(extension.product),
    encodeGeneralizedTime(extension.notBefore),
    encodeGeneralizedTime(extension.notAfter),
    encodeInteger(extension.quota),
  );
}

/** @throws NAT_X509_STATION_EXTENSION and the NAT_DER_ errors of malformed bytes. */
export function parseStationExtension(value: Uint8Array): StationExtension {
  const extension = readExactly(value, readStationExtension);
  requireForm(extension);
  return extension;
}

function readStationExtension(reader: DerReader): StationExtension {
  const fields = reader.enter();
  const seen = fields.smallInteger();
  if (seen !== version) throw fail("NAT_X509_STATION_EXTENSION", `version ${seen}`);
  const extension = {
    product: decodeString(tags.utf8String, fields.read(tags.utf8String)),
    notBefore: fields.generalizedTime(),
    notAfter: fields.generalizedTime(),
    quota: fields.smallInteger(),
  };
  fields.end();
  return extension;
}

function requireForm({ product, notBefore, notAfter, quota }: StationExtension): void {
  if (!productForm.test(product)) throw fail("NAT_X509_STATION_EXTENSION", `a product of ${product.length} characters`);
  if (!(notBefore < notAfter)) throw fail("NAT_X509_STATION_EXTENSION", "it ends before it begins");
  if (!Number.isInteger(quota) || quota < 1 || quota > largestQuota)
    throw fail("NAT_X509_STATION_EXTENSION", `a quota of ${quota}`);
}
