// SPDX-License-Identifier: Apache-2.0
// Whether a certificate is of whom its verifier means to talk to (RFC 9525 6; IEEE 802.1AR-2018 8).

import { pathError } from "../errors.ts";
import type { CertificateNames } from "./certificate-names.ts";
import { type ExpectedName, readExpectedName } from "./expected-name.ts";
import { identifiersOf } from "./identifier.ts";

/**
 * Requires that the subject has every one of the expected names.
 * @throws NAT_PATH_NAME where it lacks one; NAT_PATH_NAME_FORM where an expected name is none that a subject could have
 */
export function requireNames(names: CertificateNames, expected: readonly ExpectedName[]): void {
  for (const { text, identifiers } of expected.map(readExpectedName))
    if (!identifiers.some((identifier) => identifiersOf(names).has(identifier)))
      throw pathError("NAT_PATH_NAME", `${text} is not among its names`);
}
