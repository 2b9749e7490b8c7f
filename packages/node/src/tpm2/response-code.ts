// SPDX-License-Identifier: Apache-2.0
// TPM_RC (TPM 2.0 Library Part 2, 6.6): what a TPM says went wrong, told by its name in the standard and as one of our
// errors.

import type { NatalisError } from "natalis/kernel";
import { tpmError, type tpmErrors } from "./errors.ts";

type Code = keyof typeof tpmErrors;
type Row = readonly [name: string, code: Code];

/** Format zero, errors: 0x100 and this. */
const errors: ReadonlyMap<number, Row> = new Map<number, Row>([
  [0x00, ["TPM_RC_INITIALIZE", "NAT_TPM_REFUSED"]],
  [0x01, ["TPM_RC_FAILURE", "NAT_TPM_REFUSED"]],
  [0x20, ["TPM_RC_DISABLED", "NAT_TPM_REFUSED"]],
  [0x24, ["TPM_RC_AUTH_TYPE", "NAT_TPM_AUTHORIZATION"]],
  [0x25, ["TPM_RC_AUTH_MISSING", "NAT_TPM_AUTHORIZATION"]],
  [0x26, ["TPM_RC_POLICY", "NAT_TPM_AUTHORIZATION"]],
  [0x2e, ["TPM_RC_TOO_MANY_CONTEXTS", "NAT_TPM_FULL"]],
  [0x2f, ["TPM_RC_AUTH_UNAVAILABLE", "NAT_TPM_AUTHORIZATION"]],
  [0x30, ["TPM_RC_REBOOT", "NAT_TPM_REFUSED"]],
  [0x42, ["TPM_RC_COMMAND_SIZE", "NAT_TPM_REFUSED"]],
  [0x43, ["TPM_RC_COMMAND_CODE", "NAT_TPM_UNSUPPORTED"]],
  [0x46, ["TPM_RC_NV_RANGE", "NAT_TPM_REFUSED"]],
  [0x48, ["TPM_RC_NV_LOCKED", "NAT_TPM_AUTHORIZATION"]],
  [0x49, ["TPM_RC_NV_AUTHORIZATION", "NAT_TPM_AUTHORIZATION"]],
  [0x4a, ["TPM_RC_NV_UNINITIALIZED", "NAT_TPM_ABSENT"]],
  [0x4b, ["TPM_RC_NV_SPACE", "NAT_TPM_FULL"]],
  [0x4c, ["TPM_RC_NV_DEFINED", "NAT_TPM_REFUSED"]],
  [0x53, ["TPM_RC_NEEDS_TEST", "NAT_TPM_REFUSED"]],
  [0x55, ["TPM_RC_SENSITIVE", "NAT_TPM_INTEGRITY"]],
]);

/** Format one: about a handle, a parameter or a session. */
const formatOne: ReadonlyMap<number, Row> = new Map<number, Row>([
  [0x01, ["TPM_RC_ASYMMETRIC", "NAT_TPM_UNSUPPORTED"]],
  [0x02, ["TPM_RC_ATTRIBUTES", "NAT_TPM_REFUSED"]],
  [0x03, ["TPM_RC_HASH", "NAT_TPM_UNSUPPORTED"]],
  [0x04, ["TPM_RC_VALUE", "NAT_TPM_REFUSED"]],
  [0x05, ["TPM_RC_HIERARCHY", "NAT_TPM_REFUSED"]],
  [0x07, ["TPM_RC_KEY_SIZE", "NAT_TPM_UNSUPPORTED"]],
  [0x09, ["TPM_RC_MODE", "NAT_TPM_UNSUPPORTED"]],
  [0x0a, ["TPM_RC_TYPE", "NAT_TPM_REFUSED"]],
  [0x0b, ["TPM_RC_HANDLE", "NAT_TPM_ABSENT"]],
  [0x0c, ["TPM_RC_KDF", "NAT_TPM_UNSUPPORTED"]],
  [0x0e, ["TPM_RC_AUTH_FAIL", "NAT_TPM_AUTHORIZATION"]],
  [0x12, ["TPM_RC_SCHEME", "NAT_TPM_UNSUPPORTED"]],
  [0x15, ["TPM_RC_SIZE", "NAT_TPM_REFUSED"]],
  [0x16, ["TPM_RC_SYMMETRIC", "NAT_TPM_UNSUPPORTED"]],
  [0x1a, ["TPM_RC_INSUFFICIENT", "NAT_TPM_REFUSED"]],
  [0x1c, ["TPM_RC_KEY", "NAT_TPM_REFUSED"]],
  [0x1d, ["TPM_RC_POLICY_FAIL", "NAT_TPM_AUTHORIZATION"]],
  [0x1f, ["TPM_RC_INTEGRITY", "NAT_TPM_INTEGRITY"]],
  [0x20, ["TPM_RC_TICKET", "NAT_TPM_REFUSED"]],
  [0x22, ["TPM_RC_BAD_AUTH", "NAT_TPM_AUTHORIZATION"]],
  [0x24, ["TPM_RC_POLICY_CC", "NAT_TPM_AUTHORIZATION"]],
  [0x25, ["TPM_RC_BINDING", "NAT_TPM_INTEGRITY"]],
  [0x26, ["TPM_RC_CURVE", "NAT_TPM_UNSUPPORTED"]],
  [0x27, ["TPM_RC_ECC_POINT", "NAT_TPM_INTEGRITY"]],
]);

