// SPDX-License-Identifier: Apache-2.0
// Which texts may stand in a certificate and a birth record. Names: at most 64 characters (RFC 5280 appendix A.1,
// ub-organization-name, ub-organizational-unit-name, ub-serial-number), normalised (NFC), visible; serial numbers:
// the PrintableString repertoire (X.680 section 41.4), so that the same text has one encoding everywhere.

/** The longest name, serial number or facility, in characters. */
export const maximumTextLength = 64;

const plainAscii = /^[!-~](?:[ -~]*[!-~])?$/;
const invisible = /[\p{C}\p{Zl}\p{Zp}]/u;
const printable = /^[A-Za-z0-9'()+,./:=?-](?:[A-Za-z0-9'()+,./:=? -]*[A-Za-z0-9'()+,./:=?-])?$/;

/** 1 to `maximum` visible characters, in NFC, no space at either end: two texts that look equal are equal. */
export function isNameText(value: unknown, maximum = maximumTextLength): value is string {
  if (typeof value !== "string" || value.length === 0 || value.length > maximum) return false;
  if (plainAscii.test(value)) return true;
  return value.isWellFormed() && !invisible.test(value) && value === value.trim() && value === value.normalize("NFC");
}

/** 1 to 64 characters of PrintableString, no space at either end. */
export function isSerialText(value: unknown): value is string {
  return typeof value === "string" && value.length <= maximumTextLength && printable.test(value);
}
