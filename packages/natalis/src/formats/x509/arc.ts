// SPDX-License-Identifier: Apache-2.0
// The permanent numbers under the one OID arc that an operator chose when the registry was made (its enterprise
// number, RFC 9371). The arc travels in the trust file, so every OID below is derived and none is a constant.

import { errorFactory } from "../../kernel/index.ts";

export const arcErrors = {
  NAT_ARC_FORM: "The OID arc, or a number under it, is not one that certificates can carry.",
} as const;

const fail = errorFactory(arcErrors);

/** Every OID that Natalis defines, in dotted decimal. */
export interface ArcOids {
  readonly arc: string;
  /** The certificate extension that commits to the birth record. */
  readonly birthExtension: string;
  /** Certificate policy: how far it is proven where the private key lives, 0 to 4. @throws NAT_ARC_FORM */
  custody(level: number): string;
  /** Extended key usage: may sign answers to challenges. */
  readonly answer: string;
  /** Extended key usage: may seal data. */
  readonly seal: string;
  /** Extended key usage: may sign verdicts on authentications. */
  readonly verdict: string;
  /** Critical certificate extension of a station's authority: what it issues is provisional. */
  readonly station: string;
  /** Hardware type (RFC 4108 hwType) of a product line. @throws NAT_ARC_FORM */
  product(number: number): string;
}

/** The largest number in an OID that parsers in the field read: Go's holds one in 31 bits, so no 2.25.<UUID>. */
export const maximumOidComponent = 0x7fff_ffff;

const form = /^(?:[01]\.(?:\d|[123]\d)|2\.(?:0|[1-9]\d{0,9}))(?:\.(?:0|[1-9]\d{0,9})){1,14}$/;
const highestCustody = 4;

/** @throws NAT_ARC_FORM unless the arc is a dotted OID of 3 to 16 numbers, each of at most 31 bits. */
export function oidsOf(arc: string): ArcOids {
  if (!form.test(arc) || arc.split(".").some((number) => Number(number) > maximumOidComponent))
    throw fail("NAT_ARC_FORM", `an arc of ${arc.length} characters`);
  return {
    arc,
    birthExtension: `${arc}.1`,
    custody: (level) => `${arc}.2.${within(level, highestCustody)}`,
    answer: `${arc}.3.1`,
    seal: `${arc}.3.2`,
    verdict: `${arc}.3.3`,
    station: `${arc}.5`,
    product: (number) => `${arc}.4.${within(number, maximumOidComponent)}`,
  };
}

function within(number: number, maximum: number): number {
  if (!Number.isInteger(number) || number < 0 || number > maximum)
    throw fail("NAT_ARC_FORM", `${number} is not an integer from 0 to ${maximum}`);
  return number;
}