/** Format zero, warnings: 0x900 and this. */
const warnings: ReadonlyMap<number, Row> = new Map<number, Row>([
  [0x02, ["TPM_RC_OBJECT_MEMORY", "NAT_TPM_FULL"]],
  [0x03, ["TPM_RC_SESSION_MEMORY", "NAT_TPM_FULL"]],
  [0x04, ["TPM_RC_MEMORY", "NAT_TPM_FULL"]],
  [0x05, ["TPM_RC_SESSION_HANDLES", "NAT_TPM_FULL"]],
  [0x06, ["TPM_RC_OBJECT_HANDLES", "NAT_TPM_FULL"]],
  [0x08, ["TPM_RC_YIELDED", "NAT_TPM_REFUSED"]],
  [0x0a, ["TPM_RC_TESTING", "NAT_TPM_REFUSED"]],
  ...[0, 1, 2, 3, 4, 5, 6].map((n): [number, Row] => [0x10 + n, [`TPM_RC_REFERENCE_H${n}`, "NAT_TPM_ABSENT"]]),
  ...[0, 1, 2, 3, 4, 5, 6].map((n): [number, Row] => [0x18 + n, [`TPM_RC_REFERENCE_S${n}`, "NAT_TPM_ABSENT"]]),
  [0x20, ["TPM_RC_NV_RATE", "NAT_TPM_REFUSED"]],
  [0x21, ["TPM_RC_LOCKOUT", "NAT_TPM_LOCKED"]],
  [0x22, ["TPM_RC_RETRY", "NAT_TPM_REFUSED"]],
  [0x23, ["TPM_RC_NV_UNAVAILABLE", "NAT_TPM_REFUSED"]],
]);

/** Warnings that say: the same again, later. */
const passing: readonly number[] = [0x908, 0x90a, 0x920, 0x922];

export function isPassing(responseCode: number): boolean {
  return passing.includes(responseCode);
}

/** @param command its name, for whoever reads the error */
export function refusal(responseCode: number, command: string): NatalisError {
  const { row, place } = describe(responseCode);
  const [name, code] = row ?? ["unknown", "NAT_TPM_REFUSED"];
  return tpmError(code, `${command}: ${name} (0x${responseCode.toString(16)})${place}`);
}

function describe(responseCode: number): { row: Row | undefined; place: string } {
  // Layers above the TPM put their number into the upper half.
  if (responseCode > 0xfff) return { row: undefined, place: "" };
  if ((responseCode & 0x80) !== 0) return { row: formatOne.get(responseCode & 0x3f), place: placeOf(responseCode) };
  const row = ((responseCode & 0x800) === 0 ? errors : warnings).get(responseCode & 0x7f);
  return { row: (responseCode & 0x100) === 0 ? undefined : row, place: "" };
}

function placeOf(responseCode: number): string {
  const number = (responseCode >>> 8) & 0xf;
  if ((responseCode & 0x40) !== 0) return `, parameter ${number}`;
  return (number & 0x8) === 0 ? `, handle ${number}` : `, session ${number & 0x7}`;
}
