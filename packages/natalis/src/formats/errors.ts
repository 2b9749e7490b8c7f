// SPDX-License-Identifier: Apache-2.0
// What is refused of keys, signature identifiers and signatures, in the table of algorithms and beyond it.

import { errorFactory, isNatalisError } from "../kernel/index.ts";

export const algorithmErrors = {
  NAT_ALGORITHM_UNKNOWN: "The key or signature algorithm is not one of the table, or not in its one encoding.",
  NAT_ALGORITHM_KEY: "The public key is not in the form that its algorithm requires.",
  NAT_ALGORITHM_SIGNATURE: "The signature is not in the form that its algorithm requires.",
} as const;

export const algorithmError = errorFactory(algorithmErrors);

/** What `read` refuses is refused as `code`, with the refusal beneath kept as its cause. */
export function refusedAs<T>(code: keyof typeof algorithmErrors, detail: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (isNatalisError(cause) && cause.code !== code) throw algorithmError(code, detail, cause);
    throw cause;
  }
}
