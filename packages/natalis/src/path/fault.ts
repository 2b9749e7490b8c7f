// SPDX-License-Identifier: Apache-2.0
// Which certificate an error of path validation is about. It is kept beside the error, since an error is data for
// people and a certificate is large.

import type { Certificate } from "../formats/index.ts";
import { isNatalisError, type NatalisError } from "../kernel/index.ts";

const certificates = new WeakMap<NatalisError, Certificate>();

/** Runs one check of a certificate; whatever it throws is about that certificate, unless it is known of another. */
export function blaming<T>(certificate: Certificate, check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw blame(error, certificate);
  }
}

/** Marks the error as being about the certificate, unless it is marked already, and answers it. */
export function blame<T>(error: T, certificate: Certificate): T {
  if (isNatalisError(error) && !certificates.has(error)) certificates.set(error, certificate);
  return error;
}

/** The certificate that an error thrown by `validatePath` is about, where it is about one. */
export function certificateAtFault(error: unknown): Certificate | undefined {
  return isNatalisError(error) ? certificates.get(error) : undefined;
}
