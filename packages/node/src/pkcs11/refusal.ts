// SPDX-License-Identifier: Apache-2.0
// What a module threw, as something that can be told apart: the name and number of its CK_RV (PKCS#11 2.40, 5.1).

import { isNatalisError, NatalisError } from "natalis/kernel";
import { returnValues } from "./cryptoki.ts";
import { pkcs11Error } from "./errors.ts";

export interface Refusal {
  /** CKR_…; CKR_VENDOR_DEFINED for every value that the package does not know by name. */
  readonly name: string;
  readonly value: number;
}

/** The return value in a thrown error, or undefined where it is of another kind. */
export function refusalIn(error: unknown): Refusal | undefined {
  if (!(error instanceof Error)) return undefined;
  const [, name, value] = /(CKR_\w+)(?::(\d+))?/.exec(error.message) ?? [];
  if (name === undefined) return undefined;
  // The package moves the number from the message into `code`, but not in every call.
  const number = value === undefined && "code" in error ? error.code : value;
  return { name, value: Number(number) };
}

export function isRefusal(error: unknown, ...values: readonly number[]): boolean {
  const refusal = refusalIn(error);
  return refusal !== undefined && values.includes(refusal.value);
}

/**
 * Whether a new session may help: this one, the login or the handles in it are gone, the token was away, or an
 * operation that failed was left open.
 */
export function isLostSession(error: unknown): boolean {
  if (isNatalisError(error, "NAT_PKCS11_AWAY")) return true;
  return isRefusal(
    error,
    returnValues.sessionHandleInvalid,
    returnValues.sessionClosed,
    returnValues.userNotLoggedIn,
    returnValues.keyHandleInvalid,
    returnValues.objectHandleInvalid,
    returnValues.operationActive,
    returnValues.deviceRemoved,
    returnValues.tokenNotPresent,
    returnValues.cryptokiNotInitialized,
  );
}

/** Whatever was thrown as an error of the catalogue; a mistake of ours (a TypeError, say) stays what it is. */
export function asPkcs11Error(error: unknown): unknown {
  const refusal = refusalIn(error);
  if (refusal === undefined || error instanceof NatalisError) return error;
  return pkcs11Error("NAT_PKCS11_FAILED", describe(refusal), error);
}

/** `CKR_PIN_INCORRECT (0xa0)` */
export function describe({ name, value }: Refusal): string {
  return `${name} (0x${value.toString(16)})`;
}
